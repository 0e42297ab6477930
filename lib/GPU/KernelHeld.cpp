//===- KernelHeld.cpp - Reductions of rows that are held -*- C++ -*-===//
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

using namespace mlir;
using namespace mlir::norm;

/// Of what may be a vector, a value of the row.
Value KernelEmitter::subtract(Value v, Value scalar) {
  return arith::SubFOp::create(builder, loc, v, values.spread(scalar),
                               arith::FastMathFlags::contract);
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
  if (plan.getWarpsPerRow() == 1)
    return values.getCount(type);
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

/// What each warp has, of moments without the squares.
SmallVector<RowPart> KernelEmitter::sumInWarp(ArrayRef<ReduceOp> pass,
                                              ArrayRef<Value> shifts) {
  SmallVector<Accumulator> accumulators;
  SmallVector<Value> sums;
  for (unsigned i = 0; i < pass.size(); ++i) {
    ReduceOp reduce = pass[i];
    Value shift = shifts[i];
    Accumulator accumulator = getAccumulator(reduce);
    accumulators.push_back(accumulator);
    sums.push_back(reduceChunks(accumulator, reduce.getValue(), [&](Value v) {
      return shift ? subtract(v, widen(shift, accumulator.second)) : v;
    }));
  }
  reduceInWarp(accumulators, sums, plan.getLanesPerRow());
  SmallVector<RowPart> parts;
  for (auto [accumulator, shift, sum] :
       llvm::zip_equal(accumulators, shifts, sums)) {
    RowPart &part = parts.emplace_back();
    part.value = sum;
    if (shift)
      part.count = countInWarp(accumulator.second);
  }
  return parts;
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

/// To moments the squares about the mean of the warp.
void KernelEmitter::addSquares(ArrayRef<ReduceOp> pass, ArrayRef<Value> shifts,
                               MutableArrayRef<RowPart> parts) {
  ScalarBuilder b{builder, loc, arith::FastMathFlags::contract};
  SmallVector<TeamStatistic> means;
  SmallVector<Accumulator> accumulators;
  SmallVector<Value> squares;
  for (unsigned i = 0; i < pass.size(); ++i) {
    if (!shifts[i])
      continue;
    ReduceOp reduce = pass[i];
    Accumulator accumulator = getAccumulator(reduce);
    // Of a whole row as setStatistic() has it: what is computed from it in both
    // places is computed once.
    TeamStatistic mean{widen(shifts[i], accumulator.second),
                       plan.getWarpsPerRow() == 1
                           ? divideByLength(parts[i].value)
                           : getOwnMean(parts[i])};
    // Of a row in shared memory v − shift is not held, and to subtract the mean
    // in two steps takes ptxas fewer registers.
    if (!plan.isInShared)
      mean = getMean(mean.value, mean.delta);
    means.push_back(mean);
    accumulators.push_back(accumulator);
    squares.push_back(
        reduceChunks(accumulator, reduce.getValue(), [&](Value v) {
          Value centred = subtract(v, mean.value);
          if (plan.isInShared)
            centred = subtract(centred, mean.delta);
          return b.mul(centred, centred);
        }));
  }
  reduceInWarp(accumulators, squares, plan.getLanesPerRow());
  auto next = llvm::zip_equal(squares, means).begin();
  for (RowPart &part : parts) {
    if (!part.count)
      continue;
    auto [about, mean] = *next;
    ++next;
    part.squares = about;
    if (plan.isInShared)
      continue;
    // About mean − lost they are n·lost² too large, whatever the elements.
    Value excess = b.mul(b.mul(part.count, mean.delta), mean.delta);
    part.squares =
        b.max(b.sub(about, excess), b.constant(0.0, excess.getType()));
  }
}

/// Each thread, then each warp, then all: of moments the mean of each warp, and
/// the squares about that.
void KernelEmitter::emitHeldPass(ArrayRef<ReduceOp> pass,
                                 ArrayRef<Value> shifts) {
  SmallVector<RowPart> parts = sumInWarp(pass, shifts);
  if (plan.isInShared)
    holdInShared(pass);
  addSquares(pass, shifts, parts);
  if (plan.getWarpsPerRow() > 1)
    mergeWarps(pass, parts);
  if (plan.isInShared)
    values.forgetChunks();
  setStatistics(pass, shifts, parts);
}
