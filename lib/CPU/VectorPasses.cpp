//===- VectorPasses.cpp - Statistics, in vectors ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLoops.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

static TypedAttr getIdentity(Combiner kind, Type type) {
  auto scalar = cast<FloatType>(getElementTypeOrSelf(type));
  const llvm::fltSemantics &semantics = scalar.getFloatSemantics();
  APFloat identity =
      kind == Combiner::max || kind == Combiner::min
          ? APFloat::getInf(semantics, /*Negative=*/kind == Combiner::max)
          : APFloat::getZero(semantics);
  auto attr = FloatAttr::get(scalar, identity);
  if (auto vector = dyn_cast<VectorType>(type))
    return DenseElementsAttr::get(vector, attr.getValue());
  return attr;
}

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

  bool wasScalar = values.isScalar;
  SmallVector<Value> results =
      emitReductionLoops(inits, [&](ValueRange carried) {
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
      });
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

/// The reduces of one level, for all rows in flight.
void VectorLoops::emitPass(ArrayRef<ReduceOp> pass) {
  SmallVector<std::pair<ReduceOp, unsigned>> reduces, moments;
  SmallVector<std::pair<Combiner, Type>> accumulators;
  for (ReduceOp reduce : pass)
    for (unsigned row = 0; row < numRows; ++row) {
      reduces.push_back({reduce, row});
      accumulators.push_back({reduce.getKind(), reduce.getValue().getType()});
    }
  SmallVector<Value> results = emitAccumulation(accumulators, [&](unsigned i) {
    auto [reduce, row] = reduces[i];
    return values.getSpread(reduce.getValue(), row);
  });
  for (auto [entry, result] : llvm::zip_equal(reduces, results)) {
    auto [reduce, row] = entry;
    if (reduce.getKind() == Combiner::moments) {
      result = divideByCount(result);
      moments.push_back(entry);
    }
    values.statistics[row][reduce.getStats()[0]] = {result, {}};
  }
  if (!moments.empty())
    emitCentredPass(moments);
}

Value VectorLoops::divideByCount(Value sum) {
  Value count = values.counts.lookup(getElementTypeOrSelf(sum.getType()));
  if (isa<VectorType>(sum.getType()))
    count = values.spread(count, 0);
  return arith::DivFOp::create(builder, loc, sum, count);
}

/// The second pass of moments: with d = v − μ for the rounded mean μ, the sum
/// of d², and of d, which is n·δ for the mean's rounding error δ. Then
/// mean = μ + δ and variance = Σd²/n − δ²: what the first pass rounded away is
/// known again (Chan, Golub, LeVeque, "Algorithms for Computing the Sample
/// Variance", 1983: the corrected two-pass algorithm).
void VectorLoops::emitCentredPass(
    ArrayRef<std::pair<ReduceOp, unsigned>> moments) {
  bool residual = options.accuracy == Accuracy::Residual;
  SmallVector<std::pair<Combiner, Type>> accumulators;
  for (auto [reduce, row] : moments)
    accumulators.append(residual ? 2 : 1,
                        {Combiner::add, reduce.getValue().getType()});
  auto contract = arith::FastMathFlags::contract;
  SmallVector<Value> centred(moments.size());
  unsigned scope =
      values.getScope(ReduceOp(moments.front().first).getStats()[0]);
  SmallVector<Value> results = emitAccumulation(accumulators, [&](unsigned i) {
    unsigned number = residual ? i / 2 : i;
    auto [reduce, row] = moments[number];
    if (residual && i % 2 == 1)
      return centred[number];
    Value mean = values.statistics[row][reduce.getStats()[0]].value;
    centred[number] = arith::SubFOp::create(
        builder, loc, values.getSpread(reduce.getValue(), row),
        values.spread(mean, scope), contract);
    return Value(arith::MulFOp::create(builder, loc, centred[number],
                                       centred[number], contract));
  });
  for (auto [number, entry] : llvm::enumerate(moments)) {
    auto [reduce, row] = entry;
    Value variance = divideByCount(results[residual ? 2 * number : number]);
    if (residual) {
      Value delta = divideByCount(results[2 * number + 1]);
      values.statistics[row][reduce.getStats()[0]].delta = delta;
      Value square =
          arith::MulFOp::create(builder, loc, delta, delta, contract);
      variance =
          arith::SubFOp::create(builder, loc, variance, square, contract);
      // Never negative in real numbers; a constant row may round below zero.
      Value zero = arith::ConstantOp::create(
          builder, loc, builder.getZeroAttr(variance.getType()));
      variance = arith::MaximumFOp::create(builder, loc, variance, zero);
    }
    values.statistics[row][reduce.getStats()[1]] = {variance, {}};
  }
}
