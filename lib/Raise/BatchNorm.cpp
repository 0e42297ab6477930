//===- BatchNorm.cpp - Norms by given statistics ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// There is no sum to start at: the anchor is the root of a parameter plus ε.
// What follows from it is a scale and a shift per channel of some x, and it is
// a batch norm if the two fit: γ·ρ and β − μ·γ·ρ.

#include "Norm/Raise/Anchors.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;

// What keeps the search linear in the size of the graph.
static constexpr unsigned maxResults = 24;

static Node *skipViews(Node *node) {
  while (node->isCast() || node->kind == NodeKind::access ||
         node->kind == NodeKind::reshape)
    node = node->args[0];
  return node;
}

/// v of √(v + ε), where nothing is known of v.
static Node *getVariance(Node *root) {
  if (root->op != ScalarOp::sqrt && root->op != ScalarOp::rsqrt &&
      root->op != ScalarOp::pow)
    return nullptr;
  Node *radicand = skipViews(root->args[0]);
  if (radicand->kind != NodeKind::map || radicand->op != ScalarOp::add)
    return nullptr;
  Node *eps = skipViews(radicand->args[0]);
  Node *variance = skipViews(radicand->args[1]);
  if (!eps->isConstant())
    std::swap(eps, variance);
  bool isGiven = variance->kind == NodeKind::leaf && variance->getTensor() &&
                 isDataType(variance->type);
  return eps->isConstant() && isGiven ? variance : nullptr;
}

static SmallVector<Digit> flatten(const Index &index) {
  SmallVector<Digit> flat;
  for (ArrayRef<Digit> digits : index)
    llvm::append_range(flat, digits);
  return flat;
}

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
  auto hasAllDigits = [&](unsigned atom) {
    SmallVector<Digit> own = flatten(match.yIndex);
    SmallVector<Digit> read = flatten(algebra.getAtom(atom).index);
    llvm::sort(own);
    llvm::sort(read);
    return own == read;
  };
  if (auto *data = llvm::find_if(leaves, hasAllDigits); data != leaves.end()) {
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
          llvm::any_of(algebra.getMonomial(term.monomial), [&](Factor factor) {
            const Atom &atom = algebra.getAtom(factor.atom);
            return atom.kind == AtomKind::leaf &&
                   flatten(atom.index).size() == flatten(match.yIndex).size();
          });
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

/// The leaf of a value that is as large as y: x, or x − μ.
static Node *findData(NormalForm &form, Node *y, const Poly &value) {
  Index index = form.getIndex(y);
  size_t size = flatten(index).size();
  for (Term term : value)
    for (Factor factor : form.algebra.getMonomial(term.monomial)) {
      const Atom &atom = form.algebra.getAtom(factor.atom);
      if (atom.kind == AtomKind::leaf && flatten(atom.index).size() == size)
        return atom.node;
    }
  return nullptr;
}

std::vector<Match> NormSearch::matchVariance(Node *variance) {
  SmallVector<Node *> order;
  DenseSet<Node *> dependents;
  collectDependents(variance, order, dependents);
  std::vector<Match> found;
  unsigned numResults = 0;
  for (Node *node : order) {
    if (node->kind == NodeKind::reduce || node->values.empty() ||
        !isDataType(node->type) ||
        graph.getNumElements(node) == graph.getNumElements(variance))
      continue;
    if (++numResults > maxResults)
      break;
    DenseSet<Node *> within = dependents;
    std::optional<NormalForm> form(std::in_place, graph, variance, within,
                                   ArrayRef<int64_t>());
    FailureOr<Poly> value = form->evaluate(node);
    if (failed(value))
      continue;
    FailureOr<Match> match = matchBatchNorm(*form, node, *value);
    if (failed(match)) {
      // x − μ follows from no variance: look into it.
      Node *data = findData(*form, node, *value);
      if (!data || data->kind != NodeKind::map ||
          (data->op != ScalarOp::sub && data->op != ScalarOp::add))
        continue;
      within.insert(data);
      form.emplace(graph, variance, within, ArrayRef<int64_t>());
      value = form->evaluate(node);
      if (failed(value))
        continue;
      match = matchBatchNorm(*form, node, *value);
    }
    if (failed(match))
      continue;
    completeMatch(*form, *match, within);
    Refusal refusal;
    if (match->isEpsLiteral &&
        succeeded(matchBatchNormRounding(*match, policy, refusal)))
      found.push_back(std::move(*match));
  }
  return keepFarthest(found);
}

void NormSearch::runBatchNorms() {
  DenseSet<Node *> seen;
  for (Node *root : graph.getNodes())
    if (Node *variance = getVariance(root);
        variance && seen.insert(variance).second)
      accept(matchVariance(variance));
}
