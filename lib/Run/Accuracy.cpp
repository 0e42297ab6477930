//===- Accuracy.cpp - How far from the oracle is right ----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Accuracy.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;

Scale Scale::of(const HostTensor &tensor) {
  Scale scale;
  double squares = 0;
  int64_t count = 0;
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i) {
    double value = tensor.get(i);
    if (!std::isfinite(value))
      continue;
    scale.max = std::max(scale.max, std::abs(value));
    squares += value * value;
    ++count;
  }
  if (count)
    scale.rms = std::sqrt(squares / count);
  return scale;
}

static double roundTo(DType dtype, double value) {
  HostTensor scalar(dtype, {});
  scalar.set(0, value);
  return scalar.get(0);
}

/// NaN and infinities agree with themselves. A value that overflows the type
/// may be its infinity, or NaN where it has none.
static bool agreesOutsideTheFinite(DType dtype, double got, double expected) {
  double rounded = roundTo(dtype, expected);
  if (std::isnan(rounded) || std::isnan(got))
    return std::isnan(rounded) && std::isnan(got);
  return got == expected || got == rounded;
}

static void compareFloats(const HostTensor &got, const HostTensor &expected,
                          const RoundingModel &model,
                          std::optional<double> tolerance,
                          Comparison &comparison) {
  DType dtype = got.getDType();
  double rms = std::max(Scale::of(expected).rms, model.leastScale);
  double lastRounding = getUnitRoundoff(dtype);
  double subnormal = getSmallestSubnormal(dtype);
  for (int64_t i = 0, e = got.getNumElements(); i < e; ++i) {
    double value = got.get(i), ref = expected.get(i);
    double bound = lastRounding * std::abs(ref) + subnormal +
                   model.growth * model.unitRoundoff * (std::abs(ref) + rms);
    if (tolerance)
      bound = *tolerance * (std::abs(ref) + rms);
    double error = std::abs(value - ref), ratio = 0;
    if (!std::isfinite(value) || !std::isfinite(ref)) {
      if (agreesOutsideTheFinite(dtype, value, ref))
        continue;
      error = ratio = std::numeric_limits<double>::infinity();
    } else if (error > 0) {
      ratio = error / bound;
    }
    comparison.maxAbsError = std::max(comparison.maxAbsError, error);
    if (i == 0 || ratio > comparison.maxErrorOverBound) {
      comparison.maxErrorOverBound = ratio;
      comparison.worst = i;
      comparison.got = value;
      comparison.expected = ref;
      comparison.bound = bound;
    }
  }
}

static void compareIntegers(const HostTensor &got, const HostTensor &expected,
                            const RoundingModel &model,
                            Comparison &comparison) {
  double delta = model.growth * model.unitRoundoff * Scale::of(expected).max;
  double nearTies = std::min(1.0, 2 * delta) * got.getNumElements();
  if (model.unitRoundoff > 0)
    comparison.offByOneAllowed = 3 + std::ceil(2 * nearTies);
  for (int64_t i = 0, e = got.getNumElements(); i < e; ++i) {
    double value = got.get(i), ref = expected.get(i);
    double error = std::abs(value - ref);
    comparison.offByOne += error == 1;
    if (error <= comparison.maxAbsError)
      continue;
    comparison.maxAbsError = error;
    comparison.worst = i;
    comparison.got = value;
    comparison.expected = ref;
  }
  comparison.bound = comparison.offByOneAllowed > 0;
  if (comparison.maxAbsError > comparison.bound ||
      comparison.offByOne > comparison.offByOneAllowed)
    comparison.maxErrorOverBound = std::numeric_limits<double>::infinity();
}

Comparison mlir::norm::compareToOracle(const HostTensor &got,
                                       const HostTensor &expected,
                                       const RoundingModel &model,
                                       std::optional<double> tolerance) {
  Comparison comparison;
  if (got.getShape() != expected.getShape() ||
      isFloat(got.getDType()) != isFloat(expected.getDType())) {
    bool bothFloats = isFloat(got.getDType()) && isFloat(expected.getDType());
    comparison.problem =
        "is " + formatType(got.getShape(), got.getDType()) +
        ", but the oracle's is " +
        formatType(expected.getShape(),
                   bothFloats ? got.getDType() : expected.getDType());
    return comparison;
  }
  if (isFloat(got.getDType()))
    compareFloats(got, expected, model, tolerance, comparison);
  else
    compareIntegers(got, expected, model, comparison);
  return comparison;
}
