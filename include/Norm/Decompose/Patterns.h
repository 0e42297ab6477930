//===- Patterns.h - The rewrites of the Decompose stage -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_DECOMPOSE_PATTERNS_H
#define NORM_DECOMPOSE_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::norm {
/// norm.generic to linalg.generic; the order of summation is free.
void populateNormToLinalgPatterns(RewritePatternSet &patterns);

/// norm.generic on memrefs to affine.for with iter_args; the order of summation
/// is free.
void populateNormToAffinePatterns(RewritePatternSet &patterns);
} // namespace mlir::norm

#endif // NORM_DECOMPOSE_PATTERNS_H
