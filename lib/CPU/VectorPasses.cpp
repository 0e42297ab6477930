//===- VectorPasses.cpp - Statistics, in vectors ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/ScalarBuilder.h"
#include "VectorLoops.h"
#include "VectorReduction.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

/// Absolute values are in the order of their bits as integers, NaNs above all
/// others, and the identity −∞ is below them: one instruction on x86, where the
/// float maximum that keeps NaNs takes four.
static Value maxOfMagnitudes(OpBuilder &builder, Location loc, Value a,
                             Value b) {
  Type type = a.getType();
  Type bits = builder.getIntegerType(
      getElementTypeOrSelf(type).getIntOrFloatBitWidth());
  if (auto vector = dyn_cast<VectorType>(type))
    bits = vector.clone(bits);
  auto toBits = [&](Value value) -> Value {
    return arith::BitcastOp::create(builder, loc, bits, value);
  };
  Value max = arith::MaxSIOp::create(builder, loc, toBits(a), toBits(b));
  return arith::BitcastOp::create(builder, loc, type, max);
}

Value VectorLoops::combine(const Accumulator &accumulator, Value a, Value b) {
  if (accumulator.isMagnitude)
    return maxOfMagnitudes(builder, loc, a, b);
  ScalarBuilder scalars{builder, loc, arith::FastMathFlags::contract};
  return scalars.combine(accumulator.kind, a, b);
}

/// One pass over the elements of the rows in flight; each row has an
/// accumulator for each entry of `accumulators`, to which `contribute` says
/// what an element adds. Returns the results per row, packed: lanes are
/// combined.
SmallVector<Value>
VectorLoops::emitAccumulation(ArrayRef<Accumulator> accumulators,
                              Contribution contribute, bool fetchesAhead) {
  // Where the rest of a row is taken one by one, it has accumulators of its
  // own.
  bool hasScalars = plan.reducesAcrossLanes && !plan.hasMaskedTails;
  unsigned number = accumulators.size() * values.numRows;
  auto getAccumulator = [&](unsigned i) -> const Accumulator & {
    return accumulators[i % number / values.numRows];
  };
  auto createIdentity = [&](unsigned i, bool scalar) -> Value {
    const Accumulator &accumulator = getAccumulator(i);
    Type spread =
        scalar ? accumulator.type : values.getSpreadType(accumulator.type);
    return arith::ConstantOp::create(builder, loc,
                                     getIdentity(accumulator.kind, spread));
  };
  SmallVector<Value> inits;
  for (unsigned i = 0; i < number; ++i)
    inits.push_back(createIdentity(i, /*scalar=*/false));
  if (hasScalars)
    for (unsigned i = 0; i < number; ++i)
      inits.push_back(createIdentity(i, /*scalar=*/true));

  auto merge = [&](ValueRange carried, ValueRange chunk) {
    SmallVector<Value> merged;
    for (auto [i, both] : llvm::enumerate(llvm::zip_equal(carried, chunk)))
      merged.push_back(
          combine(getAccumulator(i), std::get<0>(both), std::get<1>(both)));
    return merged;
  };
  Chunks chunks{inits, merge};
  // Short rows would notice that a float added to 0 is an addition.
  bool isOnlyVector = plan.reducesAcrossLanes && !hasScalars &&
                      reductionDims.size() == 1 && isRowOneVector();
  bool wasScalar = values.isScalar;
  SmallVector<Value> results = emitElements(
      inits,
      [&](ValueRange carried) {
        SmallVector<Value> next(carried);
        unsigned first =
            hasScalars && values.isScalar && !wasScalar ? number : 0;
        for (unsigned row = 0; row < values.numRows; ++row) {
          if (fetchesAhead)
            emitPrefetch(row, rowsAgain);
          for (unsigned i = row; i < number; i += values.numRows) {
            Value value = contribute(i / values.numRows, row);
            if (values.mask && plan.reducesAcrossLanes)
              value = arith::SelectOp::create(
                  builder, loc, values.mask, value,
                  arith::ConstantOp::create(
                      builder, loc,
                      getIdentity(getAccumulator(i).kind, value.getType())));
            Value &sum = next[first + i];
            sum = isOnlyVector ? value : combine(getAccumulator(i), sum, value);
          }
        }
        return next;
      },
      &chunks);
  if (!plan.reducesAcrossLanes)
    return results;
  SmallVector<Value> packed;
  for (unsigned i = 0; i < number; i += values.numRows) {
    ArrayRef<Value> rows(results);
    packed.push_back(reduceLanes(builder, loc, getAccumulator(i).kind,
                                 rows.slice(i, values.numRows)));
    if (hasScalars)
      packed.back() =
          combine(getAccumulator(i), packed.back(),
                  values.pack(rows.slice(number + i, values.numRows)));
  }
  return packed;
}

/// The reduces of one level, for all rows in flight: an accumulator each, or,
/// for moments about a shift s, two: of d = v − s and of d².
void VectorLoops::emitPass(ArrayRef<ReduceOp> pass) {
  struct Entry {
    ReduceOp reduce;
    Value shift; // packed
    SmallVector<Value> shifts;
    unsigned accumulator;
  };
  SmallVector<Entry> entries;
  SmallVector<Accumulator> accumulators;
  SmallVector<std::pair<unsigned, bool>> owners; // entry, whether squared
  for (ReduceOp reduce : pass) {
    bool isMoments = reduce.getKind() == Combiner::moments;
    Entry &entry = entries.emplace_back();
    entry.reduce = reduce;
    entry.accumulator = accumulators.size();
    if (isMoments && canShift()) {
      entry.shift = emitShift(reduce);
      entry.shifts = values.unpack(entry.shift);
    }
    for (unsigned i = 0; i < (entry.shift ? 2 : 1); ++i) {
      owners.push_back({entries.size() - 1, i == 1});
      accumulators.push_back(
          {isMoments ? Combiner::add : reduce.getKind(),
           reduce.getValue().getType(),
           reduce.getKind() == Combiner::max &&
               reduce.getValue().getDefiningOp<math::AbsFOp>()});
    }
  }

  auto contract = arith::FastMathFlags::contract;
  SmallVector<Value> deviations(values.numRows);
  SmallVector<Value> results = emitAccumulation(
      accumulators,
      [&](unsigned i, unsigned row) {
        auto [number, squared] = owners[i];
        Entry &entry = entries[number];
        Value &deviation = deviations[row];
        if (squared)
          return Value(arith::MulFOp::create(builder, loc, deviation, deviation,
                                             contract));
        Value v = values.getSpread(entry.reduce.getValue(), row);
        if (!entry.shift)
          return v;
        deviation = arith::SubFOp::create(
            builder, loc, v, values.spread(entry.shifts[row], rowScope),
            contract);
        return deviation;
      },
      /*fetchesAhead=*/true);

  SmallVector<Moments> moments;
  Value isFar;
  for (Entry &entry : entries) {
    Value result = results[entry.accumulator];
    if (entry.reduce.getKind() != Combiner::moments) {
      values.statistics[entry.reduce.getStats()[0]] = {result, {}};
      continue;
    }
    Moments &m = moments.emplace_back();
    m.reduce = entry.reduce;
    if (!entry.shift) {
      m.mean = divideByCount(result);
      continue;
    }
    m.mean = entry.shift;
    // The fast way takes it for that.
    m.isAboutMean = options.accuracy == Accuracy::Fast;
    finishMoments(m, result, results[entry.accumulator + 1]);
    if (m.isAboutMean || isRowOneVector())
      continue;
    m.isFar = emitIsFar(m);
    isFar =
        isFar ? arith::OrIOp::create(builder, loc, isFar, m.isFar) : m.isFar;
  }
  if (isFar)
    emitTwoPassesIf(isFar, moments);
  else if (!moments.empty() && !moments.front().delta)
    emitCentredPass(moments);
  for (Moments &m : moments) {
    values.statistics[m.reduce.getStats()[0]] = {m.mean, m.delta};
    values.statistics[m.reduce.getStats()[1]] = {m.variance, {}};
  }
}
