//===- VectorElements.cpp - Loops over a row's elements ------- -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/NoUnroll.h"
#include "VectorLoops.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

/// The largest multiple of `step` that is no larger than `extent`.
Value VectorLoops::roundDown(Value extent, int64_t step) {
  if (step == 1)
    return extent;
  Value rest = builder.createOrFold<arith::RemUIOp>(loc, extent, index(step));
  return builder.createOrFold<arith::SubIOp>(loc, extent, rest);
}

/// True if `step` does not divide `extent`, as far as is known.
bool VectorLoops::mayHaveRest(Value extent, int64_t step) {
  std::optional<int64_t> known = getConstantIntValue(extent);
  return step != 1 && (!known || *known % step != 0);
}

/// The loops over the reduction dims from `number` on but that of the lanes,
/// within which `innermost` is called.
SmallVector<Value> VectorLoops::emitReductionLoops(ValueRange inits,
                                                   CarriedBody innermost,
                                                   unsigned number) {
  if (number == reductionDims.size() || reductionDims[number] == plan.vectorDim)
    return innermost(inits);
  SmallVector<Value> results;
  unsigned dim = reductionDims[number];
  emitLoop(
      index(0), values.extents[dim], index(1), dim, inits,
      [&](ValueRange carried) {
        return emitReductionLoops(carried, innermost, number + 1);
      },
      results);
  return results;
}

/// All elements of the rows in flight; `body` is called for each vector.
SmallVector<Value> VectorLoops::emitElements(ValueRange inits, CarriedBody body,
                                             const Chunks *chunks) {
  return emitReductionLoops(inits, [&](ValueRange carried) {
    return plan.reducesAcrossLanes
               ? emitLaneLoop(index(0), carried, body, chunks)
               : body(carried);
  });
}

/// Full vectors from `lower` to `upper`, chunk by chunk.
SmallVector<Value> VectorLoops::emitChunks(Value lower, Value upper,
                                           ValueRange inits, CarriedBody body,
                                           const Chunks &chunks) {
  Value size = index(chunkVectors * plan.lanes);
  auto loop = scf::ForOp::create(builder, loc, lower, upper, size, inits);
  bool isOutermost = !values.hasInnerLoop();
  if (isOutermost)
    values.setInnerLoop(loop);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value start = loop.getInductionVar();
  Value end = arith::MinUIOp::create(
      builder, loc, arith::AddIOp::create(builder, loc, start, size), upper);
  SmallVector<Value> chunk;
  emitLoop(start, end, index(plan.lanes), plan.vectorDim, chunks.identities,
           body, chunk);
  scf::YieldOp::create(builder, loc,
                       chunks.merge(loop.getRegionIterArgs(), chunk));
  if (isOutermost)
    values.setInnerLoop(nullptr);
  return loop.getResults();
}

/// What one branch yields, or the other. Values of the scope at hand go before
/// both.
SmallVector<Value> VectorLoops::emitIf(Value condition, TypeRange types,
                                       Branch then, Branch otherwise) {
  auto ifOp = scf::IfOp::create(builder, loc, types, condition,
                                /*addThenBlock=*/true, /*addElseBlock=*/true);
  bool isOutermost = !values.hasInnerLoop();
  if (isOutermost)
    values.setInnerLoop(ifOp);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(ifOp.thenBlock());
  scf::YieldOp::create(builder, loc, then());
  builder.setInsertionPointToStart(ifOp.elseBlock());
  scf::YieldOp::create(builder, loc, otherwise());
  if (isOutermost)
    values.setInnerLoop(nullptr);
  return ifOp.getResults();
}

/// One row in flight after the other, in a loop: for code that runs seldom, or
/// that rows share nothing in, which would else be there once for each.
/// `packed` is what there is for all of them, and what `body` returns replaces
/// it.
SmallVector<Value> VectorLoops::emitRowByRow(ValueRange packed, Branch body) {
  if (values.numRows == 1)
    return body();
  auto loop = scf::ForOp::create(builder, loc, index(0), index(values.numRows),
                                 index(1), packed);
  setNoUnroll(loop);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value row = loop.getInductionVar();
  auto outer = std::make_pair(comingRows, laterRows);
  for (Value *rows : {&comingRows, &laterRows})
    if (*rows)
      *rows = arith::AddIOp::create(builder, loc, *rows, row);
  VectorValues::Rows rows = values.enterRow(row);
  SmallVector<Value> results;
  for (auto [carried, result] :
       llvm::zip_equal(loop.getRegionIterArgs(), body()))
    results.push_back(vector::InsertOp::create(builder, loc, result, carried,
                                               OpFoldResult(row)));
  values.leaveRow(std::move(rows));
  std::tie(comingRows, laterRows) = outer;
  if (!packed.empty())
    scf::YieldOp::create(builder, loc, results);
  return loop.getResults();
}

/// One vector of which `count` lanes are in bounds.
void VectorLoops::emitMasked(Value lower, Value count,
                             function_ref<void()> body) {
  Value outer = values.indices[plan.vectorDim];
  values.indices[plan.vectorDim] = lower;
  values.enterScope(nullptr);
  values.mask = vector::CreateMaskOp::create(
      builder, loc, VectorType::get({values.lanes}, builder.getI1Type()),
      count);
  body();
  values.mask = {};
  values.leaveScope();
  values.indices[plan.vectorDim] = outer;
}

/// The elements along the lanes from `lower` on: full vectors, then the rest,
/// masked or one by one.
SmallVector<Value> VectorLoops::emitLaneLoop(Value lower, ValueRange inits,
                                             CarriedBody body,
                                             const Chunks *chunks) {
  unsigned dim = plan.vectorDim;
  Value extent = values.extents[dim];
  Value length = builder.createOrFold<arith::SubIOp>(loc, extent, lower);
  Value main = builder.createOrFold<arith::AddIOp>(
      loc, lower, roundDown(length, plan.lanes));
  SmallVector<Value> carried;
  std::optional<int64_t> known = getConstantIntValue(length);
  bool isShort = known && *known <= chunkVectors * plan.lanes;
  if (chunks && !isShort)
    carried = emitChunks(lower, main, inits, body, *chunks);
  else
    emitLoop(lower, main, index(plan.lanes), dim, inits, body, carried);
  if (!mayHaveRest(length, plan.lanes))
    return carried;
  if (plan.hasMaskedTails) {
    Value rest = builder.createOrFold<arith::SubIOp>(loc, extent, main);
    auto emitRest = [&] {
      SmallVector<Value> results;
      emitMasked(main, rest, [&] { results = body(carried); });
      return results;
    };
    if (getConstantIntValue(rest))
      return emitRest();
    // No rest takes as long as a whole vector if it is masked.
    Value exists = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne,
                                         rest, index(0));
    return emitIf(exists, ValueRange(carried).getTypes(), emitRest,
                  [&] { return carried; });
  }
  SmallVector<Value> results;
  values.isScalar = true;
  emitLoop(main, extent, index(1), dim, carried, body, results);
  values.isScalar = false;
  return results;
}
