//===- Formula.cpp - What a norm means, row by row -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Formula.h"
#include "llvm/ADT/Sequence.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

bool Row::isFinite() const {
  return llvm::all_of(a, [](Real v) { return std::isfinite(v); });
}

Real numerics::roundTo(DType dtype, Real value) {
  if (!std::isfinite(value) || value == 0)
    return value;
  const llvm::fltSemantics &semantics = getSemantics(dtype);
  int precision = llvm::APFloat::semanticsPrecision(semantics);
  int exponent = std::max<int>(std::ilogb(value),
                               llvm::APFloat::semanticsMinExponent(semantics)) -
                 (precision - 1);
  Real rounded =
      std::ldexp(std::nearbyint(std::ldexp(value, -exponent)), exponent);
  if (std::ilogb(rounded) > llvm::APFloat::semanticsMaxExponent(semantics))
    return std::copysign(std::numeric_limits<Real>::infinity(), value);
  return rounded;
}

/// The row-major position that the coordinates of x select in an operand that
/// has only some of its dims.
static int64_t getPosition(const Geometry &geometry, ArrayRef<int64_t> dims,
                           ArrayRef<int64_t> coordinates) {
  int64_t position = 0;
  for (int64_t dim : dims)
    position = position * geometry.shape[dim] + coordinates[dim];
  return position;
}

/// Writes number `index` in the row-major order of these dims.
static void setCoordinates(const Geometry &geometry, ArrayRef<int64_t> dims,
                           int64_t index, Extents &coordinates) {
  for (int64_t dim : llvm::reverse(dims)) {
    coordinates[dim] = index % geometry.shape[dim];
    index /= geometry.shape[dim];
  }
}

/// Rounded once: in f64 where that is the type, else exact in Real.
static Real roundSum(DType dtype, double a, double b) {
  return dtype == DType::f64 ? Real(a + b) : roundTo(dtype, Real(a) + Real(b));
}

/// Once more, with what is left: the sum's own rounding would show beside f64.
static Real getMean(ArrayRef<Real> values) {
  Real sum = 0, rest = 0, n = values.size();
  for (Real value : values)
    sum += value;
  Real mean = sum / n;
  if (!std::isfinite(mean))
    return mean;
  for (Real value : values)
    rest += value - mean;
  return mean + rest / n;
}

static void readRow(const KernelCase &kernel, const Geometry &geometry,
                    const Inputs &inputs, int64_t number, bool hasShift,
                    Row &row) {
  int64_t rank = geometry.shape.size();
  Extents all = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  Extents coordinates(rank, 0);
  setCoordinates(geometry, geometry.getParallelDims(), number, coordinates);
  for (int64_t i = 0, n = geometry.getRowSize(); i < n; ++i) {
    setCoordinates(geometry, geometry.dims, i, coordinates);
    int64_t position = getPosition(geometry, all, coordinates);
    int64_t parameter =
        getPosition(geometry, geometry.getScaleDims(), coordinates);
    Real a = inputs.x.get(position);
    if (inputs.r)
      a = roundSum(kernel.getAccType(), inputs.x.get(position),
                   inputs.r->get(position));
    if (kernel.variant.code)
      a = Real(decode(*kernel.variant.code, int8_t(inputs.x.get(position)))) *
          Real(inputs.steps->get(number));
    Real gamma = inputs.scale ? Real(inputs.scale->get(parameter)) +
                                    Real(kernel.variant.scaleOffset)
                              : 1;
    Real beta =
        inputs.shift && hasShift ? Real(inputs.shift->get(parameter)) : 0;
    row.positions.push_back(position);
    row.a.push_back(a);
    row.gamma.push_back(gamma);
    row.beta.push_back(beta);
  }
}

static void evaluateSoftmax(bool hasBaseTwo, Row &row) {
  Real max = -std::numeric_limits<Real>::infinity(), sum = 0;
  for (Real a : row.a)
    max = std::isnan(a) || a > max ? a : max;
  for (Real a : row.a) {
    row.h.push_back(a - max);
    row.y.push_back(hasBaseTwo ? std::exp2(a - max) : std::exp(a - max));
    sum += row.y.back();
  }
  for (Real &y : row.y)
    y /= sum;
  row.square = sum;
}

static Real evaluateGelu(Real z) {
  const Real rootOfTwoOverPi = 0.797884560802865355879892119868763737L;
  return z / 2 * (1 + std::tanh(rootOfTwoOverPi * (z + 0.044715L * z * z * z)));
}

Row numerics::evaluateRow(const KernelCase &kernel, const Geometry &geometry,
                          const Inputs &inputs, int64_t number,
                          Mistake mistake) {
  Row row;
  readRow(kernel, geometry, inputs, number, mistake != Mistake::dropShift, row);
  if (kernel.program == Program::softmax) {
    evaluateSoftmax(kernel.variant.hasBaseTwo, row);
    return row;
  }

  Real n = row.a.size(), eps = kernel.getEps();
  if (mistake == Mistake::dropEps)
    eps = 0;
  if (kernel.isCentred())
    row.mean = getMean(row.a);
  Real q = 0;
  for (Real a : row.a)
    q += (a - row.mean) * (a - row.mean);
  switch (kernel.program) {
  case Program::batchNorm:
    row.mean = inputs.mean->get(number);
    row.square = inputs.variance->get(number);
    row.rho = 1 / std::sqrt(row.square + eps);
    break;
  case Program::l2NormAdd:
    row.square = q;
    row.rho = 1 / std::sqrt(q + eps);
    break;
  case Program::l2NormMax:
    row.square = q;
    row.rho = 1 / (std::sqrt(q) < eps ? eps : std::sqrt(q));
    break;
  default:
    row.square = q / n;
    row.rho = 1 / std::sqrt(q / n + eps);
  }
  for (auto [a, gamma, beta] : llvm::zip_equal(row.a, row.gamma, row.beta)) {
    row.h.push_back((a - row.mean) * row.rho);
    row.z.push_back(row.h.back() * gamma + beta);
  }

  row.y = row.z;
  if (kernel.program == Program::gelu)
    llvm::transform(row.z, row.y.begin(), evaluateGelu);
  if (kernel.program == Program::quantize) {
    Real largest = 1e-30L;
    for (Real z : row.z)
      largest = std::isnan(z) || std::abs(z) > largest ? std::abs(z) : largest;
    row.step = largest / 127;
    for (Real &y : row.y)
      y /= row.step;
  }
  return row;
}
