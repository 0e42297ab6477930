//===- RowOpInterface.cpp - What every op over rows does alike -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/Norm.h"

using namespace mlir;
using namespace mlir::norm;

using Effects =
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;

/// Inputs are read, inits are written and never read.
static void getRowOpEffects(RowOpInterface op, Effects &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    auto add = [&](MemoryEffects::Effect *effect) {
      effects.emplace_back(effect, &operand, /*stage=*/0,
                           /*effectOnFullRegion=*/true,
                           SideEffects::DefaultResource::get());
    };
    if (op.isDpsInit(&operand))
      add(MemoryEffects::Write::get());
    else
      add(MemoryEffects::Read::get());
  }
}

static LogicalResult reifyRowOpShapes(RowOpInterface op, OpBuilder &builder,
                                      ReifiedRankedShapedTypeDims &shapes) {
  for (OpOperand &init : op.getDpsInitsMutable())
    if (isa<RankedTensorType>(init.get().getType()))
      shapes.push_back(tensor::getMixedSizes(builder, op.getLoc(), init.get()));
  return success();
}

#define NORM_ROW_OP(OP)                                                        \
  void OP::getEffects(Effects &effects) {                                      \
    getRowOpEffects(cast<RowOpInterface>(getOperation()), effects);            \
  }                                                                            \
  LogicalResult OP::reifyResultShapes(OpBuilder &builder,                      \
                                      ReifiedRankedShapedTypeDims &shapes) {   \
    return reifyRowOpShapes(cast<RowOpInterface>(getOperation()), builder,     \
                            shapes);                                           \
  }
NORM_ROW_OP(GroupNormOp)
NORM_ROW_OP(BatchNormOp)
NORM_ROW_OP(LayerNormOp)
NORM_ROW_OP(RmsNormOp)
NORM_ROW_OP(L2NormOp)
NORM_ROW_OP(GenericOp)
#undef NORM_ROW_OP
