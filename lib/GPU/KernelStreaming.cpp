//===- KernelStreaming.cpp - Reductions of rows read in a loop -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A row that is not held is read once a pass, for moments too: what a thread
// has seen and what is at hand are parts of the row (see RowParts.cpp).
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "Norm/IR/ScalarBuilder.h"

using namespace mlir;
using namespace mlir::norm;

static constexpr auto contract = arith::FastMathFlags::contract;

/// Takes the chunks at hand to what the thread has seen before; of moments, the
/// elements less the shift.
void KernelEmitter::addChunks(ReduceOp reduce, Value shift, Value newCount,
                              RowPart &part) {
  ScalarBuilder b{builder, loc, contract};
  Accumulator accumulator = getAccumulator(reduce);
  Combiner kind = accumulator.first;
  Type type = accumulator.second;
  auto combine = [&](SmallVector<Value> terms, Value known) {
    for (auto [chunk, term] : llvm::enumerate(terms))
      term = orIdentity(kind, term, chunk);
    return b.combine(kind, reduceLanes(kind, combineAll(kind, terms)), known);
  };
  if (shift)
    shift = values.spread(widen(shift, type));
  SmallVector<Value> elements;
  for (unsigned chunk = 0; chunk < values.chunks.size(); ++chunk) {
    Value v = widen(values.getSpread(reduce.getValue(), chunk), type);
    if (shift)
      v = arith::SubFOp::create(builder, loc, v, shift);
    elements.push_back(v);
  }
  RowPart before = part;
  part.value = combine(elements, part.value);
  if (!shift)
    return;
  part.count = newCount;
  Value mean = getOwnMean(part);
  SmallVector<Value> squares;
  for (Value element : elements) {
    Value centred = b.sub(element, values.spread(mean));
    squares.push_back(b.mul(centred, centred));
  }
  part.squares =
      combine(squares, getSquaresAbout(mean, getOwnMean(before), before));
}

/// How many elements the thread has seen, from how many before the chunks at
/// hand.
Value KernelEmitter::countElements(Value before) {
  Value count = before, width = index(plan.vectorWidth);
  for (const Chunk &chunk : values.chunks) {
    Value more = width;
    if (chunk.inBounds)
      more = arith::SelectOp::create(builder, loc, chunk.inBounds, width,
                                     index(0));
    count = builder.createOrFold<arith::AddIOp>(loc, count, more);
  }
  return count;
}

/// What the thread has after a loop over what the block takes of the row.
SmallVector<RowPart> KernelEmitter::streamRow(ArrayRef<ReduceOp> pass,
                                              ArrayRef<Value> shifts) {
  // A value each, and of moments the squares; then how many elements.
  SmallVector<Value> inits;
  for (auto [reduce, shift] : llvm::zip_equal(pass, shifts)) {
    auto [kind, type] = getAccumulator(reduce);
    inits.append(shift ? 2 : 1, arith::ConstantOp::create(
                                    builder, loc, getIdentity(kind, type)));
  }
  if (inits.size() > pass.size())
    inits.push_back(index(0));
  auto getParts = [&](ValueRange carried) {
    SmallVector<RowPart> parts;
    unsigned i = 0;
    for (auto [reduce, shift] : llvm::zip_equal(pass, shifts)) {
      RowPart &part = parts.emplace_back();
      part.value = carried[i++];
      if (!shift)
        continue;
      part.squares = carried[i++];
      part.count =
          values.toFloat(carried.back(), getAccumulator(reduce).second);
    }
    return parts;
  };
  return getParts(forEachChunk(inits, [&](ValueRange carried) {
    SmallVector<RowPart> parts = getParts(carried);
    Value count;
    if (inits.size() > pass.size())
      count = countElements(carried.back());
    SmallVector<Value> next;
    for (auto [reduce, shift, part] : llvm::zip_equal(pass, shifts, parts)) {
      Value newCount;
      if (shift)
        newCount = values.toFloat(count, getAccumulator(reduce).second);
      addChunks(reduce, shift, newCount, part);
      next.push_back(part.value);
      if (shift)
        next.push_back(part.squares);
    }
    if (count)
      next.push_back(count);
    return next;
  }));
}

/// A pass; of blocks that share the row, those of this launch leave their part
/// to the next one.
void KernelEmitter::emitStreamedPass(ArrayRef<ReduceOp> pass,
                                     ArrayRef<Value> shifts) {
  bool isKnown = plan.isSplit && numPasses < launch;
  SmallVector<RowPart> parts =
      isKnown ? loadPartials(pass) : streamRow(pass, shifts);
  mergeInWarp(pass, parts);
  if (plan.getWarpsPerRow() > 1)
    mergeWarps(pass, parts);
  isDone = plan.isSplit && numPasses++ == launch;
  if (isDone)
    return storePartials(parts);
  setStatistics(pass, shifts, parts);
}
