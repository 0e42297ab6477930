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
    if (store != Store::Cached)
      emitPrefetch(row, splitsFetches ? Share::SecondHalf : Share::All);
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
}

/// The row in flight: a masked head up to the first whole cache line of the
/// out, then vectors that each start one.
void VectorLoops::emitPeeledLaneLoop() {
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
  head = arith::MinUIOp::create(builder, loc, head,
                                values.extents[plan.vectorDim]);
  emitMasked(index(0), head, [&] { emitVectorStores(Store::Peeled); });
  emitLaneLoop(head, {}, [&](ValueRange) -> SmallVector<Value> {
    emitVectorStores(Store::Peeled);
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
