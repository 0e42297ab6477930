//===- BatchNorm.cpp - Norms by given statistics ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Anchors.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
/// What is read off a value, before it is proven to be a batch norm.
class BatchNormMatcher {
public:
  BatchNormMatcher(NormalForm &form, Node *y, const Poly &value)
      : form(form), algebra(form.algebra), value(value) {
    match.kind = NormKind::batch;
    match.y = y;
    match.yIndex = form.getIndex(y);
  }
  FailureOr<Match> run();

private:
  bool isData(unsigned atom) const;
  bool readRoot(Factor factor);
  bool readTerm(Term term);
  bool isPerChannel(const Parameter &parameter) const;
  bool isOfWholeDims(const Parameter &parameter) const;
  bool isProven();

  NormalForm &form;
  Algebra &algebra;
  const Poly &value;
  Match match;
  std::optional<Factor> root;
  std::optional<unsigned> xAtom, means, scales, shifts;
};
} // namespace

/// True for an element of x. Of one sample, a parameter has as many elements,
/// but fewer dims.
bool BatchNormMatcher::isData(unsigned atom) const {
  const Atom &leaf = algebra.getAtom(atom);
  if (leaf.kind != AtomKind::leaf)
    return false;
  SmallVector<Digit> own = flatten(match.yIndex), read = flatten(leaf.index);
  llvm::sort(own);
  llvm::sort(read);
  return own == read &&
         (own.size() > 1 || leaf.index.size() == match.yIndex.size());
}

/// 1/√(v + ε), the only one.
bool BatchNormMatcher::readRoot(Factor factor) {
  if (root)
    return *root == factor;
  const Atom &atom = algebra.getAtom(factor.atom);
  if (factor.exponent != -half || atom.operands[0].size() != 2)
    return false;
  double coefficient = 0, eps = 0;
  for (Term term : atom.operands[0]) {
    const Monomial &monomial = algebra.getMonomial(term.monomial);
    if (monomial.empty()) {
      eps = term.coefficient;
      continue;
    }
    const Atom &leaf = algebra.getAtom(monomial[0].atom);
    if (monomial.size() != 1 || monomial[0].exponent != one ||
        leaf.node != form.x)
      return false;
    coefficient = term.coefficient;
    match.variance = {leaf.node, leaf.index};
  }
  if (!(coefficient > 0) || !(eps > 0))
    return false;
  match.eps = eps / coefficient;
  root = factor;
  return true;
}

/// x·ρ·γ, −μ·ρ·γ, or β.
bool BatchNormMatcher::readTerm(Term term) {
  SmallVector<unsigned> leaves;
  bool hasRoot = false;
  for (Factor factor : algebra.getMonomial(term.monomial)) {
    AtomKind kind = algebra.getAtom(factor.atom).kind;
    if (kind == AtomKind::power) {
      if (hasRoot || !readRoot(factor))
        return false;
      hasRoot = true;
      continue;
    }
    if (kind != AtomKind::leaf || factor.exponent != one)
      return false;
    leaves.push_back(factor.atom);
  }
  auto set = [](std::optional<unsigned> &slot, unsigned atom) {
    if (slot && *slot != atom)
      return false;
    slot = atom;
    return true;
  };
  if (!hasRoot)
    return leaves.size() == 1 && !shifts && set(shifts, leaves[0]);
  if (auto *data =
          llvm::find_if(leaves, [&](unsigned atom) { return isData(atom); });
      data != leaves.end()) {
    if (!set(xAtom, *data))
      return false;
    leaves.erase(data);
    return leaves.empty() || (leaves.size() == 1 && set(scales, leaves[0]));
  }
  // Which of two is γ is known once the terms with x are read.
  if (scales && leaves.size() == 2)
    llvm::erase(leaves, *scales);
  return leaves.size() == 1 && set(means, leaves[0]);
}

bool BatchNormMatcher::isOfWholeDims(const Parameter &parameter) const {
  SmallVector<Digit> flat = flatten(parameter.index);
  size_t size = 0;
  for (ArrayRef<Digit> digits : match.xIndex) {
    const auto *begin =
        digits.empty() ? flat.end() : llvm::find(flat, digits.front());
    if (begin == flat.end())
      continue;
    if (flat.end() - begin < std::ptrdiff_t(digits.size()) ||
        !std::equal(digits.begin(), digits.end(), begin))
      return false;
    size += digits.size();
  }
  return size == flat.size() &&
         form.graph.getNumElements(parameter.node) ==
             form.graph.extents.multiply(llvm::map_to_vector(
                 flat, [](Digit digit) { return digit.extent; }));
}

bool BatchNormMatcher::isPerChannel(const Parameter &parameter) const {
  SmallVector<Digit> flat = flatten(parameter.index);
  return isOfWholeDims(parameter) &&
         llvm::any_of(match.xIndex, [&](ArrayRef<Digit> digits) {
           return digits == ArrayRef<Digit>(flat);
         });
}

bool BatchNormMatcher::isProven() {
  auto leaf = [&](const Parameter &parameter) {
    return algebra.getLeaf(parameter.node, parameter.index);
  };
  FailureOr<Poly> rho = algebra.power(
      algebra.add(leaf(match.variance), algebra.getConstant(match.eps)), -half);
  if (failed(rho))
    return false;
  Poly centred =
      algebra.add(algebra.getFactor({*xAtom, one}), leaf(match.mean), -1.0);
  FailureOr<Poly> y = algebra.multiply(centred, *rho);
  if (succeeded(y) && match.scale.node)
    y = algebra.multiply(
        *y,
        algebra.add(leaf(match.scale), algebra.getConstant(match.scaleOffset)));
  if (failed(y))
    return false;
  if (match.shift.node)
    y = algebra.add(*y, leaf(match.shift));
  return algebra.isEqual(value, *y);
}

FailureOr<Match> BatchNormMatcher::run() {
  // Terms with x first: they tell γ from μ.
  for (bool isScaled : {true, false})
    for (Term term : value) {
      bool readsX =
          llvm::any_of(algebra.getMonomial(term.monomial),
                       [&](Factor factor) { return isData(factor.atom); });
      if (readsX == isScaled && !readTerm(term))
        return failure();
    }
  if (!root || !xAtom || !means)
    return failure();
  match.x = algebra.getAtom(*xAtom).node;
  match.xIndex = algebra.getAtom(*xAtom).index;
  auto setParameter = [&](Parameter &parameter, std::optional<unsigned> atom) {
    if (atom)
      parameter = {algebra.getAtom(*atom).node, algebra.getAtom(*atom).index};
  };
  setParameter(match.mean, means);
  setParameter(match.scale, scales);
  setParameter(match.shift, shifts);
  match.scaleOffset = 0;
  if (scales && llvm::any_of(value, [&](Term term) {
        const Monomial &monomial = algebra.getMonomial(term.monomial);
        return monomial.size() == 2 &&
               llvm::any_of(monomial, [&](Factor factor) {
                 return factor.atom == *xAtom;
               });
      }))
    match.scaleOffset = 1;
  // A mean that is computed is a statistic of something, or part of x.
  if (match.mean.node->kind != NodeKind::leaf || !isPerChannel(match.mean) ||
      !isPerChannel(match.variance) ||
      flatten(match.mean.index) != flatten(match.variance.index))
    return failure();
  for (const Parameter &parameter : {match.scale, match.shift})
    if (parameter.node &&
        (!isDataType(parameter.node->type) || !isOfWholeDims(parameter)))
      return failure();
  if (!isDataType(match.x->type) || !isDataType(match.mean.node->type) ||
      match.x->values.empty() || !isProven())
    return failure();
  return match;
}

FailureOr<Match> mlir::norm::matchBatchNorm(NormalForm &form, Node *y,
                                            const Poly &value) {
  return BatchNormMatcher(form, y, value).run();
}
