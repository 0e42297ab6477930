//===- ExpandFunctions.h - Functions of math in arithmetic ------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_EXPANDFUNCTIONS_H
#define NORM_IR_EXPANDFUNCTIONS_H

#include "Norm/IR/Norm.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::norm {

/// Transcendentals of f32 in arithmetic, roots and math.exp2, which scalars and
/// vectors of every machine have. f16 and bf16 go through f32; f64 stays. The
/// description of norm-to-vector has the bounds of their errors.
///
/// Upstream's approximations are used where they are good: of asin, acos, erf,
/// erfc, exp, expm1, log, log1p, log2 and tanh. Its sin and cos lose small and
/// large arguments, its atan is off by 40 units in the last place and its cbrt
/// by 12, and of subnormals and infinities by all; its expansions of sinh,
/// asinh and atanh lose small arguments, and that of asinh negative ones.
void populateExpandFunctionsPatterns(RewritePatternSet &patterns);

/// True of the ops that these patterns expand.
bool isExpandedFunction(Operation *op);

/// Powers by small constants in the body become products and roots, by
/// upstream's patterns, which see a constant only where it is a scalar's.
void expandPowers(GenericOp op);

} // namespace mlir::norm

#endif // NORM_IR_EXPANDFUNCTIONS_H
