//===- BatchNormSearch.cpp - From the root of a parameter --------*- C++
//-*-===//
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

std::vector<Match> NormSearch::matchVariance(Node *variance, Refusal &refusal) {
  SmallVector<Node *> order;
  DenseSet<Node *> dependents;
  collectDependents(variance, order, dependents);
  std::vector<Match> found;
  unsigned numResults = 0;
  for (Node *node : order) {
    // A vector is a parameter.
    if (node->kind == NodeKind::reduce || node->values.empty() ||
        !isDataType(node->type) || node->shape.size() < 2)
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
      if (!data)
        continue;
      refusal.merge({Condition::notBatchNorm, ""});
      if (data->kind != NodeKind::map ||
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
    Refusal mode;
    if (failed(matchBatchNormRounding(*match, policy, mode)))
      refusal.merge(mode);
    else if (match->isEpsLiteral)
      found.push_back(std::move(*match));
  }
  return keepFarthest(found);
}

void NormSearch::runBatchNorms() {
  DenseSet<Node *> seen;
  for (Node *root : graph.getNodes()) {
    Node *variance = getVariance(root);
    if (!variance || !seen.insert(variance).second)
      continue;
    Refusal refusal;
    std::vector<Match> found = matchVariance(variance, refusal);
    accept(found);
    if (found.empty() && refusal.condition != Condition::none)
      refusals.push_back({root, variance, refusal});
  }
}
