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

void KernelEmitter::setStatistics(ArrayRef<ReduceOp> pass,
                                  ArrayRef<Value> shifts,
                                  ArrayRef<RowPart> parts) {
  for (auto [reduce, shift, part] : llvm::zip_equal(pass, shifts, parts)) {
    setStatistic(reduce, 0, part.value, shift);
    if (shift)
      setStatistic(reduce, 1, part.squares, Value());
  }
}
