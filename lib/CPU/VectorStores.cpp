//===- VectorStores.cpp - The last pass of a row program --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLoops.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::norm;

void VectorLoops::emitStores() {
  auto emit = [&](Store store) -> SmallVector<Value> {
    emitElementStores(store);
    return {};
  };
  auto emitStreaming = [&] {
    if (!isAligned)
      return emit(Store::Peeled);
    if (matchPattern(isAligned, m_One()))
      return emit(Store::Streaming);
    return emitIf(
        isAligned, {}, [&] { return emit(Store::Streaming); },
        [&] { return emit(Store::Peeled); });
  };
  // The few rows that no block takes are no reason for more code.
  bool isRest = values.numRows < plan.rows;
  if (!elementOuts.empty() && streams && !isRest)
    emitIf(streams, {}, emitStreaming, [&] { return emit(Store::Cached); });
  else if (!elementOuts.empty())
    emitElementStores(Store::Cached);
  emitRowStores();
}

/// The last pass: every out that has a value per element.
void VectorLoops::emitElementStores(Store store) {
  if (store != Store::Peeled) {
    emitElements({}, [&](ValueRange) -> SmallVector<Value> {
      emitVectorStores(store);
      return {};
    });
    return;
  }
  // Rows of their own alignment have heads of their own.
  values.packRows();
  emitRowByRow({}, [&]() -> SmallVector<Value> {
    return emitReductionLoops({}, [&](ValueRange) -> SmallVector<Value> {
      emitPeeledLaneLoop();
      return {};
    });
  });
}

void VectorLoops::emitVectorStores(Store store) {
  for (unsigned row = 0; row < values.numRows; ++row) {
    if (store != Store::Cached) {
      emitPrefetch(row, comingRows);
      emitPrefetch(row, laterRows);
    }
    emitOuts(elementOuts, row, values.isScalar, store);
  }
}

/// All loads ahead of all stores: an out may be an input in place.
void VectorLoops::emitOuts(ArrayRef<unsigned> outs, unsigned row, bool isScalar,
                           Store store) {
  SmallVector<Value> stored = llvm::map_to_vector(outs, [&](unsigned i) {
    Value yielded = op.getYields()[i];
    return isScalar ? values.get(yielded, row) : values.getSpread(yielded, row);
  });
  for (auto [i, value] : llvm::zip_equal(outs, stored)) {
    Value out = op.getOutputs()[i];
    SmallVector<Value> at = values.getIndices(op.getOutputMap(i), row);
    if (isScalar)
      memref::StoreOp::create(builder, loc, value, out, at);
    else if (values.mask)
      vector::MaskedStoreOp::create(builder, loc, out, at, values.mask, value);
    else if (store != Store::Cached)
      vector::StoreOp::create(builder, loc, value, out, at,
                              /*nontemporal=*/true,
                              llvm::MaybeAlign(cacheLine));
    else
      vector::StoreOp::create(builder, loc, value, out, at);
  }
}

/// Where a row ends, and the next begins, no streaming store writes the whole
/// line: it is read first. Ahead of time, as all stores after it would wait: a
/// quarter to a half of the time of rows of 4 KB.
void VectorLoops::emitPrefetchOfEnd() {
  SmallVector<Value> jammed = values.jammedIndices;
  // The rows of other reduction dims follow each other at once.
  if (comingRows && reductionDims.size() == 1)
    values.jammedIndices = {comingRows};
  Value &element = values.indices[plan.vectorDim], outer = element;
  element = builder.createOrFold<arith::SubIOp>(
      loc, values.extents[plan.vectorDim], index(1));
  for (unsigned i : elementOuts)
    memref::PrefetchOp::create(builder, loc, op.getOutputs()[i],
                               values.getIndices(op.getOutputMap(i), /*row=*/0),
                               /*isWrite=*/true,
                               /*localityHint=*/3, /*isDataCache=*/true);
  element = outer;
  values.jammedIndices = jammed;
}

/// How many elements the row in flight has before the first that starts a cache
/// line of the out.
Value VectorLoops::emitHead() {
  unsigned i = elementOuts.front();
  Value out = op.getOutputs()[i];
  auto type = cast<MemRefType>(out.getType());
  auto metadata = memref::ExtractStridedMetadataOp::create(builder, loc, out);
  values.indices[plan.vectorDim] = index(0);
  Value element = metadata.getOffset();
  for (auto [at, stride] :
       llvm::zip_equal(values.getIndices(op.getOutputMap(i), /*row=*/0),
                       metadata.getStrides()))
    element = builder.createOrFold<arith::AddIOp>(
        loc, element, builder.createOrFold<arith::MulIOp>(loc, at, stride));
  int64_t width = type.getElementTypeBitWidth() / 8;
  Value address = arith::AddIOp::create(
      builder, loc,
      memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, out),
      arith::MulIOp::create(builder, loc, element, index(width)));
  Value toLine = arith::SubIOp::create(builder, loc, index(0), address);
  toLine = arith::AndIOp::create(builder, loc, toLine, index(cacheLine - 1));
  Value head = arith::DivUIOp::create(builder, loc, toLine, index(width));
  return arith::MinUIOp::create(builder, loc, head,
                                values.extents[plan.vectorDim]);
}

/// The row in flight: a head up to the first whole cache line of the out,
/// vectors that each start one, the whole lines of the rest, and its end. Only
/// head and end are masked, and no longer than a line, as even a store of which
/// nothing is left reads its line.
void VectorLoops::emitPeeledLaneLoop() {
  emitPrefetchOfEnd();
  Value head = emitHead();
  auto emitStores = [&](ValueRange) -> SmallVector<Value> {
    emitVectorStores(Store::Peeled);
    return {};
  };
  auto none = []() -> SmallVector<Value> { return {}; };
  auto emitPartOfLine = [&](Value lower, Value count) {
    Value exists = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne,
                                         count, index(0));
    emitIf(
        exists, {},
        [&] {
          emitMasked(lower, count, [&] { emitVectorStores(Store::Peeled); });
          return none();
        },
        none);
  };
  unsigned dim = plan.vectorDim;
  Value extent = values.extents[dim];
  auto getEndOf = [&](Value lower, int64_t step) -> Value {
    Value length = arith::SubIOp::create(builder, loc, extent, lower);
    return arith::AddIOp::create(builder, loc, lower, roundDown(length, step));
  };
  int64_t width =
      cast<MemRefType>(op.getOutputs()[elementOuts.front()].getType())
          .getElementTypeBitWidth() /
      8;
  int64_t line = cacheLine / width;
  SmallVector<Value> noResults;
  values.lanes = line;
  emitPartOfLine(index(0), head);
  values.lanes = plan.lanes;
  Value main = getEndOf(head, plan.lanes);
  emitLoop(head, main, index(plan.lanes), dim, {}, emitStores, noResults);
  values.lanes = line;
  Value lines = getEndOf(main, line);
  if (line < plan.lanes)
    emitLoop(main, lines, index(line), dim, {}, emitStores, noResults);
  emitPartOfLine(lines, arith::SubIOp::create(builder, loc, extent, lines));
  values.lanes = plan.lanes;
}

/// Outs with one value per row; a vector of them where every lane is a row.
void VectorLoops::emitRowStores() {
  auto isRowOut = [&](unsigned i) { return !op.isElementwiseOut(i); };
  auto outs = llvm::to_vector(llvm::make_filter_range(
      llvm::seq<unsigned>(0, op.getOutputs().size()), isRowOut));
  for (unsigned row = 0; row < values.numRows; ++row)
    emitOuts(outs, row, plan.reducesAcrossLanes || values.isScalar,
             Store::Cached);
}
