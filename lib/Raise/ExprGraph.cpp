//===- ExprGraph.cpp - Hash-consed scalar expressions of a block *- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/ExprGraph.h"
#include "llvm/ADT/Hashing.h"

using namespace mlir;
using namespace mlir::norm;

Value Node::getTensor() const {
  for (Value value : values)
    if (isa<RankedTensorType>(value.getType()))
      return value;
  return {};
}

void ExprGraph::bind(Value value, Node *node) {
  nodeOf[value] = node;
  node->values.push_back(value);
}

void ExprGraph::bind(Value value, Node *node, ArrayRef<int64_t> dims) {
  bind(value, node);
  bodyDims[value] = llvm::to_vector(dims);
}

std::optional<ArrayRef<int64_t>> ExprGraph::getBodyDims(Value value) const {
  auto it = bodyDims.find(value);
  if (it == bodyDims.end())
    return std::nullopt;
  return ArrayRef<int64_t>(it->second);
}

void ExprGraph::forget(Operation *op) {
  op->walk([&](Operation *nested) {
    for (Value result : nested->getResults())
      if (auto it = nodeOf.find(result); it != nodeOf.end()) {
        llvm::erase(it->second->values, result);
        nodeOf.erase(it);
        bodyDims.erase(result);
      }
  });
}

//===----------------------------------------------------------------------===//
// Uniquing
//===----------------------------------------------------------------------===//

static bool isSame(const Node &lhs, const Node &rhs) {
  auto bits = [](double value) { return llvm::bit_cast<uint64_t>(value); };
  return lhs.kind == rhs.kind && lhs.op == rhs.op && lhs.type == rhs.type &&
         lhs.args == rhs.args && lhs.shape == rhs.shape && lhs.map == rhs.map &&
         bits(lhs.value) == bits(rhs.value) && lhs.extent == rhs.extent &&
         lhs.detail == rhs.detail;
}

uint64_t ExprGraph::getUsedDims(const Node &node) {
  auto getBit = [](int64_t dim) { return dim < 64 ? uint64_t(1) << dim : 0; };
  uint64_t used = 0;
  switch (node.kind) {
  case NodeKind::constant:
  case NodeKind::extent:
    break;
  case NodeKind::index:
    used = getBit(node.map[0]);
    break;
  case NodeKind::map:
    for (const Node *arg : node.args)
      if (!arg->shape.empty())
        used |= arg->usedDims;
    break;
  case NodeKind::access:
    for (auto [dim, domainDim] : llvm::enumerate(node.map))
      if (domainDim >= 0 && (node.args[0]->usedDims & getBit(dim)))
        used |= getBit(domainDim);
    break;
  default:
    used = ~uint64_t(0);
    break;
  }
  return used;
}

Node *ExprGraph::unique(Node node) {
  size_t hash = llvm::hash_combine(
      unsigned(node.kind), unsigned(node.op), node.type,
      llvm::hash_combine_range(node.args), llvm::hash_combine_range(node.shape),
      llvm::hash_combine_range(node.map), llvm::bit_cast<uint64_t>(node.value),
      node.extent, node.detail);
  // The two largest keys are the map's own.
  SmallVector<Node *, 1> &bucket = buckets[hash >> 2];
  for (Node *known : bucket)
    if (isSame(*known, node))
      return known;
  node.id = nodes.size();
  node.usedDims = getUsedDims(node);
  node.args = node.args.copy(allocator);
  node.shape = node.shape.copy(allocator);
  node.map = node.map.copy(allocator);
  auto *made = new (nodeAllocator.Allocate()) Node(std::move(node));
  nodes.push_back(made);
  bucket.push_back(made);
  if (made->kind != NodeKind::leaf)
    for (auto [i, arg] : llvm::enumerate(made->args))
      if (!llvm::is_contained(made->args.take_front(i), arg))
        arg->users.push_back(made);
  return made;
}

Node *ExprGraph::getConstant(double value, Type type) {
  Node node(NodeKind::constant);
  node.value = value;
  node.type = type;
  return unique(std::move(node));
}

Node *ExprGraph::getExtent(Extent extent, Type type) {
  if (std::optional<int64_t> value = extents.getIfConstant(extent))
    return getConstant(double(*value), type);
  Node node(NodeKind::extent);
  node.extent = extent;
  node.type = type;
  return unique(std::move(node));
}

Node *ExprGraph::getIndex(int64_t dim, ArrayRef<Extent> shape, Type type) {
  if (extents.isOne(shape[dim]))
    return getConstant(0, type);
  Node node(NodeKind::index);
  node.map = dim;
  node.shape = shape;
  node.type = type;
  return unique(std::move(node));
}

Node *ExprGraph::getLeaf(Value value, ArrayRef<Extent> shape) {
  Node node(NodeKind::leaf);
  node.detail = value.getAsOpaquePointer();
  node.shape = shape;
  node.type = getElementTypeOrSelf(value.getType());
  return unique(std::move(node));
}

Node *ExprGraph::getSharedLeaf(OpResult result, ArrayRef<Node *> args,
                               ArrayRef<Extent> shape) {
  Node node(NodeKind::leaf);
  Operation *op = result.getOwner();
  int64_t key[] = {
      int64_t(result.getResultNumber()),
      int64_t(reinterpret_cast<intptr_t>(op->getName().getAsOpaquePointer()))};
  node.detail = op->getAttrDictionary().getAsOpaquePointer();
  node.map = key;
  node.args = args;
  node.shape = shape;
  node.type = getElementTypeOrSelf(result.getType());
  return unique(std::move(node));
}

Node *ExprGraph::getAccess(Node *arg, ArrayRef<int64_t> map,
                           ArrayRef<Extent> shape) {
  if (arg->isConstant())
    return arg;
  bool isIdentity = arg->shape == shape;
  for (auto [i, dim] : llvm::enumerate(map))
    isIdentity &= dim == int64_t(i);
  if (isIdentity)
    return arg;
  if (arg->kind == NodeKind::access) {
    auto composed = llvm::map_to_vector(
        arg->map, [&](int64_t dim) { return dim < 0 ? -1 : map[dim]; });
    return getAccess(arg->args[0], composed, shape);
  }
  Node node(NodeKind::access);
  node.args = arg;
  node.map = map;
  node.shape = shape;
  node.type = arg->type;
  return unique(std::move(node));
}

Node *ExprGraph::getReshape(Node *arg, ArrayRef<Extent> shape) {
  if (arg->kind == NodeKind::reshape)
    arg = arg->args[0];
  if (arg->isConstant() || arg->shape == shape)
    return arg;
  Node node(NodeKind::reshape);
  node.args = arg;
  node.shape = shape;
  node.type = arg->type;
  return unique(std::move(node));
}

Node *ExprGraph::getReduce(ScalarOp op, Node *arg, ArrayRef<int64_t> map,
                           ArrayRef<Extent> shape, Type type,
                           const void *detail) {
  Node node(NodeKind::reduce);
  node.op = op;
  node.args = arg;
  node.map = map;
  node.shape = shape;
  node.type = type;
  node.detail = detail;
  return unique(std::move(node));
}

Node *ExprGraph::getGather(ArrayRef<Node *> args, ArrayRef<Extent> shape) {
  Node node(NodeKind::gather);
  node.args = args;
  node.shape = shape;
  node.type = args[0]->type;
  return unique(std::move(node));
}

Node *ExprGraph::getMap(ScalarOp op, ArrayRef<Node *> args,
                        ArrayRef<Extent> shape, Type type, const void *detail) {
  SmallVector<Node *, 3> ordered(args);
  bool isCommutative = op == ScalarOp::add || op == ScalarOp::mul ||
                       op == ScalarOp::max || op == ScalarOp::addInt ||
                       op == ScalarOp::mulInt;
  if (op != ScalarOp::other && !args.empty())
    if (Node *folded = fold(op, args, type, detail))
      return folded;
  if (isCommutative && ordered[1]->id < ordered[0]->id)
    std::swap(ordered[0], ordered[1]);
  Node node(NodeKind::map);
  node.op = op;
  node.args = ordered;
  node.shape = shape;
  node.type = type;
  node.detail = detail;
  return unique(std::move(node));
}
