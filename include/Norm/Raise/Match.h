//===- Match.h - A norm that was found --------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_MATCH_H
#define NORM_RAISE_MATCH_H

#include "Norm/IR/Norm.h"
#include "Norm/Raise/NormalForm.h"
#include "Norm/Raise/RaiseMode.h"

namespace mlir::norm {

/// What a parameter is and at which digits it is read.
struct Parameter {
  Node *node = nullptr;
  Index index;
};

enum class NormKind : uint8_t { layer, rms, l2, batch };

/// A proof that y, at each of its elements, is a norm of x.
struct Match {
  NormKind kind = NormKind::layer;
  EpsMode epsMode = EpsMode::add;
  double eps = 0;        // as computed
  double literalEps = 0; // as written
  bool isEpsLiteral = true;
  Node *x = nullptr, *y = nullptr;
  Index yIndex;               // the digits of y's domain
  Index xIndex;               // where y reads x
  DenseSet<unsigned> reduced; // the digits of xIndex that a row runs over
  Parameter scale, shift;
  Parameter mean, variance; // of a batch norm, which is given them
  double scaleOffset = 0;
  /// Dependents of x that y is computed from, y included.
  SmallVector<Node *> slice;

  /// Other nodes of the slice that are its mean or ρ.
  struct Statistic {
    Node *node;
    bool isMean;
    Index xIndex, index; // where it reads x; its own digits
  };
  std::vector<Statistic> statistics;
  /// Nodes of the slice that cannot be 0.
  SmallVector<Node *> positive;

  // How it is rounded.
  bool isTwoPass = true;
  Rounding rounding = Rounding::after_scale;
  FloatType acc;

  bool isReduced(Digit digit) const { return reduced.contains(digit.variable); }
};

/// The norm that y is, if its value equals the value of one of the reference
/// formulas with the ε, the row and the parameters that are read off it. Else
/// the form's refusal says which condition failed.
FailureOr<Match> matchReference(NormalForm &form, Node *y, const Poly &value);

/// The statistics of a row: x at `index`, of which the digits in `row` run.
struct RowStatistics {
  Poly mean, rstd;
};
FailureOr<RowStatistics> buildStatistics(Algebra &algebra, const Match &match,
                                         double eps, const Index &index,
                                         ArrayRef<Digit> row);

/// Which statistic of the match a node is, and the digits at which it reads x:
/// those of the node's own domain, and those that the row runs over.
FailureOr<Match::Statistic> matchStatistic(NormalForm &form, const Match &match,
                                           Node *node);

/// True if the squares that are summed are those of centred elements, and not
/// Σx² from which (Σx)²/n is taken later.
bool isTwoPass(NormalForm &form, const Match &match);

/// The batch norm that y is, by statistics that are given: `variance` is the
/// node under the form's only root.
FailureOr<Match> matchBatchNorm(NormalForm &form, Node *y, const Poly &value);

struct RoundingPolicy {
  RaiseMode mode = RaiseMode::reassoc;
  bool keepF64 = false;
};
/// Reads the accumulation type and the place of the rounding off the slice. If
/// the mode does not allow what the named op rounds differently, says so.
LogicalResult matchRounding(Match &match, const DenseSet<Node *> &dependents,
                            RoundingPolicy policy, Refusal &refusal);

/// The same for a batch norm, which has no sums.
LogicalResult matchBatchNormRounding(Match &match, RoundingPolicy policy,
                                     Refusal &refusal);

} // namespace mlir::norm

#endif // NORM_RAISE_MATCH_H
