//===- References.cpp - Values against the reference formulas ---*- C++ -*-===//
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

/// Terms in which x is read outside of a sum, and all others.
LogicalResult ReferenceMatcher::sortTerms() {
  std::optional<unsigned> x;
  for (Term term : value) {
    unsigned numReads = 0;
    for (Factor factor : algebra.getMonomial(term.monomial)) {
      if (!isLeafOf(factor.atom, match.x))
        continue;
      ++numReads;
      if (factor.exponent != one)
        return refuse(Condition::notAffineInX, "a power of x");
      if (x && *x != factor.atom)
        return refuse(Condition::notAffineInX, "several elements of x");
      x = factor.atom;
    }
    if (numReads > 1)
      return refuse(Condition::notAffineInX, "a product of elements of x");
    (numReads ? scaled : shifted).push_back(term);
  }
  if (!x)
    return refuse(Condition::noFullSizeResult);
  xAtom = *x;
  match.xIndex = algebra.getAtom(xAtom).index;

  // Each element of y reads an element of x of its own.
  SmallVector<Digit> read = flatten(match.xIndex), own = flatten(match.yIndex);
  llvm::sort(read);
  llvm::sort(own);
  if (read != own)
    return refuse(Condition::elementOutsideRow, "elements of x repeat");
  return success();
}

/// The one factor 1/√… of all terms with x.
LogicalResult ReferenceMatcher::readRoot() {
  std::optional<Factor> found;
  for (Term term : scaled) {
    SmallVector<Factor, 2> statistics;
    for (Factor factor : algebra.getMonomial(term.monomial))
      if (isStatistic(factor.atom))
        statistics.push_back(factor);
    if (statistics.size() != 1 || (found && !(*found == statistics[0])))
      return refuse(Condition::notAffineInX,
                    "not one root of one statistic of the row");
    found = statistics[0];
  }
  root = *found;
  const Atom &atom = algebra.getAtom(root.atom);
  if (atom.kind == AtomKind::power && root.exponent == -half) {
    radicand = atom.operands[0];
    return success();
  }
  if (atom.kind == AtomKind::sum && root.exponent == -half) {
    radicand = algebra.getFactor({root.atom, one});
    return success();
  }
  if (atom.kind == AtomKind::power && root.exponent == -one)
    return refuse(Condition::epsOutsideRoot);
  if (atom.kind != AtomKind::maximum || root.exponent != -one)
    return refuse(Condition::notAffineInX, "not 1/√ of a statistic");

  // 1/max(√q, ε)
  for (const Poly &operand : atom.operands) {
    if (operand.size() != 1 || operand[0].coefficient <= 0)
      return refuse(Condition::clamp, "max of two expressions");
    const Monomial &monomial = algebra.getMonomial(operand[0].monomial);
    if (monomial.empty())
      constantTerm = operand[0].coefficient;
    else if (monomial.size() == 1 && monomial[0].exponent == half)
      radicand = algebra.getFactor({monomial[0].atom, one});
  }
  if (constantTerm == 0 || radicand.empty())
    return refuse(Condition::clamp, "max of two statistics");
  match.epsMode = EpsMode::max;
  return success();
}

/// Σx² under the root, the row it runs over, and what else is there.
LogicalResult ReferenceMatcher::readRow() {
  std::optional<unsigned> found;
  double coefficient = 1;
  for (Term term : radicand)
    if (std::optional<unsigned> sum = algebra.getSingleSum(term.monomial)) {
      const Monomial &body = algebra.getAtom(*sum).body;
      if (body.size() != 1 || body[0].exponent != square ||
          !isLeafOf(body[0].atom, match.x))
        continue;
      if (found)
        return refuse(Condition::notSquareSum, "several sums of squares");
      found = *sum;
      coefficient = term.coefficient;
    }
  if (!found) {
    for (Term term : radicand)
      for (Factor factor : algebra.getMonomial(term.monomial))
        if (algebra.getAtom(factor.atom).kind == AtomKind::maximum)
          return refuse(Condition::clamp, "of the statistic under the root");
    return refuse(Condition::notSquareSum);
  }
  squares = *found;
  Atom sum = algebra.getAtom(squares);
  Index row = algebra.getAtom(sum.body[0].atom).index;
  for (auto [own, other] : llvm::zip_equal(match.xIndex, row)) {
    if (own.size() != other.size())
      return refuse(Condition::elementOutsideRow);
    for (auto [digit, rowDigit] : llvm::zip_equal(own, other)) {
      bool isBound = llvm::is_contained(sum.bound, rowDigit);
      if (digit.extent != rowDigit.extent ||
          (!isBound && digit.variable != rowDigit.variable))
        return refuse(Condition::elementOutsideRow);
      if (isBound)
        match.reduced.insert(digit.variable);
    }
  }
  Extent length = form.graph.extents.getConstant(1);
  for (Digit digit : sum.bound)
    length = form.graph.extents.multiply(length, digit.extent);
  if (form.graph.extents.getIfConstant(length).value_or(2) < 2)
    return refuse(Condition::notSquareSum, "a row of one element");
  constantCount = double(form.graph.extents.getFactor(length));

  for (Term term : radicand) {
    const Monomial &monomial = algebra.getMonomial(term.monomial);
    if (monomial.empty()) {
      constantTerm = term.coefficient / coefficient;
      continue;
    }
    for (Factor factor : monomial) {
      if (algebra.getAtom(factor.atom).kind == AtomKind::extent ||
          factor.atom == squares)
        continue;
      if (!isStatistic(factor.atom))
        return refuse(Condition::epsNotLiteral,
                      "the root is taken of more than a statistic");
      if (factor.exponent != square)
        return refuse(Condition::notSquareSum,
                      "other terms stand under the root");
      isCentred = true;
    }
  }
  return success();
}

LogicalResult ReferenceMatcher::readParameter(unsigned atom,
                                              Parameter &parameter,
                                              Condition condition) {
  const Atom &leaf = algebra.getAtom(atom);
  parameter = {leaf.node, leaf.index};
  DenseSet<unsigned> own, seen;
  bool isRow = true;
  for (ArrayRef<Digit> digits : match.xIndex)
    for (Digit digit : digits) {
      own.insert(digit.variable);
      isRow &= match.isReduced(digit);
    }
  for (auto [digits, extent] : llvm::zip_equal(leaf.index, leaf.node->shape)) {
    Extent size = form.graph.extents.getConstant(1);
    for (Digit digit : digits) {
      size = form.graph.extents.multiply(size, digit.extent);
      if (!own.contains(digit.variable) || !seen.insert(digit.variable).second)
        return refuse(condition, "a parameter is read out of order");
    }
    bool isDynamic = !form.graph.extents.getIfConstant(extent);
    if (size != extent && !(isDynamic && !digits.empty()))
      return refuse(condition, "only part of a parameter is read");
  }
  if (!isRow && seen.size() == own.size())
    return refuse(Condition::residualInside);
  return success();
}

/// γ, 1 + γ or 1, and β or 0.
LogicalResult ReferenceMatcher::readParameters() {
  std::optional<unsigned> scale, shift;
  bool hasPlain = false;
  for (Term term : scaled) {
    std::optional<unsigned> parameter;
    for (Factor factor : algebra.getMonomial(term.monomial)) {
      AtomKind kind = algebra.getAtom(factor.atom).kind;
      if (factor.atom == xAtom || factor.atom == root.atom ||
          kind == AtomKind::extent)
        continue;
      if (parameter || factor.exponent != one)
        return refuse(Condition::scaleNotGamma, "a product of parameters");
      parameter = factor.atom;
    }
    if (!parameter)
      hasPlain = true;
    else if (scale && *scale != *parameter)
      return refuse(Condition::scaleNotGamma, "a sum of parameters");
    else
      scale = parameter;
  }
  if (scale &&
      failed(readParameter(*scale, match.scale, Condition::scaleNotGamma)))
    return failure();
  match.scaleOffset = scale && hasPlain ? 1 : 0;

  for (Term term : shifted) {
    const Monomial &monomial = algebra.getMonomial(term.monomial);
    if (llvm::any_of(monomial,
                     [&](Factor factor) { return isStatistic(factor.atom); }))
      continue; // the mean; the proof looks at it
    if (shift || monomial.size() != 1 || monomial[0].exponent != one ||
        algebra.getAtom(monomial[0].atom).kind != AtomKind::leaf ||
        std::fabs(term.coefficient - 1) > 1e-10)
      return refuse(Condition::shiftNotBeta);
    shift = monomial[0].atom;
  }
  if (shift &&
      failed(readParameter(*shift, match.shift, Condition::shiftNotBeta)))
    return failure();
  return success();
}

FailureOr<Match> ReferenceMatcher::run() {
  if (failed(sortTerms()) || failed(readRoot()) || failed(readRow()) ||
      failed(readParameters()) || failed(prove()))
    return failure();
  return match;
}

FailureOr<Match> mlir::norm::matchReference(NormalForm &form, Node *y,
                                            const Poly &value) {
  return ReferenceMatcher(form, y, value).run();
}
