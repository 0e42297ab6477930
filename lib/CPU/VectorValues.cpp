//===- VectorValues.cpp - Values of a row program as vectors and scalars -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorValues.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;
using utils::IteratorType;

VectorValues::VectorValues(const RowProgram &program, const VectorPlan &plan,
                           OpBuilder &builder)
    : program(program), plan(plan), builder(builder),
      loc(program.getOp().getLoc()), lanes(plan.lanes) {
  GenericOp op = program.getOp();
  SmallVector<IteratorType> iterators = op.getRowIteratorTypes();
  unsigned numDims = iterators.size();
  indices.resize(numDims);
  // Scope 0 is outside, 1 a row, then one per reduction dim, that of the lanes
  // innermost.
  dimScopes.assign(numDims, 1);
  unsigned scope = 2;
  for (unsigned dim = 0; dim < numDims; ++dim)
    if (iterators[dim] == IteratorType::reduction && dim != plan.vectorDim)
      dimScopes[dim] = scope++;
  if (plan.reducesAcrossLanes)
    dimScopes[plan.vectorDim] = scope++;
  scopes.resize(scope);

  // Which dims each value of the body varies with.
  llvm::SmallBitVector rowDims(numDims);
  for (unsigned dim = 0; dim < numDims; ++dim)
    rowDims[dim] = iterators[dim] == IteratorType::parallel;
  for (auto [i, arg] : llvm::enumerate(op.getBodyBlock()->getArguments())) {
    llvm::SmallBitVector varies(numDims);
    for (AffineExpr expr : op.getInputMap(i).getResults())
      varies.set(cast<AffineDimExpr>(expr).getPosition());
    dims[arg] = varies;
  }
  for (Operation &nested : op.getBodyBlock()->without_terminator()) {
    llvm::SmallBitVector varies(numDims);
    if (isa<ReduceOp>(nested))
      varies = rowDims;
    else
      for (Value operand : nested.getOperands())
        if (auto it = dims.find(operand); it != dims.end())
          varies |= it->second;
    for (Value result : nested.getResults())
      dims[result] = varies;
  }
}

//===----------------------------------------------------------------------===//
// Scopes
//===----------------------------------------------------------------------===//

unsigned VectorValues::getScope(Value value) const {
  auto it = dims.find(value);
  unsigned scope = 0;
  if (it != dims.end())
    for (unsigned dim : it->second.set_bits())
      scope = std::max(scope, dimScopes[dim]);
  return scope;
}

bool VectorValues::variesAlongLanes(Value value) const {
  auto it = dims.find(value);
  return it != dims.end() && it->second.test(plan.vectorDim);
}

void VectorValues::enterScope(Operation *loop) {
  // An outer one, say a conditional around this loop, goes first.
  Operation *outer = scopes[current].innerLoop;
  if (!outer)
    scopes[current].innerLoop = loop;
  ++current;
  scopes[current] = LoopScope();
  scopes[current].outerInnerLoop = outer;
}

void VectorValues::leaveScope() {
  Operation *outer = scopes[current].outerInnerLoop;
  scopes[current] = LoopScope();
  --current;
  scopes[current].innerLoop = outer;
}

void VectorValues::setInsertionPoint(unsigned scope) {
  // The outermost loop between the value's scope and here.
  for (unsigned s = scope; s <= current; ++s)
    if (Operation *loop = scopes[s].innerLoop) {
      builder.setInsertionPoint(loop);
      return;
    }
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

SmallVector<Value> VectorValues::getIndices(AffineMap map, unsigned row) const {
  return llvm::map_to_vector(map.getResults(), [&](AffineExpr expr) {
    unsigned dim = cast<AffineDimExpr>(expr).getPosition();
    return plan.jammedDim == dim ? jammedIndices[row] : indices[dim];
  });
}

Value VectorValues::spread(Value value, unsigned scope) {
  if (isScalar || isa<VectorType>(value.getType()))
    return value;
  Type type = getSpreadType(value.getType());
  Value &splat = scopes[scope].splats[value];
  if (!splat || splat.getType() != type) {
    OpBuilder::InsertionGuard guard(builder);
    setInsertionPoint(scope);
    splat = vector::BroadcastOp::create(builder, loc, type, value);
  }
  return splat;
}

Value VectorValues::getSpread(Value value, unsigned row) {
  return spread(get(value, row), getScope(value));
}

Value VectorValues::get(Value value, unsigned row) {
  if (!program.isInBody(value))
    return value;
  // What does not vary with the jammed dim is the same in all jammed rows.
  if (plan.jammedDim && !dims[value].test(*plan.jammedDim))
    row = 0;
  std::pair<Value, unsigned> key(value, row);
  unsigned scope = getScope(value);
  if (Value known = scopes[scope].values.lookup(key))
    return known;
  OpBuilder::InsertionGuard guard(builder);
  setInsertionPoint(scope);
  Value computed = compute(value, row);
  scopes[scope].values[key] = computed;
  return computed;
}

Value VectorValues::compute(Value value, unsigned row) {
  if (auto arg = dyn_cast<BlockArgument>(value))
    return load(arg, row);
  Operation *op = value.getDefiningOp();
  if (isa<CountOp>(op))
    return counts.lookup(value.getType());
  if (isPacked(value))
    return extractRow(getPacked(value), row);
  if (Value centred = emitCentred(op, row))
    return centred;
  return emitClone(op, cast<OpResult>(value).getResultNumber(), row);
}

Value VectorValues::load(BlockArgument arg, unsigned row) {
  GenericOp op = program.getOp();
  Value input = op.getInputs()[arg.getArgNumber()];
  if (!isa<MemRefType>(input.getType()))
    return input;
  SmallVector<Value> at = getIndices(op.getInputMap(arg.getArgNumber()), row);
  if (isScalar || !variesAlongLanes(arg))
    return memref::LoadOp::create(builder, loc, input, at);
  auto type = cast<VectorType>(getSpreadType(arg.getType()));
  if (!mask)
    return vector::LoadOp::create(builder, loc, type, input, at);
  Value zero =
      arith::ConstantOp::create(builder, loc, type, builder.getZeroAttr(type));
  return vector::MaskedLoadOp::create(builder, loc, type, input, at, mask,
                                      zero);
}

const RowStatistic *VectorValues::getMean(Value value) const {
  auto it = statistics.find(value);
  return it != statistics.end() && it->second.delta ? &it->second : nullptr;
}

/// v − mean as (v − μ) − δ, which rounds the mean to no type: the error of v
/// alone remains. And (v − mean)·ρ as (v − μ)·ρ − δ·ρ, one fused operation.
Value VectorValues::emitCentred(Operation *op, unsigned row) {
  auto sub = dyn_cast<arith::SubFOp>(op);
  Value factor;
  if (auto mul = dyn_cast<arith::MulFOp>(op)) {
    for (auto [a, b] : {std::pair<Value, Value>{mul.getLhs(), mul.getRhs()},
                        {mul.getRhs(), mul.getLhs()}}) {
      auto candidate = a.getDefiningOp<arith::SubFOp>();
      if (candidate && program.isInBody(candidate) &&
          getMean(candidate.getRhs()) && getScope(b) < getScope(candidate)) {
        sub = candidate;
        factor = b;
      }
    }
  }
  if (!sub)
    return {};
  const RowStatistic *mean = getMean(sub.getRhs());
  if (!mean)
    return {};
  // One of each row, unpacked once.
  auto getRow = [&](Value packed) {
    Value &known = scopes[rowScope].values[{packed, row}];
    if (!known) {
      OpBuilder::InsertionGuard guard(builder);
      setInsertionPoint(rowScope);
      known = extractRow(packed, row);
    }
    return known;
  };
  bool varies = variesAlongLanes(op->getResult(0));
  auto spreadIf = [&](Value value, unsigned scope) {
    return varies ? spread(value, scope) : value;
  };
  Value v = spreadIf(get(sub.getLhs(), row), getScope(sub.getLhs()));
  Value first = arith::SubFOp::create(builder, loc, v,
                                      spreadIf(getRow(mean->value), rowScope));
  if (!factor)
    return arith::SubFOp::create(builder, loc, first,
                                 spreadIf(getRow(mean->delta), rowScope));
  auto contract = arith::FastMathFlags::contract;
  unsigned factorScope = std::max(rowScope, getScope(factor));
  Value rho, product;
  auto multiply = [&](Value delta, Value rho) {
    Value &known = scopes[factorScope].products[{delta, rho}];
    if (!known) {
      OpBuilder::InsertionGuard guard(builder);
      setInsertionPoint(factorScope);
      known = arith::MulFOp::create(builder, loc, delta, rho);
    }
    return known;
  };
  if (isPacked(factor)) {
    Value packed = getPacked(factor);
    rho = get(factor, row);
    product = getRow(multiply(mean->delta, packed));
  } else {
    rho = get(factor, row);
    product = multiply(getRow(mean->delta), rho);
  }
  Value scaled = arith::MulFOp::create(builder, loc, first,
                                       spreadIf(rho, factorScope), contract);
  return arith::SubFOp::create(builder, loc, scaled,
                               spreadIf(product, factorScope), contract);
}

/// The op on vectors if its value varies along the lanes.
Value VectorValues::emitClone(Operation *op, unsigned result, unsigned row) {
  bool isVector = !isScalar && variesAlongLanes(op->getResult(0));
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(isVector ? getSpread(operand, row) : get(operand, row));
  SmallVector<Type> types;
  for (Type type : op->getResultTypes())
    types.push_back(isVector ? getSpreadType(type) : type);
  Operation *made = clone(op, operands, types);
  for (unsigned i = 0; i < op->getNumResults(); ++i)
    if (i != result)
      scopes[getScope(op->getResult(i))].values[{op->getResult(i), row}] =
          made->getResult(i);
  return made->getResult(result);
}

/// The op on other operands, scalars or vectors.
Operation *VectorValues::clone(Operation *op, ValueRange operands,
                               TypeRange types) {
  if (isa<arith::ConstantOp>(op))
    return builder.clone(*op);
  OperationState state(loc, op->getName(), operands, types,
                       op->getDiscardableAttrDictionary().getValue());
  state.propertiesAttr = op->getPropertiesAsAttribute();
  Operation *made = builder.create(state);
  // A product and a sum may round once instead of twice.
  if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp>(made))
    made->setAttr("fastmath",
                  arith::FastMathFlagsAttr::get(
                      builder.getContext(), arith::FastMathFlags::contract));
  if (isa<math::MathDialect>(op->getDialect()) || isa<arith::TruncFOp>(op))
    opsToExpand.push_back(made);
  return made;
}
