//===- Proof.cpp - A value equals its reference, or why not -----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/References.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;

/// The formula of the op, with what was read off in its place.
FailureOr<Poly> ReferenceMatcher::buildReference(double eps) {
  SmallVector<Digit> row;
  for (ArrayRef<Digit> digits : match.xIndex)
    for (Digit digit : digits)
      if (match.isReduced(digit))
        row.push_back(digit);
  FailureOr<RowStatistics> statistics =
      buildStatistics(algebra, match, eps, match.xIndex, row);
  if (failed(statistics))
    return failure();
  Poly gamma = algebra.getConstant(match.scale.node ? match.scaleOffset : 1);
  if (match.scale.node)
    gamma = algebra.add(algebra.getLeaf(match.scale.node, match.scale.index),
                        gamma);
  FailureOr<Poly> y = algebra.multiply(
      algebra.add(algebra.getFactor({xAtom, one}), statistics->mean, -1.0),
      statistics->rstd);
  if (succeeded(y))
    y = algebra.multiply(*y, gamma);
  if (failed(y) || !match.shift.node)
    return y;
  return algebra.add(*y, algebra.getLeaf(match.shift.node, match.shift.index));
}

LogicalResult ReferenceMatcher::prove() {
  SmallVector<std::pair<NormKind, double>> candidates;
  double eps = std::fabs(constantTerm) < 1e-30 ? 0 : constantTerm;
  if (match.epsMode == EpsMode::max)
    candidates = {{NormKind::l2, eps}};
  else if (isCentred)
    candidates = {{NormKind::layer, eps / constantCount}};
  else
    candidates = {{NormKind::rms, eps / constantCount}, {NormKind::l2, eps}};
  for (auto [kind, candidateEps] : candidates) {
    match.kind = kind;
    FailureOr<Poly> reference = buildReference(candidateEps);
    if (failed(reference) || !algebra.isEqual(value, *reference))
      continue;
    match.eps = candidateEps;
    if (!(candidateEps >= 0))
      return refuse(Condition::epsNotLiteral, "ε is negative");
    return success();
  }
  return explain();
}

/// Not equal: why? By the coefficient of the scale.
LogicalResult ReferenceMatcher::explain() {
  double scale = std::fabs(scaled[0].coefficient);
  auto isClose = [&](double other) {
    return std::fabs(scale / other - 1) < 1e-10;
  };
  if (isClose(std::sqrt(constantCount - 1)))
    return refuse(Condition::divisorNotN, "unbiased: divided by n − 1");
  if (!isClose(std::sqrt(constantCount)) && !isClose(1))
    return refuse(Condition::divisorNotN);
  if (isCentred)
    return refuse(Condition::divisorNotN, "the mean is not Σx/n");
  return refuse(Condition::statEscapes);
}
