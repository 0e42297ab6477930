//===- BuildBody.cpp - Bodies as scalar expressions -------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/BuildGraph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::norm;

/// The dim that each result of an indexing map is, −1 for a constant 0.
static FailureOr<SmallVector<int64_t>> getProjection(AffineMap map) {
  SmallVector<int64_t> projection;
  for (AffineExpr expr : map.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      projection.push_back(dim.getPosition());
    else if (auto constant = dyn_cast<AffineConstantExpr>(expr);
             constant && constant.getValue() == 0)
      projection.push_back(-1);
    else
      return failure();
  return projection;
}

Node *GraphBuilder::getBodyValue(const Body &body, Value value) {
  if (Node *node = body.lookup(value))
    return node;
  // Null for what the body computes but nobody could read.
  if (isa<BlockArgument>(value) &&
      isa<linalg::LinalgOp>(value.getParentBlock()->getParentOp()))
    return nullptr;
  return getNode(value);
}

Node *GraphBuilder::visitExtract(Node *source, ArrayRef<Node *> coordinates,
                                 ArrayRef<Extent> domain) {
  if (source->isConstant())
    return source;
  if (graph.extents.isOne(graph.getNumElements(source)))
    return graph.getReshape(source, {});
  SmallVector<int64_t> projection;
  for (auto [number, extent] : llvm::zip_equal(coordinates, source->shape)) {
    Node *coordinate = number;
    while (coordinate->op == ScalarOp::castInt)
      coordinate = coordinate->args[0];
    if (coordinate->kind == NodeKind::index &&
        domain[coordinate->map[0]] == extent)
      projection.push_back(coordinate->map[0]);
    else if (coordinate->isConstant() && coordinate->value == 0)
      projection.push_back(-1);
  }
  if (projection.size() == coordinates.size())
    return graph.getAccess(source, projection, domain);
  SmallVector<Node *> args{source};
  llvm::append_range(args, coordinates);
  Node *gather = graph.getGather(args, domain);
  if (Node *folded = foldGather(graph, gather))
    return folded;
  return gather;
}

LogicalResult GraphBuilder::visitBodyOp(Operation *op, Body &body,
                                        ArrayRef<Extent> domain) {
  if (auto assertion = dyn_cast<cf::AssertOp>(op)) {
    if (Node *condition = getBodyValue(body, assertion.getArg()))
      assertions.push_back({op, condition});
    return success();
  }
  if (op->getNumResults() != 1 || op->getNumRegions() != 0)
    return failure();
  Value result = op->getResult(0);
  Node *node = nullptr;
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    node = graph.getIndex(index.getDim(), domain, index.getType());
  } else if (succeeded(visitConstant(op))) {
    node = graph.lookup(result);
  } else {
    SmallVector<Node *> args;
    for (Value operand : op->getOperands())
      if (Node *arg = getBodyValue(body, operand))
        args.push_back(arg);
      else
        return success(); // reads an accumulator: the combiner
    if (isa<tensor::ExtractOp>(op))
      node = visitExtract(args[0], ArrayRef(args).drop_front(), domain);
    else if (!isa<arith::ArithDialect, math::MathDialect>(op->getDialect()))
      return failure();
    else if (Node *read = visitOnReadDims(op, args, domain)) {
      body[result] = read;
      return success();
    } else
      node = visitScalarOp(op, args, domain);
  }
  body[result] = node;
  if (node->values.empty() || node->values.back() != result)
    graph.bind(result, node);
  return success();
}

FailureOr<Node *> GraphBuilder::getReduction(linalg::LinalgOp op,
                                             unsigned result, const Body &body,
                                             ArrayRef<Extent> domain,
                                             ArrayRef<int64_t> outMap,
                                             ArrayRef<Extent> outShape) {
  Block *block = op.getBlock();
  BlockArgument accumulator = block->getArgument(op.getNumDpsInputs() + result);
  Operation *combiner =
      block->getTerminator()->getOperand(result).getDefiningOp();
  if (!combiner || combiner->getBlock() != block ||
      combiner->getNumOperands() != 2 ||
      !combiner->hasTrait<OpTrait::IsCommutative>() ||
      !accumulator.hasOneUse() || *accumulator.user_begin() != combiner)
    return failure();
  Value operand = combiner->getOperand(combiner->getOperand(0) == accumulator);
  Node *value = getBodyValue(body, operand);
  if (!value)
    return failure();

  Type type = accumulator.getType();
  Node *init = getNode(op.getDpsInitOperand(result)->get());
  bool isSum = isa<arith::AddFOp>(combiner);
  Node *reduced = nullptr;
  if (value->isConstant()) {
    if (!isSum)
      return failure();
    SmallVector<Extent> bound;
    for (auto [dim, extent] : llvm::enumerate(domain))
      if (!llvm::is_contained(outMap, int64_t(dim)))
        bound.push_back(extent);
    Node *count = graph.getExtent(graph.extents.multiply(bound),
                                  IndexType::get(op.getContext()));
    count = graph.getMap(ScalarOp::toFloat, count, {}, type);
    reduced = graph.getMap(ScalarOp::mul, {value, count}, {}, type);
  } else {
    value = value->shape.empty() ? graph.getAccess(value, {}, domain) : value;
    const void *name = combiner->getName().getAsOpaquePointer();
    reduced = graph.getReduce(isSum ? ScalarOp::add : ScalarOp::other, value,
                              outMap, outShape, type, isSum ? nullptr : name);
    if (!isSum)
      return graph.getMap(ScalarOp::other, {reduced, init}, outShape, type,
                          name);
  }
  if (init->isConstant() && init->value == 0)
    return reduced;
  return graph.getMap(ScalarOp::add, {reduced, init}, outShape, type);
}

LogicalResult GraphBuilder::visitLinalgOp(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() ||
      isa<linalg::ContractionOpInterface>(op.getOperation()))
    return failure();
  unsigned rank = op.getNumLoops();
  SmallVector<SmallVector<int64_t>> maps;
  for (AffineMap map : op.getIndexingMapsArray()) {
    FailureOr<SmallVector<int64_t>> projection = getProjection(map);
    if (failed(projection))
      return failure();
    maps.push_back(std::move(*projection));
  }

  // The domain, from the first operand that has the dim; static is better.
  SmallVector<std::optional<Extent>> known(rank);
  for (auto [operand, map] : llvm::zip_equal(op->getOpOperands(), maps))
    for (auto [dim, extent] : llvm::zip(map, getShape(operand.get())))
      if (dim >= 0 &&
          (!known[dim] || (!graph.extents.getIfConstant(*known[dim]) &&
                           graph.extents.getIfConstant(extent))))
        known[dim] = extent;
  SmallVector<Extent> domain;
  for (std::optional<Extent> extent : known) {
    if (!extent)
      return failure();
    domain.push_back(*extent);
  }

  bool isReduction = op.getNumReductionLoops() != 0;
  Body body;
  Block *block = op.getBlock();
  for (auto [argument, operand, map] :
       llvm::zip(block->getArguments(), op->getOpOperands(), maps)) {
    if (isReduction && op.isDpsInit(&operand))
      continue;
    Node *node = getNode(operand.get());
    body[argument] =
        node->shape.empty() ? node : graph.getAccess(node, map, domain);
  }
  for (Operation &bodyOp : block->without_terminator())
    if (failed(visitBodyOp(&bodyOp, body, domain)))
      return failure();

  for (unsigned result = 0; result < op->getNumResults(); ++result) {
    ArrayRef<int64_t> outMap = maps[op.getNumDpsInputs() + result];
    auto outShape = llvm::map_to_vector(outMap, [&](int64_t dim) {
      return dim < 0 ? graph.extents.getConstant(1) : domain[dim];
    });
    setShape(op->getResult(result), outShape);
    Node *node = nullptr;
    if (isReduction) {
      FailureOr<Node *> reduced =
          getReduction(op, result, body, domain, outMap, outShape);
      if (failed(reduced))
        return failure();
      node = *reduced;
    } else {
      node = getBodyValue(body, block->getTerminator()->getOperand(result));
      if (node->shape.empty())
        node = graph.getAccess(node, {}, domain);
      SmallVector<int64_t> inverse(rank, -1);
      for (auto [position, dim] : llvm::enumerate(outMap))
        if (dim >= 0)
          inverse[dim] = position;
      for (auto [dim, position] : llvm::enumerate(inverse))
        if (position < 0 && !graph.extents.isOne(domain[dim]))
          return failure();
      node = graph.getAccess(node, inverse, outShape);
    }
    graph.bind(op->getResult(result), node);
  }
  return success();
}
