//===- MatchRewriter.h - One match, rewritten -------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_MATCHREWRITER_H
#define NORM_RAISE_MATCHREWRITER_H

#include "Norm/Raise/Rewrite.h"

namespace mlir::norm {

/// Emits the op of one match and puts it in the place of what it was found in.
class MatchRewriter {
public:
  MatchRewriter(ExprGraph &graph, const Match &match,
                MutableArrayRef<Assertion> assertions)
      : graph(graph), match(match), assertions(assertions),
        builder(match.y->values.front().getContext()),
        loc(match.y->values.front().getLoc()) {}
  Operation *run();

private:
  void layOut();
  bool layOutGroups();
  void expandGroups();
  /// The parameters that the match has.
  SmallVector<const Parameter *> getParameters() const;
  bool emitOperands();
  Value emitParameter(const Parameter &parameter, SmallVector<int64_t> &dims);
  Operation *emitOp(Type meanType, Type rstdType);
  Value emitInit(ArrayRef<int64_t> withoutDims, Type type);
  void replaceResult(Value tensor);
  void replaceInBody(Value bodyValue, Value tensor);
  void replaceStatistics();
  void eraseProvenAssertions();
  void eraseIfDead(SmallVector<Operation *> worklist);
  void eraseIfDead(ValueRange values);

  ExprGraph &graph;
  const Match &match;
  MutableArrayRef<Assertion> assertions;
  OpBuilder builder;
  Location loc;
  Operation *first = nullptr; // the first op that computes y
  Operation *op = nullptr;

  Index pieces; // the digits of the dims of the op's x
  SmallVector<int64_t> dims, scaleDims, shiftDims;
  int64_t channelDim = 0; // of a group or batch norm
  int64_t groups = 0;     // 0 unless it is a group norm
  Value x, mean, variance, scale, shift;
};
} // namespace mlir::norm

#endif // NORM_RAISE_MATCHREWRITER_H
