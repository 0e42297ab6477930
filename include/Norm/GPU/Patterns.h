//===- Patterns.h - Patterns of the GPU stage -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_GPU_PATTERNS_H
#define NORM_GPU_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::norm {

/// Division, roots and transcendentals in instructions that PTX has: no calls
/// to libdevice, and none of the branches that the divisions and roots of IEEE
/// 754 take for numbers near the ends of the range.
///
///   a / b     of f32: a·r for r = 1/b, and what that is off by added: rounded
///             as by IEEE 754 but for results near the ends of the range
///   rsqrt     of f32: rsqrt.approx, off by 2^-22.9 at most; of f64: 1/√x
///   sqrt      of f32: sqrt.approx, off by 2^-23 at most
///   exp       of f32: ex2.approx of x·log₂e in two words, off by 2^-21.5 at
///   most
///
/// f16 and bf16 go through f32; other functions of f32 are those of
/// populateExpandFunctionsPatterns.
void populateExpandMathOnGPUPatterns(RewritePatternSet &patterns);

/// arith.extf of f8E4M3FN and f8E5M2 to the conversion of pairs to f16 that
/// chips from sm_89 on have.
void populateExtendF8Patterns(RewritePatternSet &patterns);

/// arith.truncf to f8E4M3FN and f8E5M2, but of f64, to the conversion of pairs
/// that chips from sm_89 on have.
void populateTruncateToF8Patterns(RewritePatternSet &patterns);

} // namespace mlir::norm

#endif // NORM_GPU_PATTERNS_H
