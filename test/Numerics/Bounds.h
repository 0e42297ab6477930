//===- Bounds.h - How far from the formula is right -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_NUMERICS_BOUNDS_H
#define NORM_TEST_NUMERICS_BOUNDS_H

#include "Formula.h"

namespace mlir::norm::numerics {

/// `got` is right if |got − value| ≤ bound; a NaN or an infinity if it is the
/// value.
struct Expected {
  double value = 0, bound = 0;
};

/// What is right for each element of a row, and for its results per row.
struct ExpectedRow {
  std::vector<Expected> y, sum;
  Expected step, mean, rho;
};

/// The bounds follow from the formula, the types and the data of the row; where
/// a step comes from is said beside it. Symbols:
///
/// - u: the unit roundoff of the accumulation type A (f32 2⁻²⁴, f64 2⁻⁵³), u_Y
///   that of a result; η, η_Y: the smallest subnormals.
/// - s: a sum of n terms of one sign is off by s·u, relative to it. Taken one
///   by one, the k-th addition is off by k·u terms at most. Where these errors
///   are independent they have a standard deviation of k·u/√3, in all
///   (n√n/3)·u, relative to the sum √n/3·u; three of them are s = √n. Of a few
///   terms, all may be off the same way: s is min(n, 8) at least. Where few
///   values repeat, so do their errors, and squares of f16 and bf16 numbers end
///   in few patterns of bits: there only s = n/2 is sure; and s = n where the
///   first terms make up most of the sum. Sums over lanes are better off. Where
///   all terms are multiples of a number that 2^p of make up their sum, p being
///   the precision of A, every partial sum is exact.
/// - δ = (s + 2)·u·mean|a|: the error of the mean. The division counts twice,
///   for it may be a multiplication by 1/n.
ExpectedRow boundRow(const KernelCase &kernel, const Row &row);

} // namespace mlir::norm::numerics

#endif // NORM_TEST_NUMERICS_BOUNDS_H
