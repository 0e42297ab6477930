//===- VectorPrefetch.cpp - Rows are fetched ahead --------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLoops.h"

using namespace mlir;
using namespace mlir::norm;

/// True if a pass over statistics fetches half of what the stores else do:
/// memory is never idle. Where every lane is a row, half a row is no half of
/// its lines; and along a single row the hardware fetches ahead by itself.
bool VectorLoops::canSplitFetches() const {
  return plan.reducesAcrossLanes && values.numRows > 1 &&
         !program.getPasses().empty();
}

/// Rows are fetched ahead where the outs stream past the caches, and where the
/// blocks under way fit the cache; else those in flight stand for them.
void VectorLoops::emitComingRows() {
  comingRows = {};
  if (!streams || values.isScalar || values.mask ||
      (plan.reducesAcrossLanes && !plan.jammedDim))
    return;
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
  // One block ahead would come too late where the pass before the stores
  // fetches, too.
  int64_t blocksAhead = splitsFetches ? 2 : 1;
  Value coming =
      arith::AddIOp::create(builder, loc, current, index(blocksAhead * atOnce));
  Value last = builder.createOrFold<arith::SubIOp>(loc, values.extents[dim],
                                                   index(atOnce));
  coming = arith::MinUIOp::create(builder, loc, coming, last);
  fits = builder.createOrFold<arith::AndIOp>(loc, fits, streams);
  comingRows =
      builder.createOrFold<arith::SelectOp>(loc, fits, coming, current);
}

/// The cache lines of a coming row that correspond to the elements at hand, or,
/// at half the pace, those of one half of it.
void VectorLoops::emitPrefetch(unsigned row, Share share) {
  if (!comingRows || values.isScalar || values.mask)
    return;
  SmallVector<Value> jammed = values.jammedIndices, outer = values.indices;
  Value &element = values.indices[plan.vectorDim];
  if (share != Share::All)
    element = builder.createOrFold<arith::ShRUIOp>(loc, element, index(1));
  if (share == Share::SecondHalf)
    element = builder.createOrFold<arith::AddIOp>(
        loc, element,
        builder.createOrFold<arith::ShRUIOp>(
            loc, values.extents[plan.vectorDim], index(1)));
  if (plan.reducesAcrossLanes)
    values.jammedIndices[row] =
        builder.createOrFold<arith::AddIOp>(loc, comingRows, index(row));
  else
    element = comingRows;
  int64_t length = share == Share::All ? values.lanes : values.lanes / 2;
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    AffineMap map = op.getInputMap(i);
    if (!map.isPermutation())
      continue;
    int64_t width =
        cast<MemRefType>(input.getType()).getElementTypeBitWidth() / 8;
    for (int64_t lane = 0; lane < length; lane += cacheLine / width) {
      SmallVector<Value> at = values.getIndices(map, row);
      at.back() =
          builder.createOrFold<arith::AddIOp>(loc, at.back(), index(lane));
      memref::PrefetchOp::create(builder, loc, input, at, /*isWrite=*/false,
                                 /*localityHint=*/plan.prefetchLocality,
                                 /*isDataCache=*/true);
    }
  }
  values.jammedIndices = jammed;
  values.indices = outer;
}
