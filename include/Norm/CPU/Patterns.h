//===- Patterns.h - Patterns of the CPU stage -------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_CPU_PATTERNS_H
#define NORM_CPU_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::norm {

/// math.exp2 of f32, which upstream has no approximation for, in arithmetic
/// that every vector unit has: with n the integer nearest to x and f = x − n,
///
///   2^x = Σ (f·ln 2)^k/k!, k ≤ 7, times 2^⌊n/2⌋, times 2^⌈n/2⌉
///
/// Off by 2 units in the last place at most, subnormal results by as much as
/// they are rounded once more; what overflows is infinite, NaN stays. f16 and
/// bf16 go through f32.
void populateExpandExp2Patterns(RewritePatternSet &patterns);

/// 1 + exp(x), 1 + tanh(x) and 1 + erf(x) of f32, the cores of SiLU and of both
/// GELUs, in fewer steps than these functions take for themselves: beside 1 the
/// least powers need not be exact, nor need erf(x) near 0, and
///
///   1 + tanh(x) = 2/(1 + 2^(−2x/ln 2))
///
/// does not cancel where tanh(x) is near −1. What a quotient with a constant
/// numerator is multiplied by becomes its numerator, and constant factors
/// become one.
///
/// 1 + exp(x) is off by 3 units in the last place at most, 1 + tanh(x) by
/// 4 + 2|x|, 1 + erf(x) by 4·2^-23. NaN stays.
void populateExpandOnePlusPatterns(RewritePatternSet &patterns);

} // namespace mlir::norm

#endif // NORM_CPU_PATTERNS_H
