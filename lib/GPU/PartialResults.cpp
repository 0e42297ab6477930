//===- PartialResults.cpp - What blocks know of a row -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PartialResults.h"
#include "Norm/IR/ScalarBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::norm;

int64_t PartialResults::getNumber(const RowProgram &program) {
  // Of moments: the shift, the sum about it, the count and the squares.
  int64_t number = 0;
  for (ArrayRef<ReduceOp> pass : program.getPasses())
    for (ReduceOp reduce : pass)
      number += reduce.getKind() == Combiner::moments ? 4 : 1;
  return number;
}

PartialResults::PartialResults(OpBuilder &builder, Location loc, Value buffer)
    : builder(&builder), loc(loc), buffer(buffer) {
  row = gpu::BlockIdOp::create(builder, loc, gpu::Dimension::x);
  rank = gpu::BlockIdOp::create(builder, loc, gpu::Dimension::y);
  numRows = gpu::GridDimOp::create(builder, loc, gpu::Dimension::x);
  numBlocks = gpu::GridDimOp::create(builder, loc, gpu::Dimension::y);
}

Value PartialResults::getView(unsigned number) {
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(*builder, *loc, value);
  };
  Value offset = arith::MulIOp::create(*builder, *loc, index(number), numRows);
  offset = arith::AddIOp::create(*builder, *loc, offset, row);
  offset = arith::MulIOp::create(*builder, *loc, offset, numBlocks);
  return memref::ReinterpretCastOp::create(
      *builder, *loc, buffer, getAsOpFoldResult(offset),
      ArrayRef<OpFoldResult>(getAsOpFoldResult(numBlocks)),
      ArrayRef<OpFoldResult>(builder->getIndexAttr(1)));
}

/// From and to f64: of halves over f32, as LLVM would call functions.
static Value convert(OpBuilder &builder, Location loc, Value value, Type type) {
  ScalarBuilder b{builder, loc};
  if (value.getType() == type)
    return value;
  return b.convert(b.convert(value, builder.getF32Type()), type);
}

Value PartialResults::load(unsigned number, Value block, Type type) {
  Value loaded = memref::LoadOp::create(*builder, *loc, getView(number), block);
  return convert(*builder, *loc, loaded, type);
}

void PartialResults::store(unsigned number, Value value) {
  value = convert(*builder, *loc, value, builder->getF64Type());
  memref::StoreOp::create(*builder, *loc, value, getView(number), rank);
}
