//===- Anchors.h - Where norms are looked for -------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_ANCHORS_H
#define NORM_RAISE_ANCHORS_H

#include "Norm/Raise/Match.h"

namespace mlir::norm {

/// The types of data that the named ops take.
bool isDataType(Type type);

/// A sum, or a root of a parameter, that is part of no norm, and the first
/// condition that was not met.
struct RefusedAnchor {
  Node *sum;
  Node *x; // the farthest node on which alone the sum depends, if any
  Refusal refusal;
};

/// Searches a graph for norms. Each sum is an anchor; from it x is looked for
/// backward (a node through which all that the sum reads passes) and y forward
/// (the farthest result that is still affine in x).
class NormSearch {
public:
  NormSearch(ExprGraph &graph, RoundingPolicy policy);
  void run();

  std::vector<Match> matches;
  SmallVector<RefusedAnchor> refusals;

private:
  SmallVector<Node *> findCuts(Node *anchor, bool &isOfOneTensor);
  /// Norms of x; the best refusal is merged.
  std::vector<Match> matchCut(Node *x, Refusal &refusal);
  void collectDependents(Node *x, SmallVectorImpl<Node *> &order,
                         DenseSet<Node *> &dependents);
  void completeMatch(NormalForm &form, Match &match,
                     const DenseSet<Node *> &dependents);
  void describe(NormalForm &form, Match &match);
  std::vector<Match> keepFarthest(ArrayRef<Match> found);
  void accept(ArrayRef<Match> found);
  void runBatchNorms();
  std::vector<Match> matchVariance(Node *variance, Refusal &refusal);

  ExprGraph &graph;
  RoundingPolicy policy;
  SmallVector<int64_t> rowLengths;
  DenseSet<Node *> results;  // y of what was found
  DenseSet<Node *> consumed; // sums of what was found
  DenseMap<Node *, Refusal> tried;
};

} // namespace mlir::norm

#endif // NORM_RAISE_ANCHORS_H
