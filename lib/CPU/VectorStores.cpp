//===- VectorStores.cpp - The last pass of a row program --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLoops.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::norm;

void VectorLoops::emitStores() {
  auto emitChoice = [&](Value condition, function_ref<void()> then,
                        function_ref<void()> otherwise) {
    auto ifOp = scf::IfOp::create(builder, loc, condition,
                                  /*withElseRegion=*/true);
    bool isOutermost = !values.hasInnerLoop();
    if (isOutermost)
      values.setInnerLoop(ifOp);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(ifOp.thenBlock());
    then();
    builder.setInsertionPointToStart(ifOp.elseBlock());
    otherwise();
    if (isOutermost)
      values.setInnerLoop(nullptr);
  };
  auto emitStreaming = [&] {
    if (!isAligned)
      return emitElementStores(Store::Peeled);
    if (matchPattern(isAligned, m_One()))
      return emitElementStores(Store::Streaming);
    emitChoice(
        isAligned, [&] { emitElementStores(Store::Streaming); },
        [&] { emitElementStores(Store::Peeled); });
  };
  if (elementOuts.empty()) {
  } else if (!streams) {
    emitElementStores(Store::Cached);
  } else {
    emitChoice(streams, emitStreaming,
               [&] { emitElementStores(Store::Cached); });
  }
  emitRowStores();
}

/// The last pass: every out that has a value per element.
void VectorLoops::emitElementStores(Store store) {
  if (store != Store::Cached && (plan.jammedDim || !plan.reducesAcrossLanes))
    nextRows = emitNextRows();
  // Rows of their own alignment have heads of their own.
  if (store == Store::Peeled)
    for (unsigned row = 0; row < values.numRows; ++row)
      emitStoresOfRows(store, row);
  else
    emitStoresOfRows(store, llvm::to_vector(llvm::seq(0u, values.numRows)));
  nextRows = {};
}

void VectorLoops::emitStoresOfRows(Store store, ArrayRef<unsigned> rows) {
  auto body = [&](ValueRange) -> SmallVector<Value> {
    emitVectorStores(store, rows);
    return {};
  };
  if (store == Store::Peeled)
    emitReductionLoops({}, [&](ValueRange) -> SmallVector<Value> {
      emitPeeledLaneLoop(rows.front());
      return {};
    });
  else
    emitElements({}, body);
}

void VectorLoops::emitVectorStores(Store store, ArrayRef<unsigned> rows) {
  bool isWhole = !values.isScalar && !values.mask;
  if (nextRows && isWhole)
    emitPrefetch(rows);
  for (unsigned row : rows)
    for (unsigned i : elementOuts) {
      Value out = op.getOutputs()[i];
      Value value = values.getSpread(op.getYields()[i], row);
      SmallVector<Value> at = values.getIndices(op.getOutputMap(i), row);
      if (values.isScalar)
        memref::StoreOp::create(builder, loc, value, out, at);
      else if (values.mask)
        vector::MaskedStoreOp::create(builder, loc, out, at, values.mask,
                                      value);
      else if (store != Store::Cached)
        vector::StoreOp::create(builder, loc, value, out, at,
                                /*nontemporal=*/true,
                                llvm::MaybeAlign(cacheLine));
      else
        vector::StoreOp::create(builder, loc, value, out, at);
    }
}

/// One row: a masked head up to the first whole cache line of the out, then
/// vectors that each start one.
void VectorLoops::emitPeeledLaneLoop(unsigned row) {
  unsigned i = elementOuts.front();
  Value out = op.getOutputs()[i];
  auto type = cast<MemRefType>(out.getType());
  auto metadata = memref::ExtractStridedMetadataOp::create(builder, loc, out);
  values.indices[plan.vectorDim] = index(0);
  Value element = metadata.getOffset();
  for (auto [at, stride] : llvm::zip_equal(
           values.getIndices(op.getOutputMap(i), row), metadata.getStrides()))
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
  head = arith::MinUIOp::create(builder, loc, head,
                                values.extents[plan.vectorDim]);
  emitMasked(index(0), head, [&] { emitVectorStores(Store::Peeled, row); });
  emitLaneLoop(head, {}, [&](ValueRange) -> SmallVector<Value> {
    emitVectorStores(Store::Peeled, row);
    return {};
  });
}

/// Outs with one value per row; a vector of them where every lane is a row.
void VectorLoops::emitRowStores() {
  for (auto [i, out] : llvm::enumerate(op.getOutputs())) {
    if (op.isElementwiseOut(i))
      continue;
    for (unsigned row = 0; row < values.numRows; ++row) {
      Value yielded = op.getYields()[i];
      SmallVector<Value> at = values.getIndices(op.getOutputMap(i), row);
      if (plan.reducesAcrossLanes || values.isScalar)
        memref::StoreOp::create(builder, loc, values.get(yielded, row), out,
                                at);
      else if (values.mask)
        vector::MaskedStoreOp::create(builder, loc, out, at, values.mask,
                                      values.getSpread(yielded, row));
      else
        vector::StoreOp::create(builder, loc, values.getSpread(yielded, row),
                                out, at);
    }
  }
}

/// The first of the rows that come after those in flight, or, where these do
/// not fit the cache, one in flight.
Value VectorLoops::emitNextRows() {
  int64_t width = 0; // bytes of one element of all inputs that are fetched
  for (auto [i, input] : llvm::enumerate(op.getInputs()))
    if (op.getInputMap(i).isPermutation())
      width += cast<MemRefType>(input.getType()).getElementTypeBitWidth() / 8;
  int64_t atOnce = plan.reducesAcrossLanes ? values.numRows : plan.lanes;
  Value bytes = index(width * atOnce);
  for (unsigned dim : reductionDims)
    bytes =
        builder.createOrFold<arith::MulIOp>(loc, bytes, values.extents[dim]);
  Value fits = builder.createOrFold<arith::CmpIOp>(
      loc, arith::CmpIPredicate::ule, bytes, index(options.prefetchBytes));
  unsigned dim = plan.reducesAcrossLanes ? *plan.jammedDim : plan.vectorDim;
  Value current = plan.reducesAcrossLanes ? values.jammedIndices.front()
                                          : values.indices[dim];
  Value next = arith::AddIOp::create(builder, loc, current, index(atOnce));
  Value last = builder.createOrFold<arith::SubIOp>(loc, values.extents[dim],
                                                   index(atOnce));
  next = arith::MinUIOp::create(builder, loc, next, last);
  return builder.createOrFold<arith::SelectOp>(loc, fits, next, current);
}

/// The cache lines of the next rows that correspond to the elements at hand:
/// memory works while the stores drain.
void VectorLoops::emitPrefetch(ArrayRef<unsigned> rows) {
  SmallVector<Value> jammed = values.jammedIndices, outer = values.indices;
  for (unsigned row : rows) {
    if (plan.reducesAcrossLanes)
      values.jammedIndices[row] =
          builder.createOrFold<arith::AddIOp>(loc, nextRows, index(row));
    else
      values.indices[plan.vectorDim] = nextRows;
    for (auto [i, input] : llvm::enumerate(op.getInputs())) {
      AffineMap map = op.getInputMap(i);
      if (!map.isPermutation())
        continue;
      int64_t width =
          cast<MemRefType>(input.getType()).getElementTypeBitWidth() / 8;
      for (int64_t lane = 0; lane < plan.lanes; lane += cacheLine / width) {
        SmallVector<Value> at = values.getIndices(map, row);
        at.back() =
            builder.createOrFold<arith::AddIOp>(loc, at.back(), index(lane));
        memref::PrefetchOp::create(builder, loc, input, at, /*isWrite=*/false,
                                   /*localityHint=*/plan.prefetchLocality,
                                   /*isDataCache=*/true);
      }
    }
  }
  values.jammedIndices = jammed;
  values.indices = outer;
}
