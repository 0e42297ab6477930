//===- VectorPrefetch.cpp - Rows are fetched ahead --------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLoops.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::norm;

/// Rows of fewer bytes come fast enough behind each other: within a page, the
/// hardware fetches ahead by itself.
constexpr int64_t longRowBytes = 4096;

/// Rows are fetched ahead where the outs stream past the caches, and where the
/// blocks under way fit the cache; else those in flight stand for them.
///
/// The stores fetch the block that comes next. Where fetches may be dropped,
/// they also fetch the one after it, and each pass before them the next one
/// again: what has arrived costs little, and what was dropped has two more
/// chances. Neither the stores alone nor all fetches in both passes are as
/// fast.
void VectorLoops::emitComingRows() {
  comingRows = rowsAgain = laterRows = {};
  if (!streams || values.isScalar || values.mask ||
      (plan.reducesAcrossLanes && !plan.jammedDim))
    return;
  int64_t atOnce = plan.reducesAcrossLanes ? values.numRows : plan.lanes;
  Value bytes = index(getElementInputBytes(op) * atOnce);
  for (unsigned dim : reductionDims)
    bytes =
        builder.createOrFold<arith::MulIOp>(loc, bytes, values.extents[dim]);
  Value fits = builder.createOrFold<arith::CmpIOp>(
      loc, arith::CmpIPredicate::ule, bytes, index(options.prefetchBytes));
  fits = builder.createOrFold<arith::AndIOp>(loc, fits, streams);
  unsigned dim = plan.reducesAcrossLanes ? *plan.jammedDim : plan.vectorDim;
  Value current = plan.reducesAcrossLanes ? values.jammedIndices.front()
                                          : values.indices[dim];
  Value last = builder.createOrFold<arith::SubIOp>(loc, values.extents[dim],
                                                   index(atOnce));
  auto emitAhead = [&](int64_t blocks, Value condition) {
    Value rows =
        arith::AddIOp::create(builder, loc, current, index(blocks * atOnce));
    rows = arith::MinUIOp::create(builder, loc, rows, last);
    return builder.createOrFold<arith::SelectOp>(loc, condition, rows, current);
  };
  comingRows = emitAhead(1, fits);
  if (!plan.repeatsFetches)
    return;
  Value isLong = builder.createOrFold<arith::CmpIOp>(
      loc, arith::CmpIPredicate::uge, bytes, index(longRowBytes));
  if (matchPattern(isLong, m_Zero()))
    return;
  isLong = builder.createOrFold<arith::AndIOp>(loc, isLong, fits);
  rowsAgain = emitAhead(1, isLong);
  laterRows = emitAhead(2, isLong);
}

/// The cache lines of a row from `rows` on that correspond to the elements at
/// hand.
void VectorLoops::emitPrefetch(unsigned row, Value rows) {
  if (!rows || values.isScalar || values.mask)
    return;
  SmallVector<Value> jammed = values.jammedIndices, outer = values.indices;
  if (plan.reducesAcrossLanes)
    values.jammedIndices[row] =
        builder.createOrFold<arith::AddIOp>(loc, rows, index(row));
  else
    values.indices[plan.vectorDim] = rows;
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    AffineMap map = op.getInputMap(i);
    if (!map.isPermutation())
      continue;
    int64_t width =
        cast<MemRefType>(input.getType()).getElementTypeBitWidth() / 8;
    for (int64_t lane = 0; lane < values.lanes; lane += cacheLine / width) {
      SmallVector<Value> at = values.getIndices(map, row);
      at.back() =
          builder.createOrFold<arith::AddIOp>(loc, at.back(), index(lane));
      memref::PrefetchOp::create(builder, loc, input, at, /*isWrite=*/false,
                                 /*localityHint=*/2,
                                 /*isDataCache=*/true);
    }
  }
  values.jammedIndices = jammed;
  values.indices = outer;
}
