//===- KernelStatistics.cpp - The reductions of a row program -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "Norm/IR/ScalarBuilder.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

/// Of a sum: any order, and no start at +0.
static constexpr auto anyOrder =
    arith::FastMathFlags::reassoc | arith::FastMathFlags::nsz;

/// Halves are combined as f32: they are when they are shuffled.
static Type getAccumulatorType(Type type) {
  return type.getIntOrFloatBitWidth() < 32 ? Float32Type::get(type.getContext())
                                           : type;
}

/// True if the reduces cannot be known without the argument.
static bool isNeededBy(BlockArgument arg, ArrayRef<ReduceOp> pass) {
  SetVector<Operation *> slice;
  BackwardSliceOptions options;
  options.omitBlockArguments = true;
  options.inclusive = true;
  for (ReduceOp reduce : pass)
    (void)getBackwardSlice(reduce.getOperation(), &slice, options);
  return llvm::any_of(arg.getUsers(),
                      [&](Operation *user) { return slice.contains(user); });
}

/// Combines what each element contributes, over all elements that the block or
/// cluster takes.
SmallVector<Value> KernelEmitter::reduceRow(
    ArrayRef<Accumulator> accumulators,
    function_ref<Value(unsigned number, unsigned chunk)> contribute) {
  SmallVector<Value> inits;
  for (auto [kind, type] : accumulators)
    inits.push_back(arith::ConstantOp::create(
        builder, loc, getIdentity(kind, values.getSpreadType(type))));
  SmallVector<Value> results = forEachChunk(inits, [&](ValueRange carried) {
    SmallVector<SmallVector<Value>> terms(accumulators.size());
    for (unsigned chunk = 0; chunk < values.chunks.size(); ++chunk)
      for (unsigned i = 0; i < accumulators.size(); ++i) {
        Value value = contribute(i, chunk);
        if (value.getType() != inits[i].getType())
          value =
              arith::ExtFOp::create(builder, loc, inits[i].getType(), value);
        if (Value inBounds = values.chunks[chunk].inBounds)
          value =
              arith::SelectOp::create(builder, loc, inBounds, value, inits[i]);
        terms[i].push_back(value);
      }
    SmallVector<Value> next;
    for (auto [i, accumulator] : llvm::enumerate(accumulators)) {
      if (!plan.isHeld)
        terms[i].push_back(carried[i]);
      next.push_back(combineAll(accumulator.first, terms[i]));
    }
    return next;
  });
  for (auto [accumulator, result] : llvm::zip_equal(accumulators, results))
    if (isa<VectorType>(result.getType()))
      result = vector::ReductionOp::create(
          builder, loc, getCombiningKind(accumulator.first), result, anyOrder);
  reduceInTeam(accumulators, results);
  return results;
}

/// The same over all of the row. Of blocks that share it, those of this launch
/// leave their part to the next one.
SmallVector<Value> KernelEmitter::accumulate(
    ArrayRef<Accumulator> accumulators,
    function_ref<Value(unsigned number, unsigned chunk)> contribute) {
  SmallVector<Value> results = plan.isSplit && isKnown()
                                   ? loadPartials(accumulators)
                                   : reduceRow(accumulators, contribute);
  isDone = plan.isSplit && numPasses == launch;
  if (isDone)
    storePartials(results);
  ++numPasses;
  numPartials += accumulators.size();
  return results;
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
  if (isKnown())
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

/// The reduces of one level, and of moments the second pass, about the mean.
void KernelEmitter::emitPass(ArrayRef<ReduceOp> pass) {
  // All of the row is on its way before anything waits for it.
  if (plan.isHeld)
    for (BlockArgument arg : op.getBodyBlock()->getArguments())
      if (program.getVariation(arg) == Variation::Element &&
          isNeededBy(arg, pass))
        for (unsigned chunk = 0; chunk < values.chunks.size(); ++chunk)
          values.get(arg, chunk);

  SmallVector<Accumulator> accumulators;
  SmallVector<Value> shifts;
  SmallVector<ReduceOp> moments;
  for (ReduceOp reduce : pass) {
    bool isMoments = reduce.getKind() == Combiner::moments;
    shifts.push_back(isMoments ? getShift(reduce) : Value());
    accumulators.push_back({isMoments ? Combiner::add : reduce.getKind(),
                            getAccumulatorType(reduce.getValue().getType())});
    if (isMoments)
      moments.push_back(reduce);
  }
  SmallVector<Value> results =
      accumulate(accumulators, [&](unsigned i, unsigned chunk) -> Value {
        ReduceOp reduce = pass[i];
        Value v = values.getSpread(reduce.getValue(), chunk);
        if (!shifts[i])
          return v;
        return arith::SubFOp::create(builder, loc, v, values.spread(shifts[i]));
      });
  if (isDone)
    return;
  for (auto [number, shift, result] : llvm::enumerate(shifts, results)) {
    ReduceOp reduce = pass[number];
    Type type = reduce.getValue().getType();
    if (shift)
      result = divideByLength(result);
    if (result.getType() != type)
      result = arith::TruncFOp::create(builder, loc, type, result);
    TeamStatistic &statistic = values.statistics[reduce.getStats()[0]];
    statistic = shift ? getMean(shift, result) : TeamStatistic{result, Value()};
  }
  if (moments.empty())
    return;

  accumulators.clear();
  for (ReduceOp reduce : moments)
    accumulators.push_back(
        {Combiner::add, getAccumulatorType(reduce.getValue().getType())});
  results = accumulate(accumulators, [&](unsigned i, unsigned chunk) -> Value {
    ReduceOp reduce = moments[i];
    Value centred = values.emitCentred(
        reduce.getValue(), values.statistics[reduce.getStats()[0]], chunk);
    return values.spread(arith::MulFOp::create(builder, loc, centred, centred,
                                               arith::FastMathFlags::contract));
  });
  if (isDone)
    return;
  for (auto [reduce, result] : llvm::zip_equal(moments, results)) {
    Type type = reduce.getValue().getType();
    result = divideByLength(result);
    if (result.getType() != type)
      result = arith::TruncFOp::create(builder, loc, type, result);
    values.statistics[reduce.getStats()[1]] = {result, Value()};
  }
}
