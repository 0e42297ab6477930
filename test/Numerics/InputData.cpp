//===- InputData.cpp - Numbers to run a norm on -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InputData.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

static HostTensor makeNormal(ArrayRef<int64_t> shape, uint64_t seed) {
  HostTensor numbers(DType::f64, shape);
  numbers.fillRandom(seed);
  return numbers;
}

void numerics::fillNormal(HostTensor &tensor, uint64_t seed) {
  HostTensor numbers = makeNormal(tensor.getShape(), seed);
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i)
    tensor.set(i, numbers.get(i));
}

void numerics::fillSteps(HostTensor &tensor, uint64_t seed) {
  HostTensor numbers = makeNormal(tensor.getShape(), seed);
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i)
    tensor.set(i, std::ldexp(1, std::lrint(2 * numbers.get(i))));
}

void numerics::fillStatistics(HostTensor &mean, HostTensor &variance,
                              InputKind kind, uint64_t seed) {
  HostTensor means = makeNormal(mean.getShape(), seed);
  HostTensor roots = makeNormal(mean.getShape(), seed + 1);
  double offset = kind == InputKind::largeMean    ? 1e4
                  : kind == InputKind::nearF16Max ? 62500
                                                  : 0;
  // Beside the variance of subnormals, ε is large.
  double scale = kind == InputKind::subnormal ? 1e-12 : 1;
  for (int64_t i = 0, e = mean.getNumElements(); i < e; ++i) {
    mean.set(i, offset + scale * means.get(i));
    variance.set(i, scale * roots.get(i) * roots.get(i));
  }
}

int64_t numerics::getPoisonedRow(const Geometry &geometry) {
  return geometry.getNumRows() / 2;
}

/// The row of an element of x, in row-major order of the parallel dims.
static int64_t getRow(const Geometry &geometry, int64_t position) {
  int64_t row = 0, scale = 1;
  for (int64_t dim = geometry.shape.size() - 1; dim >= 0; --dim) {
    int64_t coordinate = position % geometry.shape[dim];
    position /= geometry.shape[dim];
    if (geometry.isReduced(dim))
      continue;
    row += coordinate * scale;
    scale *= geometry.shape[dim];
  }
  return row;
}

/// A subnormal of the type, from N(0, 1).
static double makeSubnormal(DType dtype, double normal) {
  double least = getSmallestSubnormal(dtype);
  double count = 0.5 / getUnitRoundoff(dtype);
  return std::fmod(std::rint(normal * count / 4), count) * least;
}

static double getPoison(InputKind kind) {
  double infinity = std::numeric_limits<double>::infinity();
  return kind == InputKind::nan   ? std::nan("")
         : kind == InputKind::inf ? infinity
                                  : -infinity;
}

void numerics::fillInput(HostTensor &x, const Geometry &geometry,
                         InputKind kind, uint64_t seed,
                         std::optional<Code> code) {
  HostTensor normal = makeNormal(x.getShape(), seed);
  HostTensor ofRows = makeNormal({geometry.getNumRows()}, seed + 1);
  int64_t seenInPoisoned = 0, poisoned = geometry.getRowSize() / 2;
  for (int64_t i = 0, e = x.getNumElements(); i < e; ++i) {
    double value = normal.get(i);
    switch (kind) {
    case InputKind::normal:
      break;
    case InputKind::largeMean:
      value += 1e4;
      break;
    case InputKind::constant:
      value = 10 * ofRows.get(getRow(geometry, i));
      break;
    case InputKind::nearF16Max:
      value = std::min(62500 + 1000 * value, 65504.0);
      break;
    case InputKind::subnormal:
      value = code ? getSmallestNumber(*code) * std::rint(2 * value)
                   : makeSubnormal(x.getDType(), value);
      break;
    case InputKind::farStart:
      if (getRow(geometry, i) == getPoisonedRow(geometry) &&
          seenInPoisoned++ < 32)
        value += 1000;
      break;
    case InputKind::nan:
    case InputKind::inf:
    case InputKind::negativeInf:
      if (getRow(geometry, i) == getPoisonedRow(geometry) &&
          seenInPoisoned++ == poisoned)
        value = getPoison(kind);
    }
    if (code)
      value = encode(*code, code == Code::int8 ? 16 * value : value);
    x.set(i, value);
  }
}
