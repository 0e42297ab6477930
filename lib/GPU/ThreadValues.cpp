//===- ThreadValues.cpp - A row program as one thread sees it -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ThreadValues.h"
#include "Norm/IR/ScalarBuilder.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

ThreadValues::ThreadValues(const RowProgram &program, const GPUPlan &plan,
                           OpBuilder &builder)
    : program(program), plan(plan), builder(builder), op(program.getOp()),
      loc(op.getLoc()) {}

void ThreadValues::enterLoop(Operation *op) {
  loop = op;
  chunkValues.clear();
}

void ThreadValues::leaveLoop() {
  loop = nullptr;
  chunkValues.clear();
}

Type ThreadValues::getSpreadType(Type type) const {
  return plan.vectorWidth == 1
             ? type
             : Type(VectorType::get({plan.vectorWidth}, type));
}

Value ThreadValues::spread(Value value) {
  if (plan.vectorWidth == 1 || isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(builder, loc,
                                     getSpreadType(value.getType()), value);
}

Value ThreadValues::get(Value value, unsigned chunk) {
  if (!program.isInBody(value)) {
    if (Value known = mapping.lookupOrNull(value))
      return known;
    // Not a value of the host that was passed: a constant.
    OpBuilder::InsertionGuard guard(builder);
    if (loop)
      builder.setInsertionPoint(loop);
    builder.clone(*value.getDefiningOp(), mapping);
    return mapping.lookup(value);
  }
  if (variesInRow(program.getVariation(value))) {
    Value &known = chunkValues[{value, chunk}];
    if (known)
      return known;
    Value computed = compute(value, chunk);
    return chunkValues[{value, chunk}] = computed;
  }
  if (Value known = rowValues.lookup(value))
    return known;
  OpBuilder::InsertionGuard guard(builder);
  if (loop)
    builder.setInsertionPoint(loop);
  Value computed = compute(value, chunk);
  return rowValues[value] = computed;
}

Value ThreadValues::toFloat(Value number, Type type) {
  Value integer = builder.createOrFold<arith::IndexCastOp>(
      loc, builder.getI64Type(), number);
  return builder.createOrFold<arith::SIToFPOp>(loc, type, integer);
}

Value ThreadValues::compute(Value value, unsigned chunk) {
  if (auto arg = dyn_cast<BlockArgument>(value))
    return load(arg, chunk);
  Operation *nested = value.getDefiningOp();
  if (isa<CountOp>(nested))
    return getCount(value.getType());
  if (isa<ReduceOp>(nested)) {
    TeamStatistic statistic = statistics.lookup(value);
    if (!statistic.delta)
      return statistic.value;
    return arith::AddFOp::create(builder, loc, statistic.value,
                                 statistic.delta);
  }
  if (auto sub = dyn_cast<arith::SubFOp>(nested))
    if (auto it = statistics.find(sub.getRhs());
        it != statistics.end() && it->second.delta)
      return emitCentred(sub.getLhs(), it->second, chunk);
  if (auto mul = dyn_cast<arith::MulFOp>(nested))
    for (auto [centred, factor] :
         {std::pair(mul.getLhs(), mul.getRhs()), {mul.getRhs(), mul.getLhs()}})
      if (Value product = emitScaledCentred(centred, factor, chunk))
        return product;
  return emitClone(nested, cast<OpResult>(value).getResultNumber(), chunk);
}

/// (v − mean)·factor as (v − M)·factor − lost·factor, mean = M + lost: of each
/// element one step less. Null if `centred` is no such difference or `factor`
/// is not the same for all of the row.
Value ThreadValues::emitScaledCentred(Value centred, Value factor,
                                      unsigned chunk) {
  auto sub = centred.getDefiningOp<arith::SubFOp>();
  if (!sub || variesInRow(program.getVariation(factor)) ||
      factor.getType().getIntOrFloatBitWidth() < 32)
    return Value();
  auto it = statistics.find(sub.getRhs());
  if (it == statistics.end() || !it->second.delta)
    return Value();
  TeamStatistic mean = it->second;
  Value element = get(sub.getLhs(), chunk), scale = get(factor, chunk);
  ScalarBuilder b{builder, loc, arith::FastMathFlags::contract};
  // Nothing lost is nothing lost of an infinite factor, too.
  Value zero = b.constant(0.0, scale.getType());
  Value isNone = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OEQ,
                                       mean.delta, zero);
  Value lost = arith::SelectOp::create(builder, loc, isNone, zero,
                                       b.mul(mean.delta, scale));
  auto like = [&](Value scalar) {
    return isa<VectorType>(element.getType()) ? spread(scalar) : scalar;
  };
  Value shifted = b.sub(element, like(mean.value));
  return b.sub(b.mul(shifted, like(scale)), like(lost));
}

Value ThreadValues::emitCentred(Value v, const TeamStatistic &mean,
                                unsigned chunk) {
  Value element = get(v, chunk), shift = mean.value, delta = mean.delta;
  if (isa<VectorType>(element.getType())) {
    shift = spread(shift);
    delta = spread(delta);
  }
  Value shifted = arith::SubFOp::create(builder, loc, element, shift);
  return arith::SubFOp::create(builder, loc, shifted, delta);
}

SmallVector<Value> ThreadValues::getIndices(unsigned operand,
                                            const Chunk &chunk) {
  SmallVector<Value> indices;
  for (AffineExpr expr : op.getInputMap(operand).getResults()) {
    unsigned dim = cast<AffineDimExpr>(expr).getPosition();
    if (llvm::is_contained(plan.reductionDims, dim))
      indices.push_back(chunk.indices[dim]);
  }
  return indices;
}

Value ThreadValues::load(BlockArgument arg, unsigned chunk) {
  unsigned number = arg.getArgNumber();
  Value view = views[number];
  if (!view)
    return get(op.getInputs()[number], chunk);
  if (!variesInRow(program.getVariation(arg)))
    return memref::LoadOp::create(builder, loc, view);

  Type type = getSpreadType(arg.getType());
  if (held.contains(number) && chunk < plan.vectorsPerThread) {
    auto [memory, thread] = held[number];
    Value place = getPlaceInShared(thread, chunk);
    if (plan.vectorWidth == 1)
      return memref::LoadOp::create(builder, loc, memory, place);
    return vector::LoadOp::create(builder, loc, cast<VectorType>(type), memory,
                                  place, /*nontemporal=*/false,
                                  getAlignmentInShared(arg.getType()));
  }
  const Chunk &at = chunks[chunk];
  SmallVector<Value> indices = getIndices(number, at);
  bool isVector =
      plan.vectorWidth > 1 &&
      op.getInputMap(number).isFunctionOfDim(plan.reductionDims.back());
  auto emitLoad = [&]() -> Value {
    if (isVector)
      return vector::LoadOp::create(
          builder, loc, cast<VectorType>(type), view, indices,
          /*nontemporal=*/false,
          llvm::MaybeAlign(getAccessAlignment(op, number, plan.vectorWidth)));
    return spread(memref::LoadOp::create(builder, loc, view, indices));
  };
  if (!at.inBounds)
    return emitLoad();
  auto ifOp = scf::IfOp::create(builder, loc, type, at.inBounds,
                                /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(ifOp.thenBlock());
  scf::YieldOp::create(builder, loc, emitLoad());
  builder.setInsertionPointToStart(ifOp.elseBlock());
  scf::YieldOp::create(builder, loc,
                       Value(arith::ConstantOp::create(
                           builder, loc, type, builder.getZeroAttr(type))));
  return ifOp.getResult(0);
}

/// Neighbouring threads have neighbouring vectors: no two of a bank at once.
Value ThreadValues::getPlaceInShared(Value thread, unsigned chunk) {
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  Value first =
      builder.createOrFold<arith::MulIOp>(loc, thread, index(plan.vectorWidth));
  return builder.createOrFold<arith::AddIOp>(
      loc, first, index(chunk * plan.getThreads() * plan.vectorWidth));
}

llvm::MaybeAlign ThreadValues::getAlignmentInShared(Type type) const {
  return llvm::MaybeAlign(plan.vectorWidth * type.getIntOrFloatBitWidth() / 8);
}

void ThreadValues::hold(unsigned input, Value memory, Value thread) {
  BlockArgument arg = op.getBodyBlock()->getArgument(input);
  for (unsigned chunk = 0; chunk < chunks.size(); ++chunk) {
    Value element = get(arg, chunk), place = getPlaceInShared(thread, chunk);
    if (plan.vectorWidth == 1)
      memref::StoreOp::create(builder, loc, element, memory, place);
    else
      vector::StoreOp::create(builder, loc, element, memory, place,
                              /*nontemporal=*/false,
                              getAlignmentInShared(arg.getType()));
  }
  held[input] = {memory, thread};
}

/// The op on vectors if its value varies in the row.
Value ThreadValues::emitClone(Operation *nested, unsigned result,
                              unsigned chunk) {
  bool isSpread = variesInRow(program.getVariation(nested->getResult(0)));
  SmallVector<Value> operands;
  for (Value operand : nested->getOperands())
    operands.push_back(isSpread ? getSpread(operand, chunk)
                                : get(operand, chunk));
  if (isa<arith::ConstantOp>(nested))
    return builder.clone(*nested)->getResult(0);
  SmallVector<Type> types;
  for (Type type : nested->getResultTypes())
    types.push_back(isSpread ? getSpreadType(type) : type);
  OperationState state(loc, nested->getName(), operands, types,
                       nested->getDiscardableAttrDictionary().getValue());
  state.propertiesAttr = nested->getPropertiesAsAttribute();
  Operation *clone = builder.create(state);
  // A product and a sum may round once instead of twice.
  if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp>(clone))
    clone->setAttr("fastmath",
                   arith::FastMathFlagsAttr::get(
                       builder.getContext(), arith::FastMathFlags::contract));
  return clone->getResult(result);
}
