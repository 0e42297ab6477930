//===- KernelStatistics.cpp - The reductions of a row program -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "Norm/IR/ScalarBuilder.h"
#include "SharedRow.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

/// Of a sum: any order, no start at +0, and a product that is added may round
/// once.
static constexpr auto anyOrder = arith::FastMathFlags::reassoc |
                                 arith::FastMathFlags::nsz |
                                 arith::FastMathFlags::contract;

/// Moments are sums. Halves are combined as f32: they are when they are
/// shuffled.
KernelEmitter::Accumulator KernelEmitter::getAccumulator(ReduceOp reduce) {
  bool isMoments = reduce.getKind() == Combiner::moments;
  Type type = reduce.getValue().getType();
  return {isMoments ? Combiner::add : reduce.getKind(),
          type.getIntOrFloatBitWidth() < 32 ? builder.getF32Type() : type};
}

/// Combines `contribute` of the value, for all chunks at hand.
Value KernelEmitter::reduceChunks(Accumulator accumulator, Value value,
                                  function_ref<Value(Value)> contribute) {
  auto [kind, type] = accumulator;
  SmallVector<Value> certain, terms;
  for (unsigned chunk = 0; chunk < values.chunks.size(); ++chunk) {
    Value term = contribute(widen(values.getSpread(value, chunk), type));
    if (values.chunks[chunk].inBounds)
      // One choice, not one per lane.
      terms.push_back(orIdentity(kind, reduceLanes(kind, term), chunk));
    else
      certain.push_back(term);
  }
  if (!certain.empty())
    terms.push_back(reduceLanes(kind, combineAll(kind, certain)));
  return combineAll(kind, terms);
}

/// How many elements of a row that is held the warp has.
Value KernelEmitter::countInWarp(Type type) {
  int64_t width = warpSize * plan.vectorWidth;
  if (staticLength && *staticLength == plan.getElementsInFlight())
    return ScalarBuilder{builder, loc}.constant(
        double(width * plan.vectorsPerThread), type);
  Value first = arith::ShRUIOp::create(builder, loc, member,
                                       index(llvm::Log2_64(warpSize)));
  first = arith::MulIOp::create(builder, loc, first, index(width));
  Value count = index(0);
  for (int64_t i = 0; i < plan.vectorsPerThread; ++i) {
    Value at = builder.createOrFold<arith::AddIOp>(
        loc, first, index(i * plan.threadsPerRow * plan.vectorWidth));
    Value end = arith::MaxUIOp::create(builder, loc, values.length, at);
    Value rest = arith::MinUIOp::create(
        builder, loc, arith::SubIOp::create(builder, loc, end, at),
        index(width));
    count = builder.createOrFold<arith::AddIOp>(loc, count, rest);
  }
  return values.toFloat(count, type);
}

/// As the accumulator's type.
Value KernelEmitter::widen(Value value, Type type) {
  if (isa<VectorType>(value.getType()))
    type = values.getSpreadType(type);
  if (value.getType() == type)
    return value;
  return arith::ExtFOp::create(builder, loc, type, value);
}

/// What the row does not have contributes what changes nothing.
Value KernelEmitter::orIdentity(Combiner kind, Value value, unsigned chunk) {
  Value inBounds = values.chunks[chunk].inBounds;
  if (!inBounds)
    return value;
  Value identity = arith::ConstantOp::create(
      builder, loc, getIdentity(kind, value.getType()));
  return arith::SelectOp::create(builder, loc, inBounds, value, identity);
}

Value KernelEmitter::reduceLanes(Combiner kind, Value value) {
  if (!isa<VectorType>(value.getType()))
    return value;
  return vector::ReductionOp::create(builder, loc, getCombiningKind(kind),
                                     value, anyOrder);
}

Value KernelEmitter::divideByLength(Value sum) {
  return arith::DivFOp::create(builder, loc, sum,
                               values.getCount(sum.getType()));
}

/// The mean of a few elements from the start of the row, a number near those
/// that follow: about it, sums lose nothing to the size of the mean.
Value KernelEmitter::emitShift(ReduceOp reduce) {
  constexpr int64_t elements = 8;
  int64_t vectors = std::max<int64_t>(1, elements / plan.vectorWidth);
  if (staticLength)
    vectors = std::clamp<int64_t>(*staticLength / plan.vectorWidth, 1, vectors);
  Value last = arith::SubIOp::create(builder, loc, values.length,
                                     index(plan.vectorWidth));
  SmallVector<Value> terms;
  unsigned numChunks = values.chunks.size();
  for (int64_t i = 0; i < vectors; ++i) {
    // Of a row that may be shorter, the last vector again.
    Value first = index(i * plan.vectorWidth);
    if (!staticLength)
      first = builder.createOrFold<arith::MinUIOp>(loc, first, last);
    values.chunks.push_back(getChunk(first, staticLength && *staticLength > 0));
    terms.push_back(values.get(reduce.getValue(), numChunks + i));
  }
  values.chunks.truncate(numChunks);
  Value sum = combineAll(Combiner::add, terms);
  int64_t number = vectors;
  if (isa<VectorType>(sum.getType())) {
    sum = vector::ReductionOp::create(builder, loc, vector::CombiningKind::ADD,
                                      sum, anyOrder);
    number *= plan.vectorWidth;
  }
  ScalarBuilder b{builder, loc};
  return orZero(b.mul(sum, b.constant(1.0 / number, sum.getType())));
}

/// The same in every launch, and read from the row in one: others may write
/// over it.
Value KernelEmitter::getShift(ReduceOp reduce) {
  if (!plan.isSplit)
    return emitShift(reduce);
  unsigned number = numPartials++;
  if (numPasses < launch)
    return partials.load(number, partials.getRank(),
                         reduce.getValue().getType());
  Value shift = emitShift(reduce);
  shifts.push_back(shift);
  return shift;
}

/// The value, or zero if it is infinite or no number: an infinite mean is what
/// it is, and its error no number.
Value KernelEmitter::orZero(Value value) {
  ScalarBuilder b{builder, loc};
  Value zero = b.constant(0.0, value.getType());
  Value isFinite = arith::CmpFOp::create(
      builder, loc, arith::CmpFPredicate::OEQ, b.sub(value, value), zero);
  return arith::SelectOp::create(builder, loc, isFinite, value, zero);
}

/// shift + delta as a sum that is rounded and what that lost (Knuth's TwoSum):
/// v − mean then rounds as if the shift had been the mean. No mean of eight
/// elements is further from that of all n than √(n/8) deviations, so delta is
/// off by few roundings of that.
TeamStatistic KernelEmitter::getMean(Value shift, Value delta) {
  ScalarBuilder b{builder, loc};
  Value mean = b.add(shift, delta);
  Value added = b.sub(mean, shift);
  Value lost = b.add(b.sub(shift, b.sub(mean, added)), b.sub(delta, added));
  return {mean, orZero(lost)};
}

/// Of a sum over the row; of moments the sum about the shift, and the squares.
void KernelEmitter::setStatistic(ReduceOp reduce, unsigned number, Value result,
                                 Value shift) {
  Type type = reduce.getValue().getType();
  if (reduce.getKind() == Combiner::moments)
    result = divideByLength(result);
  if (result.getType() != type)
    result = arith::TruncFOp::create(builder, loc, type, result);
  values.statistics[reduce.getStats()[number]] =
      shift ? getMean(shift, result) : TeamStatistic{result, Value()};
}

/// The reduces of one level.
void KernelEmitter::emitPass(ArrayRef<ReduceOp> pass) {
  // All of the row is on its way before anything waits for it.
  if (plan.isHeld)
    for (unsigned input : getReducedInputs(program, pass))
      for (unsigned chunk = 0; chunk < values.chunks.size(); ++chunk)
        values.get(op.getBodyBlock()->getArgument(input), chunk);
  SmallVector<Value> shifts;
  for (ReduceOp reduce : pass)
    shifts.push_back(reduce.getKind() == Combiner::moments ? getShift(reduce)
                                                           : Value());
  if (plan.isHeld)
    emitHeldPass(pass, shifts);
  else
    emitStreamedPass(pass, shifts);
}

/// Each thread, then each warp, then all: of moments the mean of each warp, and
/// the squares about that.
void KernelEmitter::emitHeldPass(ArrayRef<ReduceOp> pass,
                                 ArrayRef<Value> shifts) {
  int64_t lanes = std::min(plan.threadsPerRow, warpSize);
  bool isWarp = plan.getWarpsPerRow() == 1;
  ScalarBuilder b{builder, loc, arith::FastMathFlags::contract};
  SmallVector<Accumulator> accumulators, ofSquares;
  SmallVector<Value> sums, squares;
  auto subtract = [&](Value v, Value scalar) {
    return b.sub(v, values.spread(scalar));
  };
  for (unsigned i = 0; i < pass.size(); ++i) {
    ReduceOp reduce = pass[i];
    Value shift = shifts[i];
    Accumulator accumulator = getAccumulator(reduce);
    accumulators.push_back(accumulator);
    sums.push_back(reduceChunks(accumulator, reduce.getValue(), [&](Value v) {
      return shift ? subtract(v, widen(shift, accumulator.second)) : v;
    }));
  }
  reduceInWarp(accumulators, sums, lanes);
  if (plan.isInShared)
    holdInShared(pass);
  SmallVector<RowPart> parts;
  for (unsigned i = 0; i < pass.size(); ++i) {
    RowPart &part = parts.emplace_back();
    part.value = sums[i];
    if (!shifts[i])
      continue;
    ReduceOp reduce = pass[i];
    Accumulator accumulator = accumulators[i];
    if (!isWarp)
      part.count = countInWarp(accumulator.second);
    Value own = isWarp ? divideByLength(part.value) : getOwnMean(part);
    TeamStatistic mean{widen(shifts[i], accumulator.second), own};
    // Otherwise v − shift would be held beside v.
    if (!plan.isInShared)
      mean = getMean(mean.value, mean.delta);
    ofSquares.push_back(accumulator);
    squares.push_back(
        reduceChunks(accumulator, reduce.getValue(), [&](Value v) {
          Value centred = subtract(subtract(v, mean.value), mean.delta);
          return b.mul(centred, centred);
        }));
  }
  reduceInWarp(ofSquares, squares, lanes);
  auto next = squares.begin();
  for (auto [part, shift] : llvm::zip_equal(parts, shifts))
    if (shift)
      part.squares = *next++;
  if (!isWarp)
    mergeWarps(pass, parts);
  if (plan.isInShared)
    values.forgetChunks();
  setStatistics(pass, shifts, parts);
}

/// What the reduces are of goes to shared memory, and comes from there from now
/// on: registers are for what is computed from it.
void KernelEmitter::holdInShared(ArrayRef<ReduceOp> pass) {
  int64_t size = plan.getThreads() * plan.vectorsPerThread * plan.vectorWidth;
  for (unsigned input : getReducedInputs(program, pass)) {
    if (values.isInShared(input))
      continue;
    Type type = op.getBodyBlock()->getArgument(input).getType();
    values.hold(input, addSharedMemory(size, type), thread);
  }
  // Compilers keep in registers what nobody else can have changed.
  NVVM::SyncWarpOp::create(builder, loc,
                           arith::ConstantIntOp::create(builder, loc, -1, 32));
  values.forgetChunks();
}

void KernelEmitter::setStatistics(ArrayRef<ReduceOp> pass,
                                  ArrayRef<Value> shifts,
                                  ArrayRef<RowPart> parts) {
  for (auto [reduce, shift, part] : llvm::zip_equal(pass, shifts, parts)) {
    setStatistic(reduce, 0, part.value, shift);
    if (shift)
      setStatistic(reduce, 1, part.squares, Value());
  }
}
