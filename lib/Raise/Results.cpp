//===- Results.cpp - From x on to y -----------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Anchors.h"
#include <cmath>
#include <queue>

using namespace mlir;
using namespace mlir::norm;

// What keeps the search linear in the size of the graph.
static constexpr unsigned maxDependents = 160;
static constexpr unsigned maxResults = 24;

void NormSearch::collectDependents(Node *x, SmallVectorImpl<Node *> &order,
                                   DenseSet<Node *> &dependents) {
  auto isLater = [](Node *a, Node *b) { return a->id > b->id; };
  std::priority_queue<Node *, std::vector<Node *>, decltype(isLater)> next(
      isLater);
  DenseSet<Node *> seen;
  auto pushUsers = [&](Node *node) {
    for (Node *user : node->users)
      if (seen.insert(user).second)
        next.push(user);
  };
  dependents.insert(x);
  pushUsers(x);
  while (!next.empty() && order.size() < maxDependents) {
    Node *node = next.top();
    next.pop();
    dependents.insert(node);
    order.push_back(node);
    if (!results.contains(node))
      pushUsers(node);
  }
}

/// True if a norm may consist of such ops.
static bool isNormOp(const Node *node) {
  switch (node->kind) {
  case NodeKind::access:
  case NodeKind::reshape:
    return true;
  case NodeKind::reduce:
    return node->isSum();
  case NodeKind::map:
    return node->op == ScalarOp::compareFloat ||
           (node->op != ScalarOp::other && isa<FloatType>(node->type));
  default:
    return false;
  }
}

/// Why nothing behind such a node is a norm.
static Refusal describeForeignOp(const Node *node) {
  if (node->kind == NodeKind::gather)
    return {Condition::gatherTable, ""};
  if (node->kind == NodeKind::map && node->op == ScalarOp::other)
    return {
        Condition::unsupportedOp,
        OperationName::getFromOpaquePointer(node->detail).getStringRef().str()};
  return {Condition::unsupportedOp, ""};
}

void NormSearch::completeMatch(NormalForm &form, Match &match,
                               const DenseSet<Node *> &dependents) {
  DenseSet<Node *> seen;
  SmallVector<Node *> worklist{match.y};
  double literal = match.eps;
  double distance = 1e-6;
  while (!worklist.empty()) {
    Node *node = worklist.pop_back_val();
    if (node->isConstant() && match.eps > 0) {
      // ε, or for 1/√max(q, ε²) its square.
      for (double value : {node->value, std::sqrt(std::fabs(node->value))})
        if (double error = std::fabs(value / match.eps - 1); error < distance) {
          literal = value;
          distance = error;
        }
    }
    if (!dependents.contains(node) || node == match.x ||
        !seen.insert(node).second)
      continue;
    match.slice.push_back(node);
    llvm::append_range(worklist, node->args);
  }
  match.isEpsLiteral = match.eps == 0 || distance < 1e-6;
  match.isTwoPass = isTwoPass(form, match);
  match.literalEps = literal;
}

/// What the rewrite needs to know beyond the proof.
void NormSearch::describe(NormalForm &form, Match &match) {
  for (Node *node : match.slice) {
    if (node == match.y || !isa<FloatType>(node->type))
      continue;
    if (node->getTensor() && node->kind != NodeKind::access)
      if (auto statistic = matchStatistic(form, match, node);
          succeeded(statistic))
        match.statistics.push_back(*statistic);
    // A root of a statistic plus a positive ε, which an exporter compares to 0.
    bool isCompared = llvm::any_of(node->users, [](Node *user) {
      return user->op == ScalarOp::compareFloat;
    });
    if (!isCompared || match.eps <= 0)
      continue;
    FailureOr<Poly> value = form.evaluate(node);
    if (failed(value) || value->size() != 1 || (*value)[0].coefficient <= 0)
      continue;
    const Monomial &monomial = form.algebra.getMonomial((*value)[0].monomial);
    if (monomial.size() != 1)
      continue;
    const Atom &atom = form.algebra.getAtom(monomial[0].atom);
    if ((atom.kind == AtomKind::power || atom.kind == AtomKind::maximum) &&
        atom.isNonNegative)
      match.positive.push_back(node);
  }
  // A parameter that is 1 + γ, added in the type in which the op would.
  Node *scale = match.scale.node;
  if (!scale || match.scaleOffset != 0 || scale->op != ScalarOp::add ||
      match.rounding != Rounding::after_scale || scale->type != match.acc)
    return;
  Node *constant = scale->args[0], *gamma = scale->args[1];
  if (!constant->isConstant())
    std::swap(constant, gamma);
  if (!constant->isConstant() || constant->value != 1)
    return;
  FailureOr<Poly> value = form.evaluate(gamma, match.scale.index);
  if (failed(value) || value->size() != 1 || (*value)[0].coefficient != 1)
    return;
  const Monomial &monomial = form.algebra.getMonomial((*value)[0].monomial);
  if (monomial.size() != 1 || monomial[0].exponent != one ||
      form.algebra.getAtom(monomial[0].atom).kind != AtomKind::leaf)
    return;
  const Atom &leaf = form.algebra.getAtom(monomial[0].atom);
  match.scale = {leaf.node, leaf.index};
  match.scaleOffset = 1;
}

/// The order of the digits of y is that of x: no transpose is needed.
static bool isInOrder(const Match &match) {
  return flatten(match.xIndex) == flatten(match.yIndex);
}

/// Of results that follow from each other, the one with the most parameters,
/// and of those with the same the first that is not rounded further, needs no
/// transpose, and has the dims of x if another has. Results that do not follow
/// from each other share statistics.
std::vector<Match> NormSearch::keepFarthest(ArrayRef<Match> found) {
  auto follows = [](const Match &later, const Match &earlier) {
    return llvm::is_contained(later.slice, earlier.y);
  };
  auto hasSameParameters = [](const Match &a, const Match &b) {
    return a.scale.node == b.scale.node && a.shift.node == b.shift.node &&
           a.scaleOffset == b.scaleOffset && a.kind == b.kind;
  };
  auto isBetter = [&](const Match &later, const Match &earlier) {
    if (!hasSameParameters(later, earlier))
      return true;
    if (isInOrder(later) != isInOrder(earlier))
      return isInOrder(later);
    if (bool hasDimsOfX = later.yIndex == later.xIndex;
        hasDimsOfX != (earlier.yIndex == earlier.xIndex))
      return hasDimsOfX;
    return !holdsExactly(cast<FloatType>(later.y->type),
                         cast<FloatType>(earlier.y->type));
  };
  std::vector<Match> kept;
  for (const Match &match : found) {
    bool isSuperseded = false;
    std::vector<Match> rest;
    for (Match &other : kept) {
      if (!follows(match, other))
        rest.push_back(std::move(other));
      else if (isBetter(match, other))
        continue;
      else {
        isSuperseded = true;
        rest.push_back(std::move(other));
      }
    }
    kept = std::move(rest);
    if (!isSuperseded)
      kept.push_back(match);
  }
  return kept;
}

std::vector<Match> NormSearch::matchCut(Node *x, Refusal &refusal) {
  SmallVector<Node *> order;
  DenseSet<Node *> dependents;
  collectDependents(x, order, dependents);
  NormalForm form(graph, x, dependents, rowLengths);
  Extent size = graph.getNumElements(x);
  DenseSet<Node *> followsSum, eligible{x};
  std::vector<Match> found;
  unsigned numResults = 0;
  for (Node *node : order) {
    bool follows = node->isSum();
    bool isEligible = isNormOp(node);
    for (Node *arg : node->args) {
      follows |= followsSum.contains(arg);
      isEligible &= !dependents.contains(arg) || eligible.contains(arg);
    }
    if (!isEligible) {
      if (follows && !isNormOp(node) &&
          llvm::all_of(node->args, [&](Node *arg) {
            return !dependents.contains(arg) || eligible.contains(arg);
          }))
        refusal.merge(describeForeignOp(node));
      continue;
    }
    eligible.insert(node);
    if (!follows)
      continue;
    followsSum.insert(node);
    if (node->kind == NodeKind::reduce || graph.getNumElements(node) != size ||
        node->values.empty() || !isDataType(node->type))
      continue;
    if (++numResults > maxResults)
      break;
    FailureOr<Poly> value = form.evaluate(node);
    FailureOr<Match> match = failure();
    if (succeeded(value))
      match = matchReference(form, node, *value);
    if (succeeded(match))
      for (const Parameter &parameter : {match->scale, match->shift})
        if (parameter.node && !isDataType(parameter.node->type)) {
          match = failure();
          form.refusal = {Condition::unsupportedOp, "a parameter's type"};
          break;
        }
    if (failed(match)) {
      refusal.merge(form.refusal);
      continue;
    }
    completeMatch(form, *match, dependents);
    if (Refusal mode; failed(matchRounding(*match, dependents, policy, mode)))
      refusal.merge(mode);
    else
      found.push_back(std::move(*match));
  }
  refusal.merge({Condition::noFullSizeResult, ""});
  std::vector<Match> kept = keepFarthest(found);
  for (Match &match : kept)
    describe(form, match);
  return kept;
}
