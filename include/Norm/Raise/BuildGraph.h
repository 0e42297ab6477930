//===- BuildGraph.h - From a block to its scalar expressions ----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_BUILDGRAPH_H
#define NORM_RAISE_BUILDGRAPH_H

#include "Norm/Raise/ExprGraph.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::norm {

/// An assertion in the body of a linalg op: it stands in the way of erasing
/// that op until its condition is proven.
struct Assertion {
  Operation *op;
  Node *condition;
};

/// Reads the ops of one block, in order, into a graph. The IR stays as it is.
/// What is not understood becomes a leaf, so any IR can be read.
class GraphBuilder {
public:
  explicit GraphBuilder(ExprGraph &graph) : graph(graph) {}
  void build(Block &block);

  SmallVector<Assertion> assertions;

private:
  Node *getNode(Value value);
  ArrayRef<Extent> getShape(Value value);
  void setShape(Value value, ArrayRef<Extent> shape) {
    shapes[value] = llvm::to_vector(shape);
  }
  Extent getExtentOf(OpFoldResult size);

  void visit(Operation *op);
  LogicalResult visitTensorOp(Operation *op);
  LogicalResult visitConstant(Operation *op);
  LogicalResult visitLinalgOp(linalg::LinalgOp op);
  Node *getAffine(AffineExpr expr, ValueRange operands, unsigned numDims,
                  Type type);

  /// Body values of the linalg op at hand.
  using Body = DenseMap<Value, Node *>;
  Node *getBodyValue(const Body &body, Value value);
  LogicalResult visitBodyOp(Operation *op, Body &body, ArrayRef<Extent> domain);
  Node *visitExtract(Node *source, ArrayRef<Node *> coordinates,
                     ArrayRef<Extent> domain);
  Node *visitOnReadDims(Operation *op, ArrayRef<Node *> args,
                        ArrayRef<Extent> domain);
  Node *visitScalarOp(Operation *op, ArrayRef<Node *> args,
                      ArrayRef<Extent> domain);
  FailureOr<Node *> getReduction(linalg::LinalgOp op, unsigned result,
                                 const Body &body, ArrayRef<Extent> domain,
                                 ArrayRef<int64_t> outMap,
                                 ArrayRef<Extent> outShape);

  ExprGraph &graph;
  DenseMap<Value, SmallVector<Extent>> shapes;
  DenseMap<Value, SmallVector<Node *>> elements; // of tensor.from_elements
};

/// A gather whose coordinates are constant tables, or computed from the
/// coordinates of the domain: each entry is looked at, and if together they are
/// a reshape or a projection, that is returned, else null.
Node *foldGather(ExprGraph &graph, Node *gather);

} // namespace mlir::norm

#endif // NORM_RAISE_BUILDGRAPH_H
