//===- Cuts.cpp - From a sum back to x --------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Anchors.h"
#include <queue>

using namespace mlir;
using namespace mlir::norm;

// What keeps the search linear in the size of the graph.
static constexpr unsigned maxCutSteps = 200;
static constexpr unsigned maxCuts = 14;

bool mlir::norm::isDataType(Type type) {
  return type.isF16() || type.isBF16() || type.isF32() || type.isF64();
}

/// A cast to a type that does not hold all values rounds, and x is what was
/// rounded.
static bool isRounding(Node *node) {
  auto to = dyn_cast<FloatType>(node->type);
  auto from =
      node->isCast() ? dyn_cast<FloatType>(node->args[0]->type) : FloatType();
  return to && from && !holdsExactly(to, from);
}

/// Nodes on which alone the sum depends, nearest first. They are those at which
/// the frontier of a backward walk in reverse topological order is one node.
SmallVector<Node *> NormSearch::findCuts(Node *anchor, bool &isOfOneTensor) {
  auto isLater = [](Node *a, Node *b) { return a->id < b->id; };
  std::priority_queue<Node *, std::vector<Node *>, decltype(isLater)> frontier(
      isLater);
  DenseSet<Node *> seen;
  auto push = [&](Node *node) {
    if (!node->isConstant() && node->kind != NodeKind::extent &&
        seen.insert(node).second)
      frontier.push(node);
  };
  push(anchor->args[0]);
  Extent size = graph.getNumElements(anchor->args[0]);
  SmallVector<Node *> cuts;
  for (unsigned step = 0; step < maxCutSteps && !frontier.empty(); ++step) {
    Node *node = frontier.top();
    frontier.pop();
    bool isCut = frontier.empty() && graph.getNumElements(node) == size;
    bool isWidening = node->isCast() && !isRounding(node);
    if (isCut && !isWidening && isDataType(node->type) && !node->values.empty())
      cuts.push_back(node);
    if (node->kind == NodeKind::leaf || results.contains(node) ||
        (isCut && isRounding(node))) {
      isOfOneTensor = isCut;
      break;
    }
    for (Node *arg : node->args)
      push(arg);
  }
  if (cuts.size() > maxCuts)
    cuts.resize(maxCuts);
  return cuts;
}
