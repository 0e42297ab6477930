//===- RowParts.cpp - What is known of parts of a row, combined -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Moments of some elements of a row are their number n, the sum s of their
// differences d from the shift, and the squares q about their own mean m = s/n.
// Parts of a row that are known so are taken together by
//
//   Σ (d − m)² = Σ over parts of q + n·(s/n − m)²,  m that of all of them,
//
// Chan's formula for any number of parts: squares of centred numbers only, and
// one exchange among threads where the mean first and then the squares about it
// would take two. The parts are what a thread has seen before, the threads, the
// warps, and the blocks that share the row, in an order that depends on the
// plan alone.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "Norm/IR/ScalarBuilder.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::norm;

static constexpr auto contract = arith::FastMathFlags::contract;

static std::optional<double> getConstant(Value value) {
  FloatAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return std::nullopt;
  return constant.getValueAsDouble();
}

/// s/n; 0 if there are no elements.
Value KernelEmitter::getOwnMean(const RowPart &part) {
  ScalarBuilder b{builder, loc, contract};
  Type type = part.count.getType();
  if (std::optional<double> count = getConstant(part.count))
    return b.mul(part.value, b.constant(1.0 / std::max(*count, 1.0), type));
  Value one = b.constant(1.0, type);
  return b.mul(part.value, b.div(one, b.max(part.count, one)));
}

/// q + n·(own − mean)², own = s/n.
Value KernelEmitter::getSquaresAbout(Value mean, Value own,
                                     const RowPart &part) {
  ScalarBuilder b{builder, loc, contract};
  Value off = b.sub(own, mean);
  return b.add(part.squares, b.mul(b.mul(part.count, off), off));
}

/// From what each thread has to what the threads of a row in its warp have
/// together, the same bits in each.
void KernelEmitter::mergeInWarp(ArrayRef<ReduceOp> pass,
                                MutableArrayRef<RowPart> parts) {
  SmallVector<Accumulator> accumulators, ofSquares;
  SmallVector<Value> whole, squares;
  for (auto [reduce, part] : llvm::zip_equal(pass, parts)) {
    accumulators.append(part.count ? 2 : 1, getAccumulator(reduce));
    whole.push_back(part.value);
    if (part.count)
      whole.push_back(part.count);
  }
  reduceInWarp(accumulators, whole, plan.getLanesPerRow());
  auto next = whole.begin();
  for (auto [reduce, part] : llvm::zip_equal(pass, parts)) {
    RowPart own = part;
    part.value = *next++;
    if (!own.count)
      continue;
    part.count = *next++;
    squares.push_back(getSquaresAbout(getOwnMean(part), getOwnMean(own), own));
    ofSquares.push_back(getAccumulator(reduce));
  }
  reduceInWarp(ofSquares, squares, plan.getLanesPerRow());
  next = squares.begin();
  for (RowPart &part : parts)
    if (part.count)
      part.squares = *next++;
}

/// From what each warp has to what all of a row have together, the same bits in
/// each. A warp tells its own mean rather than the sum: it divides, and not
/// everyone who hears of it.
void KernelEmitter::mergeWarps(ArrayRef<ReduceOp> pass,
                               MutableArrayRef<RowPart> parts) {
  ScalarBuilder b{builder, loc, contract};
  SmallVector<Value> ofWarp;
  for (const RowPart &part : parts) {
    if (!part.count) {
      ofWarp.push_back(part.value);
      continue;
    }
    ofWarp.append({getOwnMean(part), part.squares});
    if (!getConstant(part.count))
      ofWarp.push_back(part.count);
  }
  FromWarps all = exchange(ofWarp);
  auto combine = [&](Accumulator accumulator, SmallVector<Value> terms) {
    Value combined = combineAll(accumulator.first, std::move(terms));
    if (all.isThere) {
      Value identity = arith::ConstantOp::create(
          builder, loc, getIdentity(accumulator.first, accumulator.second));
      combined = arith::SelectOp::create(builder, loc, all.isThere, combined,
                                         identity);
    }
    reduceInWarp(accumulator, combined, all.lanes);
    return combined;
  };
  auto next = all.terms.begin();
  for (auto [reduce, part] : llvm::zip_equal(pass, parts)) {
    Accumulator accumulator = getAccumulator(reduce);
    if (!part.count) {
      part.value = combine(accumulator, *next++);
      continue;
    }
    SmallVector<Value> means = *next++, squares = *next++, counts, sums;
    if (std::optional<double> count = getConstant(part.count)) {
      counts.assign(means.size(), part.count);
      part.count = b.constant(*count * double(plan.getWarpsPerRow()),
                              part.count.getType());
    } else {
      counts = *next++;
      part.count = combine(accumulator, counts);
    }
    for (auto [mean, count] : llvm::zip_equal(means, counts))
      sums.push_back(b.mul(mean, count));
    part.value = combine(accumulator, sums);
    Value mean = getOwnMean(part);
    for (auto [own, count, ofOwn] : llvm::zip_equal(means, counts, squares))
      ofOwn = getSquaresAbout(mean, own, {Value(), count, ofOwn});
    part.squares = combine(accumulator, squares);
  }
}
