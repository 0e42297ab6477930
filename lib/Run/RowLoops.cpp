//===- RowLoops.cpp - Loops over rows and their elements --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RowLoops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::norm;

Value ScalarMath::constant(double value) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getF64FloatAttr(value));
}
Value ScalarMath::add(Value a, Value b) {
  return arith::AddFOp::create(builder, loc, a, b);
}
Value ScalarMath::sub(Value a, Value b) {
  return arith::SubFOp::create(builder, loc, a, b);
}
Value ScalarMath::mul(Value a, Value b) {
  return arith::MulFOp::create(builder, loc, a, b);
}
Value ScalarMath::div(Value a, Value b) {
  return arith::DivFOp::create(builder, loc, a, b);
}
Value ScalarMath::max(Value a, Value b) {
  return arith::MaximumFOp::create(builder, loc, a, b);
}
Value ScalarMath::min(Value a, Value b) {
  return arith::MinimumFOp::create(builder, loc, a, b);
}
Value ScalarMath::sqrt(Value a) {
  return math::SqrtOp::create(builder, loc, a);
}

SmallVector<Value> mlir::norm::getExtents(OpBuilder &builder, Value shaped) {
  auto type = cast<ShapedType>(shaped.getType());
  Location loc = shaped.getLoc();
  SmallVector<Value> extents;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (isa<MemRefType>(type))
      extents.push_back(memref::DimOp::create(builder, loc, shaped, dim));
    else
      extents.push_back(tensor::DimOp::create(builder, loc, shaped, dim));
  }
  return extents;
}

RowLoops::RowLoops(OpBuilder &builder, Location loc, SmallVector<Value> extents,
                   const llvm::SmallBitVector &reduced)
    : builder(builder), loc(loc), extents(std::move(extents)),
      point(this->extents.size()), reduced(reduced) {
  Value product = arith::ConstantIndexOp::create(builder, loc, 1);
  for (unsigned dim : reduced.set_bits())
    product = arith::MulIOp::create(builder, loc, product, this->extents[dim]);
  Value integer =
      arith::IndexCastOp::create(builder, loc, builder.getI64Type(), product);
  count = arith::SIToFPOp::create(builder, loc, builder.getF64Type(), integer);
}

Buffer RowLoops::read(Value operand, ArrayRef<int64_t> dims) {
  if (auto tensor = dyn_cast<RankedTensorType>(operand.getType())) {
    // Any layout: whatever bufferization chooses, no copy is needed to cast.
    SmallVector<int64_t> strides(tensor.getRank(), ShapedType::kDynamic);
    auto layout = StridedLayoutAttr::get(builder.getContext(),
                                         ShapedType::kDynamic, strides);
    auto type =
        MemRefType::get(tensor.getShape(), tensor.getElementType(), layout);
    operand = bufferization::ToBufferOp::create(builder, loc, type, operand,
                                                /*read_only=*/true);
  }
  return {operand, SmallVector<int64_t>(dims)};
}

Buffer RowLoops::write(Value init, ArrayRef<int64_t> dims) {
  if (auto tensor = dyn_cast<RankedTensorType>(init.getType())) {
    SmallVector<Value> dynamicSizes;
    for (auto [size, dim] : llvm::zip_equal(tensor.getShape(), dims))
      if (ShapedType::isDynamic(size))
        dynamicSizes.push_back(extents[dim]);
    init = memref::AllocOp::create(
        builder, loc,
        MemRefType::get(tensor.getShape(), tensor.getElementType()),
        dynamicSizes);
    writtenTensors.push_back(init);
  }
  return {init, SmallVector<int64_t>(dims)};
}

void RowLoops::loop(bool overRow, function_ref<void()> body) {
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Value> outer = point;
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  for (unsigned dim = 0, e = extents.size(); dim < e; ++dim) {
    if (reduced[dim] != overRow)
      continue;
    auto loop = scf::ForOp::create(builder, loc, zero, extents[dim], one);
    point[dim] = loop.getInductionVar();
    builder.setInsertionPointToStart(loop.getBody());
  }
  body();
  point = outer;
}

void RowLoops::forEachRow(function_ref<void()> body) { loop(false, body); }
void RowLoops::forEachElement(function_ref<void()> body) { loop(true, body); }

Value RowLoops::fold(Value init, function_ref<Value(Value acc)> step) {
  SmallVector<Value> outer = point;
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  SmallVector<Value> upper;
  for (unsigned dim : reduced.set_bits())
    upper.push_back(extents[dim]);
  SmallVector<Value> lower(upper.size(), zero), steps(upper.size(), one);
  scf::LoopNest nest = scf::buildLoopNest(
      builder, loc, lower, upper, steps, init,
      [&](OpBuilder &nested, Location, ValueRange indices, ValueRange acc) {
        for (auto [dim, index] : llvm::zip_equal(reduced.set_bits(), indices))
          point[dim] = index;
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPoint(nested.getInsertionBlock(),
                                  nested.getInsertionPoint());
        Value next = step(acc[0]);
        nested.setInsertionPoint(builder.getInsertionBlock(),
                                 builder.getInsertionPoint());
        return scf::ValueVector{next};
      });
  point = outer;
  return nest.results[0];
}

SmallVector<Value> RowLoops::getPoint(const Buffer &buffer) {
  return llvm::map_to_vector(buffer.dims,
                             [&](int64_t dim) { return point[dim]; });
}

Value RowLoops::load(const Buffer &buffer) {
  return memref::LoadOp::create(builder, loc, buffer.memory, getPoint(buffer));
}

void RowLoops::store(Value value, const Buffer &buffer) {
  memref::StoreOp::create(builder, loc, value, buffer.memory, getPoint(buffer));
}

void RowLoops::replace(Operation *op) {
  SmallVector<Value> results;
  for (auto [type, memory] :
       llvm::zip_equal(op->getResultTypes(), writtenTensors))
    results.push_back(bufferization::ToTensorOp::create(
        builder, loc, type, memory, /*restrict=*/true, /*writable=*/true));
  op->replaceAllUsesWith(results);
  op->erase();
}
