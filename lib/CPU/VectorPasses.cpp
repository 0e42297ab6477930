//===- VectorPasses.cpp - Statistics, in vectors ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/ScalarBuilder.h"
#include "VectorLoops.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

static Value emitCombine(OpBuilder &builder, Location loc, Combiner kind,
                         Value a, Value b) {
  switch (kind) {
  case Combiner::max:
    return arith::MaximumFOp::create(builder, loc, a, b);
  case Combiner::min:
    return arith::MinimumFOp::create(builder, loc, a, b);
  case Combiner::add:
  case Combiner::moments:
    return arith::AddFOp::create(builder, loc, a, b,
                                 arith::FastMathFlags::contract);
  }
  llvm_unreachable("all combiners are covered");
}

static vector::CombiningKind getCombiningKind(Combiner kind) {
  switch (kind) {
  case Combiner::max:
    return vector::CombiningKind::MAXIMUMF;
  case Combiner::min:
    return vector::CombiningKind::MINIMUMF;
  case Combiner::add:
  case Combiner::moments:
    return vector::CombiningKind::ADD;
  }
  llvm_unreachable("all combiners are covered");
}

/// One pass over the elements of the rows in flight with an accumulator for
/// each entry of `accumulators`; `contribute` gives what an element adds to
/// accumulator number i. Returns one value per row: lanes are combined.
SmallVector<Value>
VectorLoops::emitAccumulation(ArrayRef<std::pair<Combiner, Type>> accumulators,
                              function_ref<Value(unsigned)> contribute) {
  // Where the rest of a row is taken one by one, it has accumulators of its
  // own.
  bool hasScalars = plan.reducesAcrossLanes && !plan.hasMaskedTails;
  unsigned number = accumulators.size();
  auto createIdentity = [&](unsigned i, bool scalar) -> Value {
    auto [kind, type] = accumulators[i];
    Type spread = scalar ? type : values.getSpreadType(type);
    return arith::ConstantOp::create(builder, loc, getIdentity(kind, spread));
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
      merged.push_back(emitCombine(builder, loc, accumulators[i % number].first,
                                   std::get<0>(both), std::get<1>(both)));
    return merged;
  };
  Chunks chunks{inits, merge};
  bool wasScalar = values.isScalar;
  SmallVector<Value> results = emitElements(
      inits,
      [&](ValueRange carried) {
        SmallVector<Value> next(carried);
        unsigned first =
            hasScalars && values.isScalar && !wasScalar ? number : 0;
        for (unsigned i = 0; i < number; ++i) {
          Value value = contribute(i);
          if (values.mask && plan.reducesAcrossLanes)
            value = arith::SelectOp::create(
                builder, loc, values.mask, value,
                arith::ConstantOp::create(
                    builder, loc,
                    getIdentity(accumulators[i].first, value.getType())));
          next[first + i] = emitCombine(builder, loc, accumulators[i].first,
                                        next[first + i], value);
        }
        return next;
      },
      &chunks);
  if (!plan.reducesAcrossLanes)
    return results;
  for (unsigned i = 0; i < number; ++i) {
    Combiner kind = accumulators[i].first;
    results[i] =
        vector::ReductionOp::create(builder, loc, getCombiningKind(kind),
                                    results[i], arith::FastMathFlags::reassoc);
    if (hasScalars)
      results[i] =
          emitCombine(builder, loc, kind, results[i], results[number + i]);
  }
  results.truncate(number);
  return results;
}

/// The reduces of one level, for all rows in flight: an accumulator each, or,
/// for moments about a shift s, two: of d = v − s and of d².
void VectorLoops::emitPass(ArrayRef<ReduceOp> pass) {
  struct Entry {
    ReduceOp reduce;
    unsigned row;
    Value shift;
    unsigned accumulator;
  };
  SmallVector<Entry> entries;
  SmallVector<std::pair<Combiner, Type>> accumulators;
  SmallVector<std::pair<unsigned, bool>> owners; // entry, whether squared
  for (ReduceOp reduce : pass)
    for (unsigned row = 0; row < numRows; ++row) {
      bool isMoments = reduce.getKind() == Combiner::moments;
      Value shift = isMoments && canShift() ? emitShift(reduce, row) : Value();
      for (bool squared : {false, true}) {
        if (squared && !shift)
          continue;
        if (!squared)
          entries.push_back(
              {reduce, row, shift, unsigned(accumulators.size())});
        owners.push_back({entries.size() - 1, squared});
        accumulators.push_back({isMoments ? Combiner::add : reduce.getKind(),
                                reduce.getValue().getType()});
      }
    }

  Value deviation;
  auto contract = arith::FastMathFlags::contract;
  SmallVector<Value> results = emitAccumulation(accumulators, [&](unsigned i) {
    auto [number, squared] = owners[i];
    Entry &entry = entries[number];
    if (squared)
      return Value(
          arith::MulFOp::create(builder, loc, deviation, deviation, contract));
    Value v = values.getSpread(entry.reduce.getValue(), entry.row);
    if (!entry.shift)
      return v;
    deviation = arith::SubFOp::create(
        builder, loc, v, values.spread(entry.shift, rowScope), contract);
    return deviation;
  });

  SmallVector<Moments> moments;
  Value isFar;
  for (Entry &entry : entries) {
    Value result = results[entry.accumulator];
    if (entry.reduce.getKind() != Combiner::moments) {
      values.statistics[entry.row][entry.reduce.getStats()[0]] = {result, {}};
      continue;
    }
    Moments &m = moments.emplace_back(
        Moments{entry.reduce, entry.row, {}, {}, {}, {}, false});
    if (!entry.shift) {
      m.mean = divideByCount(result);
      continue;
    }
    m.mean = entry.shift;
    finishMoments(m, result, results[entry.accumulator + 1]);
    m.isFar = emitIsFar(m);
    isFar =
        isFar ? arith::OrIOp::create(builder, loc, isFar, m.isFar) : m.isFar;
  }
  if (moments.empty())
    return;
  if (isFar)
    emitTwoPassesIf(isFar, moments);
  else
    emitCentredPass(moments);
  for (Moments &m : moments) {
    values.statistics[m.row][m.reduce.getStats()[0]] = {m.mean, m.delta};
    values.statistics[m.row][m.reduce.getStats()[1]] = {m.variance, {}};
  }
}
