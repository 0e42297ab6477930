//===- ExpandGroupNorm.cpp - Groups of channels as a dim --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/Norm.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::norm;

/// Each dim alone, but `split` as two.
static SmallVector<ReassociationIndices> getReassociation(int64_t rank,
                                                          int64_t split) {
  SmallVector<ReassociationIndices> reassociation(rank);
  int64_t next = 0;
  for (int64_t dim = 0; dim < rank; ++dim) {
    reassociation[dim].push_back(next++);
    if (dim == split)
      reassociation[dim].push_back(next++);
  }
  return reassociation;
}

/// The view whose dim `split` is (groups, the rest).
static Value splitDim(OpBuilder &builder, Location loc, Value value,
                      int64_t split, int64_t groups) {
  bool isTensor = isa<TensorType>(value.getType());
  SmallVector<OpFoldResult> sizes =
      isTensor ? tensor::getMixedSizes(builder, loc, value)
               : memref::getMixedSizes(builder, loc, value);
  AffineExpr extent = builder.getAffineSymbolExpr(0);
  OpFoldResult rest = affine::makeComposedFoldedAffineApply(
      builder, loc, extent.floorDiv(groups), sizes[split]);
  sizes[split] = rest;
  sizes.insert(sizes.begin() + split, builder.getIndexAttr(groups));
  SmallVector<int64_t> shape = decomposeMixedValues(sizes).first;
  auto type = cast<ShapedType>(value.getType());
  SmallVector<ReassociationIndices> reassociation =
      getReassociation(type.getRank(), split);
  if (isTensor)
    return tensor::ExpandShapeOp::create(builder, loc, type.clone(shape), value,
                                         reassociation, sizes);
  return memref::ExpandShapeOp::create(builder, loc, shape, value,
                                       reassociation, sizes);
}

ExpandedGroupNorm mlir::norm::expandGroupNorm(OpBuilder &builder,
                                              GroupNormOp op) {
  Location loc = op.getLoc();
  int64_t channel = op.getChannelDim(), groups = op.getGroups();
  auto shift = [&](int64_t dim) { return dim > channel ? dim + 1 : dim; };
  auto split = [&](Value value, int64_t dim) {
    return splitDim(builder, loc, value, dim, groups);
  };

  SmallVector<int64_t> dims;
  for (int64_t dim : op.getDims())
    dims.push_back(dim == channel ? channel + 1 : shift(dim));
  auto splitParameter = [&](Value parameter, ArrayRef<int64_t> indexed,
                            DenseI64ArrayAttr &attr) {
    if (!parameter)
      return Value();
    SmallVector<int64_t> expanded;
    for (int64_t dim : indexed) {
      if (dim == channel)
        parameter = split(parameter, expanded.size());
      expanded.push_back(shift(dim));
      if (dim == channel)
        expanded.push_back(channel + 1);
    }
    attr = builder.getDenseI64ArrayAttr(expanded);
    return parameter;
  };
  DenseI64ArrayAttr scaleDims, shiftDims;
  Value scale =
      splitParameter(op.getScale(), op.getScaleDimsOrDefault(), scaleDims);
  Value offset =
      splitParameter(op.getShift(), op.getShiftDimsOrDefault(), shiftDims);

  Value x = split(op.getX(), channel), init = split(op.getInit(), channel);
  SmallVector<Type> types;
  if (op->getNumResults() != 0)
    types.push_back(init.getType());
  auto layerNorm = LayerNormOp::create(
      builder, loc, types, x, scale, offset, init, /*mean_init=*/Value(),
      /*rstd_init=*/Value(), builder.getDenseI64ArrayAttr(dims), scaleDims,
      shiftDims, op.getEpsAttr(), op.getAccAttr(), op.getRoundingAttr(),
      op.getScaleOffsetAttr());
  layerNorm->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  ExpandedGroupNorm expanded{layerNorm, {}};
  for (Value result : layerNorm.getResults())
    expanded.results.push_back(tensor::CollapseShapeOp::create(
        builder, loc, op->getResult(0).getType(), result,
        getReassociation(op.getXType().getRank(), channel)));
  return expanded;
}
