//===- EmitOp.cpp - The named op of a match ---------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Fuse/Patterns.h"
#include "Norm/Raise/MatchRewriter.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::norm;

SmallVector<const Parameter *> MatchRewriter::getParameters() const {
  SmallVector<const Parameter *> parameters;
  for (const Parameter *parameter :
       {&match.mean, &match.variance, &match.scale, &match.shift})
    if (parameter->node)
      parameters.push_back(parameter);
  return parameters;
}

/// True if the parameter has all digits of the dim side by side, or none.
static bool hasAllOrNone(const Parameter &parameter, ArrayRef<Digit> digits) {
  SmallVector<Digit> flat = flatten(parameter.index);
  const auto *begin =
      digits.empty() ? flat.end() : llvm::find(flat, digits.front());
  if (flat.end() - begin >= std::ptrdiff_t(digits.size()) &&
      std::equal(digits.begin(), digits.end(), begin))
    return true;
  return llvm::none_of(
      digits, [&](Digit digit) { return llvm::is_contained(flat, digit); });
}

/// A layer norm whose row has, of one dim, the last digits is a group norm, if
/// y has that dim as well. The dims are those of x then.
bool MatchRewriter::layOutGroups() {
  if (match.kind != NormKind::layer)
    return false;
  bool isGrouped = false;
  for (auto [dim, digits] : llvm::enumerate(match.xIndex)) {
    for (const Parameter *parameter : getParameters())
      if (!hasAllOrNone(*parameter, digits))
        return false;
    auto isReduced = [&](Digit digit) { return match.isReduced(digit); };
    if (llvm::none_of(digits, isReduced))
      continue;
    dims.push_back(dim);
    const auto *inGroup = llvm::find_if(digits, isReduced);
    if (inGroup == digits.begin() && llvm::all_of(digits, isReduced))
      continue;
    Extent extent = graph.extents.getConstant(1);
    for (Digit digit : ArrayRef<Digit>(digits.begin(), inGroup))
      extent = graph.extents.multiply(extent, digit.extent);
    std::optional<int64_t> number = graph.extents.getIfConstant(extent);
    if (isGrouped || !number || !llvm::is_contained(match.yIndex, digits) ||
        inGroup == digits.begin() ||
        !std::all_of(inGroup, digits.end(), isReduced))
      return false;
    isGrouped = true;
    channelDim = dim;
    groups = *number;
  }
  pieces = match.xIndex;
  return isGrouped;
}

/// Has statistics as results, which a group norm does not.
void MatchRewriter::expandGroups() {
  builder.setInsertionPoint(op);
  ExpandedGroupNorm expanded = expandGroupNorm(builder, cast<GroupNormOp>(op));
  op->replaceAllUsesWith(expanded.results);
  if (Node *node = graph.lookup(op->getResult(0)))
    graph.bind(expanded.results[0], node);
  eraseIfDead(SmallVector<Operation *>{op});
  LayerNormOp layerNorm = expanded.layerNorm;
  op = layerNorm;
  x = layerNorm.getX();
  scale = layerNorm.getScale();
  shift = layerNorm.getShift();
  dims.assign(layerNorm.getDims().begin(), layerNorm.getDims().end());
  scaleDims = llvm::to_vector(layerNorm.getScaleDimsOrDefault());
  shiftDims = llvm::to_vector(layerNorm.getShiftDimsOrDefault());
  groups = 0;
  SmallVector<Digit, 2> digits = pieces[channelDim];
  auto *inGroup = llvm::find_if(
      digits, [&](Digit digit) { return match.isReduced(digit); });
  pieces[channelDim].assign(digits.begin(), inGroup);
  pieces.insert(pieces.begin() + channelDim + 1,
                SmallVector<Digit, 2>(inGroup, digits.end()));
}

/// The dims of x; one that only in part is reduced, or read by a parameter, is
/// expanded to its digits.
void MatchRewriter::layOut() {
  if (layOutGroups())
    return;
  dims.clear();
  groups = 0;
  pieces.clear();
  for (ArrayRef<Digit> digits : match.xIndex) {
    bool isWhole = llvm::all_equal(llvm::map_range(
        digits, [&](Digit digit) { return match.isReduced(digit); }));
    for (const Parameter *parameter : getParameters())
      isWhole &= hasAllOrNone(*parameter, digits);
    if (isWhole) {
      pieces.emplace_back(digits);
      continue;
    }
    for (Digit digit : digits)
      pieces.push_back({digit});
  }
  for (auto [dim, digits] : llvm::enumerate(pieces))
    if (!digits.empty() && match.isReduced(digits.front()))
      dims.push_back(dim);
}

Value MatchRewriter::emitParameter(const Parameter &parameter,
                                   SmallVector<int64_t> &parameterDims) {
  Value tensor = getTensorBefore(graph, parameter.node, first);
  if (!tensor)
    return {};
  SmallVector<Digit> flat = flatten(parameter.index);
  Index grouped;
  for (size_t i = 0; i < flat.size(); i += grouped.back().size()) {
    size_t dim = std::distance(
        pieces.begin(), llvm::find_if(pieces, [&](ArrayRef<Digit> digits) {
          return llvm::is_contained(digits, flat[i]);
        }));
    parameterDims.push_back(dim);
    grouped.push_back(pieces[dim]);
  }
  return regroupDims(builder, loc, graph.extents, tensor, parameter.index,
                     grouped);
}

bool MatchRewriter::emitOperands() {
  Value tensor = getTensorBefore(graph, match.x, first);
  if (!tensor)
    return false;
  builder.setInsertionPoint(first);
  x = regroupDims(builder, loc, graph.extents, tensor, match.xIndex, pieces);
  if (match.scale.node && !(scale = emitParameter(match.scale, scaleDims)))
    return false;
  if (match.shift.node && !(shift = emitParameter(match.shift, shiftDims)))
    return false;
  SmallVector<int64_t> channel;
  if (match.mean.node && !(mean = emitParameter(match.mean, channel)))
    return false;
  channel.clear();
  if (match.variance.node &&
      !(variance = emitParameter(match.variance, channel)))
    return false;
  if (!channel.empty())
    channelDim = channel.front();
  return true;
}

Value MatchRewriter::emitInit(ArrayRef<int64_t> withoutDims, Type type) {
  SmallVector<OpFoldResult> sizes;
  for (auto [dim, size] :
       llvm::enumerate(tensor::getMixedSizes(builder, loc, x)))
    if (!llvm::is_contained(withoutDims, int64_t(dim)))
      sizes.push_back(size);
  return tensor::EmptyOp::create(builder, loc, sizes, type);
}

Operation *MatchRewriter::emitOp(Type meanType, Type rstdType) {
  Value init = emitInit({}, match.y->type);
  Value mean = meanType ? emitInit(dims, meanType) : Value();
  Value rstd = rstdType ? emitInit(dims, rstdType) : Value();
  bool isPerChannel = groups != 0 || match.kind == NormKind::batch;
  ArrayRef<int64_t> defaultDims(dims);
  if (isPerChannel)
    defaultDims = ArrayRef<int64_t>(channelDim);
  auto getDims = [&](Value parameter, ArrayRef<int64_t> parameterDims) {
    return parameter && parameterDims != defaultDims
               ? builder.getDenseI64ArrayAttr(parameterDims)
               : DenseI64ArrayAttr();
  };
  auto data = cast<FloatType>(match.x->type);
  FloatType defaultAcc = data.getWidth() < 32 ? builder.getF32Type() : data;
  TypeAttr acc =
      match.acc == defaultAcc ? TypeAttr() : TypeAttr::get(match.acc);
  auto create = [&](auto op, auto... extra) -> Operation * {
    using Op = decltype(op);
    SmallVector<Type> types{init.getType()};
    if (mean)
      types.push_back(mean.getType());
    if (rstd)
      types.push_back(rstd.getType());
    auto rounding = RoundingAttr::get(builder.getContext(), match.rounding);
    auto scaleDimsAttr = getDims(scale, scaleDims);
    auto shiftDimsAttr = getDims(shift, shiftDims);
    auto dimsAttr = builder.getDenseI64ArrayAttr(dims);
    auto eps = builder.getF64FloatAttr(match.literalEps);
    auto offset = builder.getF64FloatAttr(match.scaleOffset);
    auto channel = builder.getI64IntegerAttr(channelDim);
    if constexpr (std::is_same_v<Op, BatchNormOp>)
      return Op::create(builder, loc, types, x, this->mean, variance, scale,
                        shift, init, channel, scaleDimsAttr, shiftDimsAttr, eps,
                        acc, rounding, offset);
    else if constexpr (std::is_same_v<Op, GroupNormOp>)
      return Op::create(builder, loc, types, x, scale, shift, init, dimsAttr,
                        scaleDimsAttr, shiftDimsAttr, eps, acc, rounding,
                        offset, channel, builder.getI64IntegerAttr(groups));
    else if constexpr (std::is_same_v<Op, LayerNormOp>)
      return Op::create(builder, loc, types, x, scale, shift, init, mean, rstd,
                        dimsAttr, scaleDimsAttr, shiftDimsAttr, eps, acc,
                        rounding, offset);
    else
      return Op::create(builder, loc, types, x, scale, shift, init, rstd,
                        dimsAttr, scaleDimsAttr, shiftDimsAttr, eps, acc,
                        rounding, offset, extra...);
  };
  switch (match.kind) {
  case NormKind::layer:
    if (groups != 0)
      return create(GroupNormOp());
    return create(LayerNormOp());
  case NormKind::batch:
    return create(BatchNormOp());
  case NormKind::rms:
    return create(RmsNormOp());
  case NormKind::l2:
    return create(L2NormOp(),
                  EpsModeAttr::get(builder.getContext(), match.epsMode));
  }
  llvm_unreachable("a kind of norm");
}
