//===- Operands.cpp - The operands of a named op as tensors -----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Rewrite.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::norm;

//===----------------------------------------------------------------------===//
// Regrouping dims
//===----------------------------------------------------------------------===//

namespace {
/// A tensor and the digits of its dims, on its way from one grouping to
/// another.
struct DimRegrouper {
  OpBuilder &builder;
  Location loc;
  ExtentTable &extents;
  Value tensor;
  Index dims;

  Extent getExtent(ArrayRef<Digit> digits) {
    Extent extent = extents.getConstant(1);
    for (Digit digit : digits)
      extent = extents.multiply(extent, digit.extent);
    return extent;
  }
  RankedTensorType getType(const Index &index) {
    auto shape = llvm::map_to_vector(index, [&](ArrayRef<Digit> digits) {
      return extents.getStaticSize(getExtent(digits));
    });
    return RankedTensorType::get(shape, getElementTypeOrSelf(tensor.getType()));
  }

  /// Dims with several digits become several; unit dims stay.
  void expand() {
    Index fine;
    SmallVector<ReassociationIndices> groups;
    for (ArrayRef<Digit> digits : dims) {
      auto &group = groups.emplace_back();
      if (digits.empty()) {
        group.push_back(fine.size());
        fine.emplace_back();
      }
      for (Digit digit : digits) {
        group.push_back(fine.size());
        fine.push_back({digit});
      }
    }
    if (fine.size() != dims.size())
      expandTo(std::move(fine), groups);
  }
  void expandTo(Index to, ArrayRef<ReassociationIndices> groups) {
    auto sizes = llvm::map_to_vector(to, [&](ArrayRef<Digit> digits) {
      return extents.materialize(builder, loc, getExtent(digits));
    });
    tensor = tensor::ExpandShapeOp::create(builder, loc, getType(to), tensor,
                                           groups, sizes);
    dims = std::move(to);
  }
  void collapseTo(Index to, ArrayRef<ReassociationIndices> groups) {
    tensor = tensor::CollapseShapeOp::create(builder, loc, getType(to), tensor,
                                             groups);
    dims = std::move(to);
  }

  /// Groups of `fine` that make up each dim of `coarse`; a unit dim goes to the
  /// group after it, the last to the one before.
  static SmallVector<ReassociationIndices> getGroups(const Index &coarse,
                                                     const Index &fine) {
    SmallVector<ReassociationIndices> groups(coarse.size());
    size_t next = 0;
    for (auto [group, digits] : llvm::zip_equal(groups, coarse)) {
      size_t rest = digits.size();
      do {
        if (next == fine.size())
          break;
        rest -= std::min(rest, fine[next].size());
        group.push_back(next++);
      } while (rest != 0);
    }
    if (!groups.empty())
      for (; next < fine.size(); ++next)
        groups.back().push_back(next);
    return groups;
  }
};
} // namespace

static Index dropUnitDims(const Index &index) {
  Index rest;
  llvm::copy_if(index, std::back_inserter(rest),
                [](ArrayRef<Digit> digits) { return !digits.empty(); });
  return rest;
}

Value mlir::norm::regroupDims(OpBuilder &builder, Location loc,
                              ExtentTable &extents, Value tensor,
                              const Index &from, const Index &to) {
  DimRegrouper regrouper{builder, loc, extents, tensor, from};
  if (RankedTensorType known = regrouper.getType(from);
      known != tensor.getType())
    regrouper.tensor = tensor::CastOp::create(builder, loc, known, tensor);
  if (from == to)
    return regrouper.tensor;

  // To one dim per digit, then in the order of the result, then to its dims.
  regrouper.expand();
  Index target;
  for (ArrayRef<Digit> digits : to)
    for (Digit digit : digits)
      target.push_back({digit});
  if (Index bare = dropUnitDims(regrouper.dims); bare != regrouper.dims) {
    SmallVector<ReassociationIndices> groups(bare.size());
    size_t group = 0;
    for (auto [dim, digits] : llvm::enumerate(regrouper.dims)) {
      if (groups.empty())
        break;
      groups[std::min(group, groups.size() - 1)].push_back(dim);
      group += !digits.empty();
    }
    regrouper.collapseTo(std::move(bare), groups);
  }
  if (regrouper.dims != target) {
    SmallVector<int64_t> permutation;
    for (const auto &digits : target)
      permutation.push_back(std::distance(regrouper.dims.begin(),
                                          llvm::find(regrouper.dims, digits)));
    auto sizes = llvm::map_to_vector(target, [&](ArrayRef<Digit> digits) {
      return extents.materialize(builder, loc, regrouper.getExtent(digits));
    });
    Value init = tensor::EmptyOp::create(
        builder, loc, sizes, getElementTypeOrSelf(tensor.getType()));
    regrouper.tensor = linalg::TransposeOp::create(
                           builder, loc, regrouper.tensor, init, permutation)
                           ->getResult(0);
    regrouper.dims = target;
  }
  Index coarse = dropUnitDims(to);
  if (coarse != regrouper.dims)
    regrouper.collapseTo(coarse,
                         DimRegrouper::getGroups(coarse, regrouper.dims));
  if (to != regrouper.dims) {
    SmallVector<ReassociationIndices> groups(regrouper.dims.size());
    size_t group = 0;
    for (auto [dim, digits] : llvm::enumerate(to)) {
      if (groups.empty())
        break;
      groups[std::min(group, groups.size() - 1)].push_back(dim);
      group += !digits.empty();
    }
    regrouper.expandTo(to, groups);
  }
  return regrouper.tensor;
}

//===----------------------------------------------------------------------===//
// Values of bodies as tensors
//===----------------------------------------------------------------------===//

/// The op of the block of `op` in which the value is computed.
static Operation *getHost(Value value, Operation *op) {
  Operation *producer = value.getDefiningOp();
  return producer ? op->getBlock()->findAncestorOpInBlock(*producer) : nullptr;
}

/// The ops of the body that a value is computed from, in program order.
static SmallVector<Operation *> getBodySlice(Value value) {
  Block *body = value.getParentBlock();
  SmallPtrSet<Operation *, 8> needed{value.getDefiningOp()};
  SmallVector<Operation *> slice;
  for (Operation &op : llvm::reverse(*body)) {
    if (!needed.contains(&op))
      continue;
    slice.push_back(&op);
    for (Value operand : op.getOperands())
      if (Operation *producer = operand.getDefiningOp();
          producer && producer->getBlock() == body)
        needed.insert(producer);
  }
  std::reverse(slice.begin(), slice.end());
  return slice;
}

AffineMap mlir::norm::getBodyMap(const ExprGraph &graph, Value value,
                                 linalg::LinalgOp host) {
  auto identity =
      AffineMap::getMultiDimIdentityMap(host.getNumLoops(), host.getContext());
  std::optional<ArrayRef<int64_t>> dims = graph.getBodyDims(value);
  return dims ? identity.getSubMap(llvm::to_vector_of<unsigned>(*dims))
              : identity;
}

/// An elementwise generic that computes one value of the body of another.
static Value extractBodyValue(ExprGraph &graph, Node *node, Value value,
                              linalg::LinalgOp host) {
  // The domain of a body value is that of its op, unless it is one scalar.
  AffineMap map = getBodyMap(graph, value, host);
  if (node->shape.size() != map.getNumResults())
    return {};
  OpBuilder builder(host);
  Location loc = host.getLoc();
  SmallVector<Operation *> slice = getBodySlice(value);
  SmallVector<Value> inputs;
  SmallVector<BlockArgument> arguments;
  SmallVector<AffineMap> maps;
  for (BlockArgument argument : host.getBlock()->getArguments()) {
    if (llvm::none_of(slice, [&](Operation *op) {
          return llvm::is_contained(op->getOperands(), argument);
        }))
      continue;
    OpOperand &operand = host->getOpOperand(argument.getArgNumber());
    arguments.push_back(argument);
    inputs.push_back(operand.get());
    maps.push_back(host.getMatchingIndexingMap(&operand));
  }
  maps.push_back(map);
  maps = compressUnusedDims(ArrayRef(maps));
  auto sizes = llvm::map_to_vector(node->shape, [&](Extent extent) {
    return graph.extents.materialize(builder, loc, extent);
  });
  Value init = tensor::EmptyOp::create(builder, loc, sizes, value.getType());
  SmallVector<utils::IteratorType> iterators(map.getNumResults(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), inputs, init, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange args) {
        IRMapping mapping;
        for (auto [argument, own] : llvm::zip(arguments, args))
          mapping.map(argument, own);
        for (Operation *op : slice)
          nested.clone(*op, mapping);
        linalg::YieldOp::create(nested, nestedLoc, mapping.lookup(value));
      });
  graph.bind(generic.getResult(0), node);
  return generic.getResult(0);
}

Value mlir::norm::getTensorBefore(ExprGraph &graph, Node *node, Operation *op) {
  auto isBefore = [&](Value value) {
    Operation *host = getHost(value, op);
    return !host || host->isBeforeInBlock(op);
  };
  for (Value value : node->values)
    if (isa<RankedTensorType>(value.getType()) && isBefore(value))
      return value;
  for (Value value : node->values) {
    Operation *host = getHost(value, op);
    if (isa<RankedTensorType>(value.getType()) ||
        (host && host != op && !host->isBeforeInBlock(op)))
      continue;
    auto linalgHost = dyn_cast_or_null<linalg::LinalgOp>(host);
    bool isInBody = linalgHost && value.getDefiningOp() != host;
    if (isInBody)
      if (Value tensor = extractBodyValue(graph, node, value, linalgHost))
        return tensor;
    // A scalar of the block is a tensor without dims.
    if (isa<FloatType>(value.getType()) && !isInBody && isBefore(value)) {
      OpBuilder builder(op);
      return tensor::FromElementsOp::create(
          builder, op->getLoc(), RankedTensorType::get({}, value.getType()),
          value);
    }
  }
  return {};
}
