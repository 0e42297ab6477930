//===- BuildGraph.cpp - From a block to its scalar expressions --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/BuildGraph.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::norm;

//===----------------------------------------------------------------------===//
// Values of the block
//===----------------------------------------------------------------------===//

ArrayRef<Extent> GraphBuilder::getShape(Value value) {
  auto [it, inserted] = shapes.try_emplace(value);
  if (inserted)
    if (auto type = dyn_cast<RankedTensorType>(value.getType()))
      for (auto [dim, size] : llvm::enumerate(type.getShape()))
        it->second.push_back(ShapedType::isDynamic(size)
                                 ? graph.extents.getSymbol(value, dim)
                                 : graph.extents.getConstant(size));
  return it->second;
}

Node *GraphBuilder::getNode(Value value) {
  if (Node *node = graph.lookup(value))
    return node;
  // From outside the block; only its constants are looked at.
  Operation *producer = value.getDefiningOp();
  if (producer && succeeded(visitConstant(producer)))
    return graph.lookup(value);
  Node *leaf = graph.getLeaf(value, getShape(value));
  graph.bind(value, leaf);
  return leaf;
}

Extent GraphBuilder::getExtentOf(OpFoldResult size) {
  if (auto attribute = dyn_cast<Attribute>(size))
    return graph.extents.getConstant(cast<IntegerAttr>(attribute).getInt());
  auto value = cast<Value>(size);
  if (std::optional<Extent> extent = graph.getAsExtent(getNode(value)))
    return *extent;
  return graph.extents.getSymbol(value);
}

void GraphBuilder::build(Block &block) {
  for (BlockArgument argument : block.getArguments())
    (void)getNode(argument);
  for (Operation &op : block)
    visit(&op);
}

/// A tensor whose encoding says how it is stored is looked at by nobody here.
static bool hasEncoding(Operation *op) {
  auto isEncoded = [](Type type) {
    auto tensorType = dyn_cast<RankedTensorType>(type);
    return tensorType && tensorType.getEncoding();
  };
  return llvm::any_of(op->getOperandTypes(), isEncoded) ||
         llvm::any_of(op->getResultTypes(), isEncoded);
}

void GraphBuilder::visit(Operation *op) {
  if (op->getNumResults() == 0)
    return;
  if (hasEncoding(op)) {
    for (OpResult result : op->getResults())
      graph.bind(result, graph.getLeaf(result, getShape(result)));
    return;
  }
  if (succeeded(visitConstant(op)))
    return;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    if (succeeded(visitLinalgOp(linalgOp)))
      return;
  if (succeeded(visitTensorOp(op)))
    return;
  if (op->getNumResults() == 1 && op->getNumRegions() == 0 &&
      isa<arith::ArithDialect, math::MathDialect>(op->getDialect())) {
    SmallVector<Node *> args = llvm::map_to_vector(
        op->getOperands(), [&](Value operand) { return getNode(operand); });
    ArrayRef<Extent> domain;
    for (Value operand : op->getOperands())
      if (domain.empty())
        domain = getShape(operand);
    if (!domain.empty())
      setShape(op->getResult(0), domain);
    graph.bind(op->getResult(0),
               visitScalarOp(op, args, llvm::to_vector(domain)));
    return;
  }
  bool isPure = op->getNumRegions() == 0 && isMemoryEffectFree(op);
  SmallVector<Node *> args;
  if (isPure)
    for (Value operand : op->getOperands())
      args.push_back(getNode(operand));
  for (OpResult result : op->getResults())
    if (!graph.lookup(result))
      graph.bind(result,
                 isPure ? graph.getSharedLeaf(result, args, getShape(result))
                        : graph.getLeaf(result, getShape(result)));
}

//===----------------------------------------------------------------------===//
// Constants, shapes and views
//===----------------------------------------------------------------------===//

LogicalResult GraphBuilder::visitConstant(Operation *op) {
  auto constant = dyn_cast<arith::ConstantOp>(op);
  if (!constant || graph.lookup(constant.getResult()))
    return failure();
  Attribute value = constant.getValue();
  if (auto elements = dyn_cast<SplatElementsAttr>(value))
    value = elements.getSplatValue<Attribute>();
  Type type = getElementTypeOrSelf(constant.getType());
  Node *node = nullptr;
  if (auto number = dyn_cast<FloatAttr>(value)) {
    node = graph.getConstant(number.getValueAsDouble(), type);
  } else if (auto number = dyn_cast<IntegerAttr>(value)) {
    const APInt &bits = number.getValue();
    if (bits.getSignificantBits() > 53)
      return failure();
    node = graph.getConstant(
        double(type.isInteger(1) ? bits.getZExtValue() : bits.getSExtValue()),
        type);
  } else {
    node = graph.getSharedLeaf(constant->getResult(0), {},
                               getShape(constant.getResult()));
  }
  graph.bind(constant.getResult(), node);
  return success();
}

Node *GraphBuilder::getAffine(AffineExpr expr, ValueRange operands,
                              unsigned numDims, Type type) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return getNode(operands[dim.getPosition()]);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return getNode(operands[numDims + symbol.getPosition()]);
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return graph.getConstant(double(constant.getValue()), type);
  auto binary = cast<AffineBinaryOpExpr>(expr);
  ScalarOp op = ScalarOp::none;
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    op = ScalarOp::addInt;
    break;
  case AffineExprKind::Mul:
    op = ScalarOp::mulInt;
    break;
  case AffineExprKind::FloorDiv:
    op = ScalarOp::divInt;
    break;
  default:
    return nullptr;
  }
  Node *lhs = getAffine(binary.getLHS(), operands, numDims, type);
  Node *rhs = getAffine(binary.getRHS(), operands, numDims, type);
  return lhs && rhs ? graph.getMap(op, {lhs, rhs}, {}, type) : nullptr;
}

LogicalResult GraphBuilder::visitTensorOp(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](tensor::EmptyOp empty) {
        setShape(empty, llvm::map_to_vector(empty.getMixedSizes(),
                                            [&](OpFoldResult size) {
                                              return getExtentOf(size);
                                            }));
        graph.bind(empty, graph.getLeaf(empty, getShape(empty)));
        return success();
      })
      .Case([&](tensor::DimOp dim) {
        std::optional<int64_t> index = dim.getConstantIndex();
        ArrayRef<Extent> shape = getShape(dim.getSource());
        if (!index || size_t(*index) >= shape.size())
          return failure();
        graph.bind(dim, graph.getExtent(shape[*index], dim.getType()));
        return success();
      })
      .Case([&](tensor::CastOp cast) {
        auto source = dyn_cast<RankedTensorType>(cast.getSource().getType());
        if (!source || !isa<RankedTensorType>(cast.getType()))
          return failure();
        setShape(cast, llvm::to_vector(getShape(cast.getSource())));
        graph.bind(cast, getNode(cast.getSource()));
        return success();
      })
      .Case([&](tensor::CollapseShapeOp collapse) {
        SmallVector<Extent> source(getShape(collapse.getSrc())), shape;
        for (const ReassociationIndices &group :
             collapse.getReassociationIndices()) {
          shape.push_back(graph.extents.getConstant(1));
          for (int64_t dim : group)
            shape.back() = graph.extents.multiply(shape.back(), source[dim]);
        }
        setShape(collapse, shape);
        graph.bind(collapse,
                   graph.getReshape(getNode(collapse.getSrc()), shape));
        return success();
      })
      .Case([&](tensor::ExpandShapeOp expand) {
        SmallVector<Extent> source(getShape(expand.getSrc())), shape;
        for (OpFoldResult size : expand.getMixedOutputShape())
          shape.push_back(getExtentOf(size));
        // The one dynamic extent of a group follows from the others.
        for (auto [dim, group] :
             llvm::enumerate(expand.getReassociationIndices())) {
          Extent rest = graph.extents.getConstant(1);
          SmallVector<int64_t> dynamic;
          for (int64_t result : group)
            if (graph.extents.getIfConstant(shape[result]))
              rest = graph.extents.multiply(rest, shape[result]);
            else
              dynamic.push_back(result);
          if (dynamic.size() == 1)
            if (std::optional<Extent> quotient =
                    graph.extents.divide(source[dim], rest))
              shape[dynamic[0]] = *quotient;
        }
        setShape(expand, shape);
        graph.bind(expand, graph.getReshape(getNode(expand.getSrc()), shape));
        return success();
      })
      .Case([&](tensor::ReshapeOp reshape) {
        auto type = dyn_cast<RankedTensorType>(reshape.getType());
        auto sizes = elements.find(reshape.getShape());
        if (!type || sizes == elements.end())
          return failure();
        SmallVector<Extent> shape(getShape(reshape.getResult()));
        for (auto [extent, size] : llvm::zip_equal(shape, sizes->second))
          if (std::optional<Extent> known = graph.getAsExtent(size))
            extent = *known;
        setShape(reshape, shape);
        graph.bind(reshape,
                   graph.getReshape(getNode(reshape.getSource()), shape));
        return success();
      })
      .Case([&](tensor::FromElementsOp from) {
        elements[from] = llvm::map_to_vector(
            from.getElements(), [&](Value value) { return getNode(value); });
        if (from.getElements().size() != 1)
          return failure();
        graph.bind(from, graph.getReshape(elements[from][0], getShape(from)));
        return success();
      })
      .Case([&](tensor::ExtractOp extract) {
        Node *source = getNode(extract.getTensor());
        if (!source->isConstant() &&
            !graph.extents.isOne(graph.getNumElements(source)))
          return failure();
        graph.bind(extract, graph.getReshape(source, {}));
        return success();
      })
      .Case([&](tensor::SplatOp splat) {
        ArrayRef<Extent> shape = getShape(splat);
        graph.bind(splat,
                   graph.getAccess(getNode(splat.getInput()), {}, shape));
        return success();
      })
      .Case([&](affine::AffineApplyOp apply) {
        AffineMap map = apply.getAffineMap();
        Node *node = getAffine(map.getResult(0), apply.getMapOperands(),
                               map.getNumDims(), apply.getType());
        if (!node)
          return failure();
        graph.bind(apply, node);
        return success();
      })
      .Default([](Operation *) { return failure(); });
}
