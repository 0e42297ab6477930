//===- NormalForm.h - The normal form of a node -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_NORMALFORM_H
#define NORM_RAISE_NORMALFORM_H

#include "Norm/Raise/Polynomial.h"
#include "Norm/Raise/Refusal.h"

namespace mlir::norm {

/// Writes nodes as polynomials in the elements of one cut node x and of
/// parameters (nodes that do not depend on x). Casts are looked through: what
/// is proven is equality over the reals, and rounding is looked at elsewhere.
class NormalForm {
public:
  NormalForm(ExprGraph &graph, Node *x, const DenseSet<Node *> &dependents,
             ArrayRef<int64_t> rowLengths)
      : graph(graph), algebra(graph.extents), x(x), dependents(dependents),
        rowLengths(rowLengths) {}

  /// The value of the node at its own index.
  FailureOr<Poly> evaluate(Node *node);
  FailureOr<Poly> evaluate(Node *node, const Index &index);
  /// The digits of the node's own index, as in the last evaluation.
  Index getIndex(Node *node);

  ExprGraph &graph;
  Algebra algebra;
  Node *const x;
  /// Why the last evaluation failed.
  Refusal refusal;

private:
  FailureOr<Poly> compute(Node *node, const Index &index);
  FailureOr<Poly> computeMap(Node *node, const Index &index);
  FailureOr<Poly> computeSum(Node *node, const Index &index);
  FailureOr<Index> reshape(const Index &index, ArrayRef<Extent> shape);
  LogicalResult refuse(Condition condition, const Twine &detail = "");
  double snapToRowLength(Node *constant) const;
  bool readsWholeDomain(const Node *node) const;

  SmallVector<Digit, 2> getDigits(unsigned variable, Extent extent);
  unsigned getVariable(Node *node, unsigned dim);

  const DenseSet<Node *> &dependents;
  ArrayRef<int64_t> rowLengths;

  unsigned numVariables = 0;
  DenseMap<std::pair<Node *, unsigned>, unsigned> variables;
  /// A variable that reshapes cut in two: the extent of its low part.
  DenseMap<unsigned, Extent> lowExtents;
  DenseMap<unsigned, std::pair<unsigned, unsigned>> parts;
  std::optional<std::pair<unsigned, Extent>> pendingSplit;

  DenseMap<Node *, SmallVector<std::pair<Index, Poly>, 1>> memo;
  unsigned steps = 0, depth = 0;
};

} // namespace mlir::norm

#endif // NORM_RAISE_NORMALFORM_H
