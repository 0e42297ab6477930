//===- Statistics.cpp - The statistics of a row -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Match.h"

using namespace mlir;
using namespace mlir::norm;

FailureOr<RowStatistics>
mlir::norm::buildStatistics(Algebra &algebra, const Match &match, double eps,
                            const Index &index, ArrayRef<Digit> row) {
  Poly x = algebra.getLeaf(match.x, index);
  Poly count = algebra.getConstant(1);
  for (Digit digit : row) {
    FailureOr<Poly> product =
        algebra.multiply(count, algebra.getExtent(digit.extent));
    if (failed(product))
      return failure();
    count = std::move(*product);
  }
  FailureOr<Poly> inverse = algebra.power(count, -one);
  FailureOr<Poly> squared = algebra.multiply(x, x);
  if (failed(inverse) || failed(squared))
    return failure();
  FailureOr<Poly> q = algebra.sum(*squared, row);
  if (failed(q))
    return failure();

  RowStatistics statistics;
  if (match.kind == NormKind::layer) {
    FailureOr<Poly> sum = algebra.sum(x, row);
    if (failed(sum))
      return failure();
    FailureOr<Poly> mean = algebra.multiply(*sum, *inverse);
    FailureOr<Poly> sumTimesMean =
        failed(mean) ? mean : algebra.multiply(*sum, *mean);
    if (failed(sumTimesMean))
      return failure();
    statistics.mean = std::move(*mean);
    q = algebra.add(*q, *sumTimesMean, -1.0);
  }
  if (match.kind != NormKind::l2)
    q = algebra.multiply(*q, *inverse);
  if (failed(q))
    return failure();
  FailureOr<Poly> rstd = failure();
  if (match.epsMode == EpsMode::add) {
    rstd = algebra.power(algebra.add(*q, algebra.getConstant(eps)), -half);
  } else {
    FailureOr<Poly> root = algebra.power(*q, half);
    if (failed(root))
      return failure();
    rstd =
        algebra.power(algebra.maximum(*root, algebra.getConstant(eps)), -one);
  }
  if (failed(rstd))
    return failure();
  statistics.rstd = std::move(*rstd);
  return statistics;
}

/// A sum over elements of x that the polynomial contains, at any depth.
static const Atom *findRowSum(const Algebra &algebra, const Poly &poly,
                              Node *x) {
  for (Term term : poly)
    for (Factor factor : algebra.getMonomial(term.monomial)) {
      const Atom &atom = algebra.getAtom(factor.atom);
      if (atom.kind == AtomKind::sum && atom.body.size() == 1 &&
          algebra.getAtom(atom.body[0].atom).node == x)
        return &atom;
      for (const Poly &operand : atom.operands)
        if (const Atom *sum = findRowSum(algebra, operand, x))
          return sum;
    }
  return nullptr;
}

FailureOr<Match::Statistic>
mlir::norm::matchStatistic(NormalForm &form, const Match &match, Node *node) {
  Algebra &algebra = form.algebra;
  FailureOr<Poly> value = form.evaluate(node);
  if (failed(value) || value->size() != 1)
    return failure();
  const Atom *found = findRowSum(algebra, *value, match.x);
  if (!found)
    return failure();
  Atom sum = *found;
  Index index = algebra.getAtom(sum.body[0].atom).index;
  FailureOr<RowStatistics> statistics =
      buildStatistics(algebra, match, match.eps, index, sum.bound);
  if (failed(statistics))
    return failure();
  bool isMean = match.kind == NormKind::layer &&
                algebra.isEqual(*value, statistics->mean);
  if (!isMean && !algebra.isEqual(*value, statistics->rstd))
    return failure();

  // The same row as the match's, digit by digit.
  for (auto [own, other] : llvm::zip_equal(match.xIndex, index)) {
    if (own.size() != other.size())
      return failure();
    for (auto [digit, otherDigit] : llvm::zip_equal(own, other))
      if (digit.extent != otherDigit.extent ||
          match.isReduced(digit) != llvm::is_contained(sum.bound, otherDigit))
        return failure();
  }
  return Match::Statistic{node, isMean, index, form.getIndex(node)};
}

bool mlir::norm::isTwoPass(NormalForm &form, const Match &match) {
  if (match.kind != NormKind::layer)
    return true;
  Algebra &algebra = form.algebra;
  return llvm::any_of(match.slice, [&](Node *node) {
    if (!node->isSum())
      return false;
    Node *summand = node->args[0];
    FailureOr<Poly> value = form.evaluate(summand);
    if (failed(value) || value->size() != 3)
      return false;
    const Atom *found = findRowSum(algebra, *value, match.x);
    if (!found)
      return false;
    // (x − Σx/n)², at the index of the summand.
    Atom sum = *found;
    Poly count = algebra.getConstant(1);
    for (Digit digit : sum.bound)
      if (FailureOr<Poly> product =
              algebra.multiply(count, algebra.getExtent(digit.extent));
          succeeded(product))
        count = std::move(*product);
    FailureOr<Poly> inverse = algebra.power(count, -one);
    if (failed(inverse))
      return false;
    for (Term term : *value)
      for (Factor factor : algebra.getMonomial(term.monomial)) {
        const Atom &atom = algebra.getAtom(factor.atom);
        if (atom.kind != AtomKind::leaf || factor.exponent != square)
          continue;
        Poly x = algebra.getFactor({factor.atom, one});
        FailureOr<Poly> total =
            algebra.sum(algebra.getFactor({sum.body[0].atom, one}), sum.bound);
        if (failed(total))
          return false;
        FailureOr<Poly> mean = algebra.multiply(*total, *inverse);
        if (failed(mean))
          return false;
        Poly centred = algebra.add(x, *mean, -1.0);
        FailureOr<Poly> squared = algebra.multiply(centred, centred);
        return succeeded(squared) && algebra.isEqual(*value, *squared);
      }
    return false;
  });
}
