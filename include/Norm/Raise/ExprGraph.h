//===- ExprGraph.h - Hash-consed scalar expressions of a block --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_EXPRGRAPH_H
#define NORM_RAISE_EXPRGRAPH_H

#include "Norm/Raise/Extents.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/Allocator.h"

namespace mlir::norm {

/// What a node computes at each index of its domain.
enum class NodeKind : uint8_t {
  leaf,     // a value of which nothing is known
  constant, // one number at every index
  extent,   // an integer that is the extent of a dim
  index,    // a coordinate of the domain
  map,      // a scalar operation on its arguments at the same index
  access,   // its argument at a projection of the index
  reshape,  // its argument at the same row-major position
  reduce,   // a combination over dims of its argument's domain
  gather    // its first argument at the coordinates that the others compute
};

enum class ScalarOp : uint8_t {
  none,
  // Floats.
  add,
  sub,
  mul,
  div,
  neg,
  sqrt,
  rsqrt,
  pow,
  abs,
  max,
  cast,
  // Integers, and between the two.
  toFloat,
  addInt,
  subInt,
  mulInt,
  divInt,
  remInt,
  castInt,
  compareFloat,
  compareInt,
  select,
  other // known only by its name
};

/// One scalar operation over a domain. Nodes are unique: two that compute the
/// same operation on the same arguments are one, so that fused and unfused
/// programs, and recomputed values, have the same graph.
struct Node {
  explicit Node(NodeKind kind) : kind(kind) {}

  NodeKind kind;
  ScalarOp op = ScalarOp::none;
  unsigned id = 0; // topological: arguments have smaller ids
  Type type;       // of one element
  ArrayRef<Node *> args;
  ArrayRef<Extent> shape; // the domain; empty for scalars and constants
  /// access: the domain's dim that each dim of the argument reads, −1 for 0.
  /// reduce: the argument's dim that each dim of the domain is, −1 for 0.
  /// index: the coordinate.
  ArrayRef<int64_t> map;
  double value = 0;             // constant
  Extent extent = 0;            // extent
  const void *detail = nullptr; // leaf, other, compare: what tells them apart

  /// Bit d: the value depends on dim d of the domain.
  uint64_t usedDims = 0;

  SmallVector<Node *, 2> users;
  /// Where the IR has it: tensors, scalars, and values in the bodies of linalg
  /// ops, in program order.
  SmallVector<Value, 1> values;

  bool isCast() const { return op == ScalarOp::cast; }
  bool isConstant() const { return kind == NodeKind::constant; }
  bool isSum() const { return kind == NodeKind::reduce && op == ScalarOp::add; }
  /// The first tensor that holds it, if any.
  Value getTensor() const;
};

class ExprGraph {
public:
  ExtentTable extents;

  ArrayRef<Node *> getNodes() const { return nodes; }
  Node *lookup(Value value) const { return nodeOf.lookup(value); }
  /// Says that the IR's value is this node.
  void bind(Value value, Node *node);
  /// The same for a value in the body of an op of which the node has only these
  /// dims.
  void bind(Value value, Node *node, ArrayRef<int64_t> dims);
  /// These dims; none if the node has all of the op's.
  std::optional<ArrayRef<int64_t>> getBodyDims(Value value) const;
  /// Forgets the values of an op, and of its body, that is about to be erased.
  void forget(Operation *op);

  Node *getConstant(double value, Type type);
  Node *getExtent(Extent extent, Type type);
  Node *getIndex(int64_t dim, ArrayRef<Extent> shape, Type type);
  Node *getLeaf(Value value, ArrayRef<Extent> shape);
  /// A leaf that equal operations on equal arguments share.
  Node *getSharedLeaf(OpResult result, ArrayRef<Node *> args,
                      ArrayRef<Extent> shape);
  Node *getAccess(Node *arg, ArrayRef<int64_t> map, ArrayRef<Extent> shape);
  Node *getReshape(Node *arg, ArrayRef<Extent> shape);
  Node *getReduce(ScalarOp op, Node *arg, ArrayRef<int64_t> map,
                  ArrayRef<Extent> shape, Type type, const void *detail);
  Node *getGather(ArrayRef<Node *> args, ArrayRef<Extent> shape);
  /// Folds what is constant.
  Node *getMap(ScalarOp op, ArrayRef<Node *> args, ArrayRef<Extent> shape,
               Type type, const void *detail = nullptr);

  /// The integer as an extent, if it is one.
  std::optional<Extent> getAsExtent(Node *node);
  /// The number of elements of the domain.
  Extent getNumElements(Node *node) { return extents.multiply(node->shape); }

private:
  Node *unique(Node node);
  static uint64_t getUsedDims(const Node &node);
  Node *fold(ScalarOp op, ArrayRef<Node *> args, Type type, const void *detail);

  llvm::BumpPtrAllocator allocator; // of what nodes refer to
  llvm::SpecificBumpPtrAllocator<Node> nodeAllocator;
  SmallVector<Node *> nodes;
  DenseMap<size_t, SmallVector<Node *, 1>> buckets;
  DenseMap<Value, Node *> nodeOf;
  DenseMap<Value, SmallVector<int64_t>> bodyDims;
};

/// Compare predicates are carried as the detail of a node.
inline const void *getPredicateDetail(unsigned predicate) {
  return reinterpret_cast<const void *>(uintptr_t(predicate) + 1);
}
inline unsigned getPredicate(const Node *node) {
  return unsigned(reinterpret_cast<uintptr_t>(node->detail)) - 1;
}

} // namespace mlir::norm

#endif // NORM_RAISE_EXPRGRAPH_H
