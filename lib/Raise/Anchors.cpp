//===- Anchors.cpp - Where norms are looked for -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Anchors.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::norm;

NormSearch::NormSearch(ExprGraph &graph, RoundingPolicy policy)
    : graph(graph), policy(policy) {
  llvm::SmallSetVector<int64_t, 8> lengths;
  for (Node *node : graph.getNodes()) {
    if (node->kind != NodeKind::reduce)
      continue;
    SmallVector<Extent> bound;
    for (auto [dim, extent] : llvm::enumerate(node->args[0]->shape))
      if (!llvm::is_contained(node->map, int64_t(dim)))
        bound.push_back(extent);
    if (auto length =
            graph.extents.getIfConstant(graph.extents.multiply(bound)))
      lengths.insert(*length);
  }
  rowLengths = lengths.takeVector();
}

void NormSearch::accept(ArrayRef<Match> found) {
  for (const Match &match : found) {
    results.insert(match.y);
    for (Node *node : match.slice)
      if (node->isSum())
        consumed.insert(node);
    matches.push_back(match);
  }
}

void NormSearch::run() {
  for (Node *anchor : graph.getNodes()) {
    if (!anchor->isSum() || consumed.contains(anchor) ||
        !isa<FloatType>(anchor->type))
      continue;
    Refusal refusal;
    bool isOfOneTensor = false;
    SmallVector<Node *> cuts = findCuts(anchor, isOfOneTensor);
    std::vector<Match> derived;
    // Farthest first: a layer norm of x before an RMS norm of x − mean. But an
    // ε that is no literal of the program hints at a nearer x.
    for (Node *x : llvm::reverse(cuts)) {
      auto [it, isNew] = tried.try_emplace(x);
      if (!isNew) {
        refusal.merge(it->second);
        continue;
      }
      Refusal cutRefusal;
      std::vector<Match> found = matchCut(x, cutRefusal);
      tried[x] = cutRefusal;
      refusal.merge(cutRefusal);
      if (found.empty())
        continue;
      if (llvm::all_of(found,
                       [](const Match &match) { return match.isEpsLiteral; })) {
        derived = std::move(found);
        break;
      }
      if (derived.empty())
        derived = std::move(found);
    }
    accept(derived);
    if (!isOfOneTensor && refusal.condition <= Condition::noFullSizeResult) {
      // A contraction is no statistic that was almost recognised.
      if (anchor->args[0]->op == ScalarOp::mul)
        continue;
      refusal = {Condition::noRowInput, ""};
    }
    if (!consumed.contains(anchor))
      refusals.push_back(
          {anchor, cuts.empty() ? nullptr : cuts.back(), refusal});
  }
  runBatchNorms();
  // A sum may have been consumed by a norm that another sum led to.
  llvm::erase_if(refusals, [&](const RefusedAnchor &refused) {
    return consumed.contains(refused.sum);
  });
}
