//===- Formula.h - What a norm means, row by row -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_NUMERICS_FORMULA_H
#define NORM_TEST_NUMERICS_FORMULA_H

#include "Case.h"
#include "Norm/Run/HostTensor.h"

namespace mlir::norm::numerics {

/// Beyond f64 where the machine has it, so that f64 can be judged too.
using Real = long double;

/// The inputs as stored; read, never written.
struct Inputs {
  HostTensor x;
  std::optional<HostTensor> r, steps, mean, variance, scale, shift;
};

/// Mistakes that the tests must find.
enum class Mistake { none, dropEps, dropShift, dropRounding };

/// One row, with the symbols of the op descriptions. Nothing is rounded but the
/// sum x + r, whose rounding is defined.
struct Row {
  /// Of the elements, in row-major order of x.
  std::vector<int64_t> positions;
  /// What is normalized.
  std::vector<Real> a;
  /// γ + o and β of each element: 1 and 0 if absent.
  std::vector<Real> gamma, beta;
  /// μ; q/n, or q of an l2_norm, or the variance that is given; and ρ.
  Real mean = 0, square = 0, rho = 0;
  /// (a − μ)·ρ, or of a softmax a − max.
  std::vector<Real> h;
  /// h·(γ + o) + β.
  std::vector<Real> z;
  /// What is yielded, before its rounding; of a quantization, in steps.
  std::vector<Real> y;
  /// The size of a quantization step.
  Real step = 0;

  bool isFinite() const;
};

Row evaluateRow(const KernelCase &kernel, const Geometry &geometry,
                const Inputs &inputs, int64_t row, Mistake mistake);

/// To nearest, ties to even.
Real roundTo(DType dtype, Real value);

} // namespace mlir::norm::numerics

#endif // NORM_TEST_NUMERICS_FORMULA_H
