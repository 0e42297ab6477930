//===- RoundingModel.cpp - How much rounding a function implies -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/Norm.h"
#include "Norm/Run/Accuracy.h"
#include "llvm/ADT/SmallPtrSet.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;

static double getTypeRoundoff(Type type) {
  auto element = dyn_cast<FloatType>(getElementTypeOrSelf(type));
  return element ? std::ldexp(1, -int(element.getFPMantissaWidth())) : 0;
}

static bool isOnlyStored(Value value);

/// Out number `i` of the op is a result of the function, and no other op reads
/// it.
static bool isOutOnlyStored(DestinationStyleOpInterface op, unsigned i) {
  OpOperand *out = op.getDpsInitOperand(i);
  return isa<MemRefType>(out->get().getType())
             ? out->get().hasOneUse()
             : isOnlyStored(op.getTiedOpResult(out));
}

/// The same of any value: it may also be what a body yields for such an out.
static bool isOnlyStored(Value value) {
  return llvm::all_of(value.getUses(), [](OpOperand &use) {
    Operation *user = use.getOwner();
    // Callers of what is private compute with it.
    if (isa<func::ReturnOp>(user))
      return user->getParentOfType<func::FuncOp>().isPublic();
    auto parent = dyn_cast<DestinationStyleOpInterface>(user->getParentOp());
    return parent && user->hasTrait<OpTrait::IsTerminator>() &&
           isOutOnlyStored(parent, use.getOperandNumber());
  });
}

template <typename Op> static double getNamedOpRoundoff(Op op) {
  double roundoff = getTypeRoundoff(op.getAccType());
  if (op.getRounding() == Rounding::before_scale)
    roundoff = std::max(roundoff, getTypeRoundoff(op.getXType()));
  auto outs = cast<DestinationStyleOpInterface>(op.getOperation());
  for (auto [i, out] : llvm::enumerate(outs.getDpsInits()))
    if (!isOutOnlyStored(outs, i))
      roundoff = std::max(roundoff, getTypeRoundoff(out.getType()));
  return roundoff;
}

/// The unit roundoff of what the op computes; 0 if it only moves values.
static double getOpRoundoff(Operation *op) {
  if (auto named = dyn_cast<LayerNormOp>(op))
    return getNamedOpRoundoff(named);
  if (auto named = dyn_cast<RmsNormOp>(op))
    return getNamedOpRoundoff(named);
  if (auto named = dyn_cast<L2NormOp>(op))
    return getNamedOpRoundoff(named);
  if (auto named = dyn_cast<GroupNormOp>(op))
    return getNamedOpRoundoff(named);
  if (auto named = dyn_cast<BatchNormOp>(op))
    return getNamedOpRoundoff(named);
  bool computes =
      isa<arith::ArithDialect, math::MathDialect>(op->getDialect()) &&
      !isa<arith::ConstantOp, arith::SelectOp, arith::ExtFOp, arith::TruncFOp,
           arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp,
           arith::MaxNumFOp, arith::MinNumFOp>(op);
  // linalg.softmax and its like compute in the type of their operands.
  bool isAggregate =
      isa<linalg::AggregatedOpInterface>(op) && !isa<GenericOp>(op);
  double roundoff = 0;
  if (computes || isAggregate || isa<ReduceOp>(op))
    for (Type type : isAggregate ? TypeRange(op->getOperandTypes())
                                 : TypeRange(op->getResultTypes()))
      roundoff = std::max(roundoff, getTypeRoundoff(type));
  return roundoff;
}

/// A truncation is a rounding on the way if what it makes is computed with
/// again, and not only stored as a result.
static double getTruncationRoundoff(func::FuncOp function) {
  double roundoff = 0;
  function.walk([&](arith::TruncFOp op) {
    if (!isOnlyStored(op.getOut()))
      roundoff = std::max(roundoff, getTypeRoundoff(op.getType()));
  });
  return roundoff;
}

/// The elements of each reduction of the op.
static double getReductionGrowth(Operation *op, int64_t dynamicExtent) {
  SmallVector<utils::IteratorType> iterators;
  SmallVector<int64_t> extents;
  // A variance, behind a root, and a mean, which is behind none.
  constexpr double ofMoments = 3;
  double sums = 1;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
    iterators = linalgOp.getIteratorTypesArray();
    extents = linalgOp.getStaticLoopRanges();
  } else if (auto rowOp = dyn_cast<RowOpInterface>(op)) {
    iterators = rowOp.getRowIteratorTypes();
    extents.resize(iterators.size(), ShapedType::kDynamic);
    for (auto [operand, map] :
         llvm::zip_equal(op->getOperands(), rowOp.getIndexingMapsArray()))
      if (auto type = dyn_cast<ShapedType>(operand.getType()))
        for (auto [i, expr] : llvm::enumerate(map.getResults()))
          extents[cast<AffineDimExpr>(expr).getPosition()] = type.getDimSize(i);
    if (auto generic = dyn_cast<GenericOp>(op)) {
      sums = 0;
      for (auto reduce : generic.getBodyBlock()->getOps<ReduceOp>())
        sums += reduce.getKind() == Combiner::moments ? ofMoments : 1;
    } else if (isa<LayerNormOp, GroupNormOp>(op)) {
      sums = ofMoments;
    }
  } else if (isa<linalg::AggregatedOpInterface>(op)) {
    return std::sqrt(double(dynamicExtent)) / 2;
  }
  double elements = 1;
  bool reduces = false;
  for (auto [iterator, extent] : llvm::zip(iterators, extents)) {
    if (iterator != utils::IteratorType::reduction)
      continue;
    reduces = true;
    elements *= ShapedType::isDynamic(extent) ? dynamicExtent : extent;
  }
  return reduces ? sums * std::sqrt(elements) / 2 : 0;
}

/// A function counts each time that it is called.
static void addRounding(func::FuncOp function, int64_t dynamicExtent,
                        SmallPtrSet<Operation *, 4> &callers,
                        RoundingModel &model) {
  if (!callers.insert(function).second) // recursion
    return;
  model.unitRoundoff =
      std::max(model.unitRoundoff, getTruncationRoundoff(function));
  function.walk([&](Operation *op) {
    model.unitRoundoff = std::max(model.unitRoundoff, getOpRoundoff(op));
    model.growth += getReductionGrowth(op, dynamicExtent);
    if (auto call = dyn_cast<func::CallOp>(op))
      if (auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
              call, call.getCalleeAttr()))
        addRounding(callee, dynamicExtent, callers, model);
  });
  callers.erase(function);
}

RoundingModel RoundingModel::get(func::FuncOp function,
                                 ArrayRef<HostTensor> arguments) {
  int64_t largest = 1;
  for (const HostTensor &argument : arguments)
    for (int64_t extent : argument.getShape())
      largest = std::max(largest, extent);

  RoundingModel model;
  for (const HostTensor &argument : arguments)
    if (isFloat(argument.getDType()))
      model.leastScale =
          std::max(model.leastScale,
                   Scale::of(argument).rms / std::sqrt(double(largest)));
  SmallPtrSet<Operation *, 4> callers;
  addRounding(function, largest, callers, model);
  return model;
}
