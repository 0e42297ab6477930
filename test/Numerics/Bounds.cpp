//===- Bounds.cpp - How far from the formula is right -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bounds.h"
#include <cmath>
#include <set>

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

namespace {
/// Of the statistics of a row.
struct StatisticsBounds {
  double mean = 0;
  /// The centred value is off by common + relative·|c|.
  double common = 0, relative = 0;
  double rhoRelative = 0;
};

class RowBounds {
public:
  RowBounds(const KernelCase &kernel, const Row &row);
  ExpectedRow get();

private:
  StatisticsBounds getStatistics() const;
  double getShift() const;
  double getRhoRelative(double squareError, double extraSquare) const;
  /// Of h of one element.
  double getNormalized(size_t i) const;
  /// Of h·(γ + o) + β.
  double getAffine(size_t i) const;
  Expected roundBeforeScale(size_t i) const;
  Expected round(DType dtype, Real value, double error) const;
  void boundSoftmax(ExpectedRow &expected) const;
  void boundQuantize(ExpectedRow &expected) const;

  const KernelCase &kernel;
  const Row &row;
  bool isFinite;
  double n, u, eta;
  /// s, of any sum over the row, and of the elements themselves.
  double growth, meanGrowth = 0;
  StatisticsBounds statistics;
};
} // namespace

static double getMeanOf(ArrayRef<Real> values, Real minus) {
  Real sum = 0;
  for (Real value : values)
    sum += std::abs(value - minus);
  return sum / values.size();
}

/// See s, in the header.
static bool hasExactSums(ArrayRef<Real> values, DType accType) {
  int grid = std::numeric_limits<int>::max();
  Real sum = 0;
  for (Real value : values) {
    sum += std::abs(value);
    int exponent;
    Real fraction = std::frexp(value, &exponent);
    if (!std::isfinite(value))
      return false;
    for (; fraction != std::rint(fraction); --exponent)
      fraction *= 2;
    if (fraction != 0)
      grid = std::min(grid, exponent);
  }
  return sum == 0 ||
         std::ldexp(sum * Real(getUnitRoundoff(accType)), -grid) <= 1;
}

/// The first elements make up most of a sum over the row.
static bool startsLarge(ArrayRef<Real> values) {
  size_t few = std::min<size_t>(values.size(), 128);
  Real first = getMeanOf(values.take_front(few), 0) * few;
  return values.size() > 4 * few &&
         first > getMeanOf(values, 0) * values.size() / 2;
}

static bool hasFewValues(ArrayRef<Real> values) {
  std::set<Real> few;
  for (Real value : values)
    if (few.insert(value).second && few.size() > 8)
      return false;
  return true;
}

RowBounds::RowBounds(const KernelCase &kernel, const Row &row)
    : kernel(kernel), row(row),
      isFinite(row.isFinite() || kernel.program == Program::batchNorm),
      n(row.a.size()), u(getUnitRoundoff(kernel.getAccType())),
      eta(getSmallestSubnormal(kernel.getAccType())) {
  bool repeats = kernel.dtype != kernel.getAccType() || hasFewValues(row.a);
  // Rounding errors of many terms make up for each other, but not of a few.
  growth = std::max(std::sqrt(n), std::min(n, 8.0));
  if (startsLarge(row.a))
    growth = n;
  else if (repeats)
    growth = std::max(growth, n / 2);
  // Neighbours in memory are shared among threads that sum as a tree, 8192 at a
  // time: no element goes through more additions than that, whatever it is.
  const Geometry &geometry = kernel.geometries.front();
  if (kernel.road.hasKernels() && geometry.isReduced(geometry.shape.size() - 1))
    growth = std::min(growth, n / 8192 + 40);
  if (!hasExactSums(row.a, kernel.getAccType()))
    meanGrowth = growth;
  if (isFinite)
    statistics = getStatistics();
}

/// Of 1/√w, where w = square + ε is computed within `squareError`, and besides
/// up to `extraSquare` too large.
double RowBounds::getRhoRelative(double squareError, double extraSquare) const {
  // ε, its addition, the root and the reciprocal each round once.
  double steps = 4 * u;
  if (kernel.program == Program::l2NormMax) {
    // √q is off by e/(2√q), and never by more than √e; no more counts where ε
    // is larger.
    double root = std::sqrt(double(row.square));
    double error = std::sqrt(squareError);
    if (root > 0)
      error = std::min(error, squareError / (2 * root));
    return error * double(row.rho) + steps;
  }
  double w = double(row.square) + kernel.getEps();
  double tooLarge = squareError < w ? 1 / std::sqrt(1 - squareError / w) - 1
                                    : std::numeric_limits<double>::infinity();
  double tooSmall = 1 - 1 / std::sqrt(1 + (squareError + extraSquare) / w);
  return std::max(tooLarge, tooSmall) + steps;
}

/// How far the mean of the first elements, however many of them make a vector,
/// is off that of the row; from four standard deviations on it is not used if
/// that is checked.
double RowBounds::getShift() const {
  Real sum = 0, shift = 0;
  for (size_t i = 0; i < std::min<size_t>(row.a.size(), 128); ++i) {
    sum += row.a[i];
    shift = std::max(shift, std::abs(sum / Real(i + 1) - row.mean));
  }
  return kernel.road.hasUncheckedShift
             ? shift
             : std::min(shift, 4 * std::sqrt(row.square));
}

StatisticsBounds RowBounds::getStatistics() const {
  StatisticsBounds bounds;
  double square = row.square;
  if (kernel.program == Program::batchNorm) {
    // Given, and rounded if wider than A.
    bool rounds = kernel.getParameterType() != kernel.getAccType();
    bounds.common = rounds ? u * std::abs(double(row.mean)) + eta : 0;
    bounds.relative = u;
    bounds.rhoRelative = getRhoRelative(rounds ? u * square + eta : 0, 0);
    return bounds;
  }
  if (!kernel.isCentred()) {
    // The square of each element and the division round once.
    bounds.rhoRelative = getRhoRelative((growth + 3) * u * square + n * eta, 0);
    return bounds;
  }
  double deviation = getMeanOf(row.a, row.mean);
  double delta = (meanGrowth + 2) * u * getMeanOf(row.a, 0) + eta;
  bounds.mean = delta;
  // Sums are about a number that is off the mean by `shift`.
  double shift = delta;
  if (kernel.road.hasResidual) {
    // Either the rounded mean, or that of the row's first elements. Σ(a − m)/n
    // is added to it; its error is all that is left of the mean's.
    shift = std::max(delta, getShift());
    bounds.common =
        (growth + 2) * u * (deviation + shift) + 2 * u * shift + eta;
    bounds.relative = 2 * u;
    // The mean may be given with its correction.
    bounds.mean =
        std::max(delta, bounds.common) + u * std::abs(double(row.mean));
  } else {
    bounds.common = delta * (1 + u);
    bounds.relative = u;
  }
  // Each (a − m)² rounds, and a − m before that; its mean is off the variance
  // by shift², which is taken off with twice the error of the shift, or, if it
  // is not, is `common`². Parts of a row, each about its own mean, are off by
  // no more together: what their means lack are many errors, each its own.
  double squareError =
      (growth + 6) * u * (square + shift * shift) + 4 * u * shift * deviation +
      2 * shift * (kernel.road.hasResidual ? bounds.common : 0) + eta;
  bounds.rhoRelative =
      getRhoRelative(squareError, bounds.common * bounds.common);
  return bounds;
}

double RowBounds::getNormalized(size_t i) const {
  if (!isFinite || !std::isfinite(row.a[i]))
    return 0;
  double h = std::abs(double(row.h[i])), rho = row.rho;
  double c = std::abs(double(row.a[i] - row.mean));
  double centred = statistics.common + statistics.relative * c;
  return rho * (1 + statistics.rhoRelative) * centred +
         h * (statistics.rhoRelative + 2 * u) + eta;
}

double RowBounds::getAffine(size_t i) const {
  double gamma = std::abs(double(row.gamma[i]));
  double hg = std::abs(double(row.h[i])) * gamma;
  // γ rounds if it is wider than A, γ + o, the product, and an error of h does
  // so with it; β rounds if it is wider than A; the sum.
  return (1 + 4 * u) * getNormalized(i) * gamma + 4 * u * hg +
         u * std::abs(double(row.z[i])) + u * std::abs(double(row.beta[i]));
}

/// The absolute error of a rounding near zero. The x86 instruction that rounds
/// to bf16 takes subnormals for zero.
static double getUnderflow(DType dtype) {
  double smallest = getSmallestSubnormal(dtype);
  return dtype == DType::bf16 ? smallest / (2 * getUnitRoundoff(dtype))
                              : smallest;
}

/// The last rounding, of a value within `error`.
Expected RowBounds::round(DType dtype, Real value, double error) const {
  double size = std::abs(double(value)) + error;
  return {double(value),
          error + getUnitRoundoff(dtype) * size + getUnderflow(dtype)};
}

/// All steps after that to R are exact in their rounding: both ends of what h
/// may be go through them.
Expected RowBounds::roundBeforeScale(size_t i) const {
  DType type = kernel.getAffineType();
  double h = row.h[i], error = getNormalized(i);
  double fused = 0;
  auto finish = [&](Real end) {
    Real rounded = roundTo(kernel.dtype, end);
    Real gamma = roundTo(type, row.gamma[i]);
    Real product =
        kernel.variant.scale ? roundTo(type, rounded * gamma) : rounded;
    // A lowering may contract the product and the sum.
    if (kernel.variant.shift)
      fused =
          std::max(fused, getUnitRoundoff(type) * std::abs(double(product)) +
                              getSmallestSubnormal(type));
    return roundTo(kernel.getResultType(),
                   roundTo(type, product + row.beta[i]));
  };
  Real low = finish(h - error), high = finish(h + error);
  // Where γ is negative they change places.
  Real value = (low + high) / 2;
  double spread = std::abs(double(high - low)) / 2;
  if (fused > 0) // The last rounding may go the other way then.
    fused += 2 * getUnitRoundoff(kernel.getResultType()) *
                 (std::abs(double(value)) + spread + fused) +
             getSmallestSubnormal(kernel.getResultType());
  if (kernel.dtype == DType::bf16 || type == DType::bf16 ||
      kernel.getResultType() == DType::bf16)
    fused += getUnderflow(DType::bf16) * (3 + std::abs(double(row.gamma[i])));
  // The machine's widest type may round twice on the way to f64.
  if (type == DType::f64)
    fused += 4 * getUnitRoundoff(type) * std::abs(double(value)) +
             getSmallestSubnormal(type);
  return {double(value), spread + fused};
}

/// exp and tanh, as a polynomial in vector registers or from libm, are within 4
/// units in the last place.
static constexpr double transcendental = 8;

void RowBounds::boundSoftmax(ExpectedRow &expected) const {
  // exp(t) grows the rounding of t by t. Results below the least normal number
  // may be anything between 0 and that.
  auto getRelative = [&](size_t i) {
    double t = std::abs(double(row.h[i]));
    return std::isfinite(t) ? u * (t + transcendental) : 0;
  };
  double sumError = 0;
  for (size_t i = 0; i < row.y.size(); ++i)
    sumError += double(row.y[i]) * getRelative(i);
  sumError += growth * u;
  double leastNormal = eta / (2 * u);
  for (size_t i = 0; i < row.y.size(); ++i) {
    double error =
        double(row.y[i]) * (getRelative(i) + sumError + 2 * u) + leastNormal;
    expected.y.push_back(round(kernel.getResultType(), row.y[i], error));
  }
}

void RowBounds::boundQuantize(ExpectedRow &expected) const {
  double error = 0, step = row.step;
  for (size_t i = 0; i < row.z.size(); ++i)
    error = std::max(error, getAffine(i));
  double stepError = error / 127 + 2 * u * step;
  expected.step = {step, stepError + eta};
  double least = std::max(step - stepError, 1e-30 / 127);
  for (size_t i = 0; i < row.y.size(); ++i) {
    double y = row.y[i];
    double quotient = (getAffine(i) + std::abs(y) * stepError) / least;
    expected.y.push_back({y, 0.5 + quotient + 127 * 3 * u});
  }
}

ExpectedRow RowBounds::get() {
  ExpectedRow expected;
  if (kernel.program == Program::softmax) {
    boundSoftmax(expected);
    return expected;
  }
  expected.mean = {double(row.mean), statistics.mean};
  expected.rho = {double(row.rho),
                  isFinite ? double(row.rho) * statistics.rhoRelative : 0};
  if (kernel.program == Program::quantize) {
    boundQuantize(expected);
    return expected;
  }
  for (size_t i = 0; i < row.y.size(); ++i) {
    double error = getAffine(i);
    // |GELU′| ≤ 1.13. tanh and 1 + tanh round beside 1; its argument, within 6
    // roundings, moves it by t/cosh²t ≤ 0.45 of them.
    if (kernel.program == Program::gelu)
      error = 1.13 * error +
              (transcendental + 2 + 3) * u * std::abs(double(row.z[i])) / 2 +
              2 * u * std::abs(double(row.y[i]));
    expected.y.push_back(kernel.variant.roundsBeforeScale
                             ? roundBeforeScale(i)
                             : round(kernel.getResultType(), row.y[i], error));
    if (kernel.program == Program::addLayerNorm)
      expected.sum.push_back(kernel.dtype == kernel.getAccType()
                                 ? Expected{double(row.a[i]), 0}
                                 : round(kernel.dtype, row.a[i], 0));
  }
  return expected;
}

ExpectedRow numerics::boundRow(const KernelCase &kernel, const Row &row) {
  return RowBounds(kernel, row).get();
}
