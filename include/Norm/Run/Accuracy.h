//===- Accuracy.h - How far from the oracle is right ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_ACCURACY_H
#define NORM_RUN_ACCURACY_H

#include "Norm/Run/Signature.h"

namespace mlir::norm {

/// How large the finite elements of a tensor are.
struct Scale {
  double rms = 0, max = 0;

  static Scale of(const HostTensor &tensor);
};

/// How much rounding a function, as read, implies.
///
/// An element `got` of a float result, beside the oracle's `ref`, is right if
///
///     |got − ref| ≤ u_out·|ref| + η + c·u·(|ref| + rms)
///
/// - u_out: the unit roundoff of the result's type (f16 2⁻¹¹, bf16 2⁻⁸, f32
///   2⁻²⁴, f64 2⁻⁵³), for the last rounding; η: its smallest subnormal.
/// - u: the unit roundoff of the narrowest type the function computes in. A
///   norm op computes in its accumulation type, if it rounds before the scale
///   in the narrower type of x, and if its result is read again in that type.
/// - rms: the root mean square of the oracle's result, the size of the terms
///   that an element with small |ref| is a difference of; at least that of an
///   argument over √(the largest extent), as large as the mean of a row of it
///   is: of one or two means, all may be small by chance.
/// - c = 8 + ½·Σ √n over the reductions of the function, n being the elements
///   of one. A sum of n positive numbers of one size, taken one by one, has
///   partial sums k and n rounding errors of about k·u/√3, in all (n√n/3)·u:
///   relative to the sum √n/3·u. It enters a norm through a square root, which
///   halves it to √n/6, and three standard deviations are √n/2. A mean is
///   behind no root, and counts twice. Sums of N(0, 1) numbers and dot products
///   are better off. 8 is for the pointwise steps.
///
/// This holds for data like N(0, 1); where a mean is large beside the
/// deviation, the inputs' own rounding errors grow with it, and the caller must
/// say what is acceptable. Not tuned to any lowering.
struct RoundingModel {
  double unitRoundoff = 0; ///< u
  double growth = 8;       ///< c
  double leastScale = 0;   ///< of rms

  /// A dynamic extent of a reduction, and the row of a linalg.softmax, count as
  /// the largest extent of the arguments.
  static RoundingModel get(func::FuncOp function,
                           ArrayRef<HostTensor> arguments);
};

/// How one result compares.
struct Comparison {
  /// Set if the results cannot be compared: shapes differ.
  std::string problem;
  double maxAbsError = 0;
  /// Right if at most 1.
  double maxErrorOverBound = 0;
  /// Where that is, and the values and the bound there.
  int64_t worst = 0;
  double got = 0, expected = 0, bound = 0;
  /// Integers that are off by one, and how many may be: an integer rounded from
  /// a float within δ = c·u·max|ref| of a tie may go either way, which happens
  /// to a fraction 2δ of them; twice as many and three are allowed.
  int64_t offByOne = 0, offByOneAllowed = 0;

  bool isRight() const { return problem.empty() && maxErrorOverBound <= 1; }
};

/// `tolerance` replaces the bound by tolerance·(|ref| + rms).
Comparison compareToOracle(const HostTensor &got, const HostTensor &expected,
                           const RoundingModel &model,
                           std::optional<double> tolerance = std::nullopt);

} // namespace mlir::norm

#endif // NORM_RUN_ACCURACY_H
