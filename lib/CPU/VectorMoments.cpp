//===- VectorMoments.cpp - Mean and variance of the rows in flight -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLoops.h"
#include "VectorReduction.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

/// A shift may be so many standard deviations from its row's mean: then Σd²/n −
/// δ² loses a factor of 1 + 2² of an already small error.
constexpr int64_t maxShift = 2;

/// Of sums, packed, or of a vector of them where every lane is a row.
Value VectorLoops::divideByCount(Value sum) {
  Value count = values.counts.lookup(getElementTypeOrSelf(sum.getType()));
  if (auto type = dyn_cast<VectorType>(sum.getType()))
    count = vector::BroadcastOp::create(builder, loc, type, count);
  return arith::DivFOp::create(builder, loc, sum, count);
}

/// With d = v − m for a number m near the mean: mean = m + δ for δ = Σd/n, and
/// variance = Σd²/n − δ². What m is off by is known again, and v − mean =
/// (v − m) − δ rounds the mean to no type (Chan, Golub, LeVeque, "Algorithms
/// for Computing the Sample Variance", 1983: the corrected two-pass algorithm).
void VectorLoops::finishMoments(Moments &m, Value sum, Value sumOfSquares) {
  auto contract = arith::FastMathFlags::contract;
  m.delta = divideByCount(sum);
  if (m.isAboutMean) {
    // An infinite mean is what it is; its error is no number, as ∞ − ∞ is none.
    Value nothing = arith::SubFOp::create(builder, loc, m.mean, m.mean);
    Value isNumber = arith::CmpFOp::create(
        builder, loc, arith::CmpFPredicate::ORD, nothing, nothing);
    Value zero = arith::ConstantOp::create(
        builder, loc, builder.getZeroAttr(m.delta.getType()));
    m.delta = arith::SelectOp::create(builder, loc, isNumber, m.delta, zero);
  }
  Value square =
      arith::MulFOp::create(builder, loc, m.delta, m.delta, contract);
  m.variance = arith::SubFOp::create(builder, loc, divideByCount(sumOfSquares),
                                     square, contract);
  // Never negative in real numbers; a constant row may round below zero.
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(m.variance.getType()));
  m.variance = arith::MaximumFOp::create(builder, loc, m.variance, zero);
}

//===----------------------------------------------------------------------===//
// One pass, about a shift
//===----------------------------------------------------------------------===//

/// One pass about a shift saves the second, and is as exact as long as the
/// shift is near the mean, which is checked. The first vector of a row gives
/// the shift: there must be one, or a mask that says how much of it there is.
/// Where every lane is a row, a few elements would be a poor guess, and one
/// accumulator a lane would drift with it.
bool VectorLoops::canShift() const {
  if (options.accuracy == Accuracy::TwoPass || !plan.reducesAcrossLanes)
    return false;
  return llvm::all_of(reductionDims, [&](unsigned dim) {
    std::optional<int64_t> extent = getConstantIntValue(values.extents[dim]);
    if (dim == plan.vectorDim)
      return plan.hasMaskedTails || (extent && *extent >= plan.lanes);
    return extent && *extent > 0;
  });
}

/// True if the first vector of a row is all of it.
bool VectorLoops::isRowOneVector() const {
  return llvm::all_of(reductionDims, [&](unsigned dim) {
    std::optional<int64_t> extent = getConstantIntValue(values.extents[dim]);
    return extent && *extent <= (dim == plan.vectorDim ? plan.lanes : 1);
  });
}

/// The first `length` elements of a row, and zeros.
Value VectorLoops::emitFirstVector(ReduceOp reduce, unsigned row,
                                   Value length) {
  SmallVector<Value> outer = values.indices;
  for (unsigned dim : reductionDims) {
    values.indices[dim] = index(0);
    values.enterScope(nullptr);
  }
  bool isWhole = getConstantIntValue(length) == plan.lanes;
  if (!isWhole)
    values.mask = vector::CreateMaskOp::create(
        builder, loc, VectorType::get({plan.lanes}, builder.getI1Type()),
        length);
  Value first = values.getSpread(reduce.getValue(), row);
  if (!isWhole)
    first = arith::SelectOp::create(
        builder, loc, values.mask, first,
        arith::ConstantOp::create(builder, loc,
                                  builder.getZeroAttr(first.getType())));
  values.mask = {};
  for (unsigned i = 0; i < reductionDims.size(); ++i)
    values.leaveScope();
  values.indices = outer;
  return first;
}

/// So many of the first elements of a row of `extent` that their mean cannot be
/// further from the row's than maxShift standard deviations: of k among n, that
/// is at most √((n−k)/k) (Samuelson, "How Deviant Can You Be?", 1968).
static int64_t getSafeShiftLength(int64_t extent) {
  int64_t divisor = 1 + maxShift * maxShift;
  return llvm::PowerOf2Ceil(llvm::divideCeil(extent, divisor));
}

/// The means of the rows' first vectors, packed; of a row that is one vector,
/// that of as few elements as are safe.
Value VectorLoops::emitShift(ReduceOp reduce) {
  Value extent = values.extents[plan.vectorDim];
  std::optional<int64_t> known = getConstantIntValue(extent);
  Value length = index(plan.lanes);
  if (!known || *known < plan.lanes)
    length = builder.createOrFold<arith::MinUIOp>(loc, extent, length);
  SmallVector<Value> rows;
  for (unsigned row = 0; row < values.numRows; ++row)
    rows.push_back(emitFirstVector(reduce, row, length));
  if (isRowOneVector()) {
    int64_t safe = getSafeShiftLength(*known);
    for (Value &row : rows)
      row = vector::ExtractStridedSliceOp::create(builder, loc, row, {0},
                                                  {safe}, {1});
    length = index(safe);
  }
  Value sum = reduceLanes(builder, loc, Combiner::add, rows);
  Value integer = builder.createOrFold<arith::IndexCastOp>(
      loc, builder.getI64Type(), length);
  Value count = builder.createOrFold<arith::SIToFPOp>(
      loc, getElementTypeOrSelf(sum.getType()), integer);
  if (auto type = dyn_cast<VectorType>(sum.getType()))
    count = vector::BroadcastOp::create(builder, loc, type, count);
  return arith::DivFOp::create(builder, loc, sum, count);
}

/// True if the shift was so far from the mean that Σd²/n − δ² cancels. Also
/// where either is no number.
Value VectorLoops::emitIsFar(const Moments &m) {
  Value square = arith::MulFOp::create(builder, loc, m.delta, m.delta);
  Type type = square.getType();
  TypedAttr most =
      builder.getFloatAttr(getElementTypeOrSelf(type), maxShift * maxShift);
  if (auto vector = dyn_cast<VectorType>(type))
    most = DenseElementsAttr::get(vector, most);
  Value limit = arith::MulFOp::create(
      builder, loc, m.variance, arith::ConstantOp::create(builder, loc, most));
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UGT, square,
                               limit);
}

/// Takes the moments anew, in two passes, where one of `conditions` says that a
/// shift was far from its row's mean; of that row alone, so that no row depends
/// on those it is taken with.
void VectorLoops::emitTwoPassesIf(Value conditions,
                                  MutableArrayRef<Moments> moments) {
  SmallVector<Value> found;
  for (Moments &m : moments)
    found.append({m.mean, m.delta, m.variance});
  Value any = conditions;
  if (isa<VectorType>(any.getType()))
    any = vector::ReductionOp::create(builder, loc, vector::CombiningKind::OR,
                                      any);
  auto takeAnew = [&] {
    SmallVector<Accumulator> accumulators;
    for (Moments &m : moments)
      accumulators.push_back({Combiner::add, m.reduce.getValue().getType()});
    SmallVector<Value> sums =
        emitAccumulation(accumulators, [&](unsigned i, unsigned row) {
          return values.getSpread(moments[i].reduce.getValue(), row);
        });
    for (auto [m, sum] : llvm::zip_equal(moments, sums))
      m.mean = divideByCount(sum);
    emitCentredPass(moments);
    SmallVector<Value> anew;
    for (Moments &m : moments)
      anew.append({m.mean, m.delta, m.variance});
    return anew;
  };
  SmallVector<Value> chosen = emitIf(
      any, ValueRange(found).getTypes(),
      [&] { return emitRowByRow(found, takeAnew); }, [&] { return found; });
  for (auto [i, m] : llvm::enumerate(moments)) {
    auto choose = [&, &m = m](unsigned number) -> Value {
      return arith::SelectOp::create(builder, loc, m.isFar, chosen[number],
                                     found[number]);
    };
    m.mean = choose(3 * i);
    m.delta = choose(3 * i + 1);
    m.variance = choose(3 * i + 2);
  }
}

//===----------------------------------------------------------------------===//
// Two passes
//===----------------------------------------------------------------------===//

/// The pass about m.mean, which completes the moments.
void VectorLoops::emitCentredPass(MutableArrayRef<Moments> moments) {
  bool residual = options.accuracy != Accuracy::TwoPass;
  SmallVector<Accumulator> accumulators;
  for (Moments &m : moments)
    accumulators.append(
        residual ? 2 : 1,
        Accumulator{Combiner::add, m.reduce.getValue().getType()});
  auto contract = arith::FastMathFlags::contract;
  // Spread here and not at the scope of the row, which ends before a choice.
  SmallVector<SmallVector<Value>> scalars, means;
  for (Moments &m : moments) {
    m.isAboutMean = true;
    SmallVector<Value> &spread = means.emplace_back();
    for (Value mean : scalars.emplace_back(values.unpack(m.mean)))
      spread.push_back(
          isa<VectorType>(mean.getType()) || values.isScalar
              ? mean
              : Value(vector::BroadcastOp::create(
                    builder, loc, values.getSpreadType(mean.getType()), mean)));
  }
  SmallVector<Value> centred(values.numRows);
  SmallVector<Value> results =
      emitAccumulation(accumulators, [&](unsigned i, unsigned row) {
        unsigned number = residual ? i / 2 : i;
        if (residual && i % 2 == 1)
          return centred[row];
        centred[row] = arith::SubFOp::create(
            builder, loc,
            values.getSpread(moments[number].reduce.getValue(), row),
            (values.isScalar ? scalars : means)[number][row], contract);
        return Value(arith::MulFOp::create(builder, loc, centred[row],
                                           centred[row], contract));
      });
  for (auto [i, m] : llvm::enumerate(moments)) {
    if (residual)
      finishMoments(m, results[2 * i + 1], results[2 * i]);
    else
      m.variance = divideByCount(results[i]);
  }
}
