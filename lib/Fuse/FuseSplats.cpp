//===- FuseSplats.cpp - Inputs that are one scalar -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GenericBuilder.h"
#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/Splat.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
/// linalg.fill is an elementwise producer, and needs nothing here.
struct FuseSplat : OpInterfaceRewritePattern<RowOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(RowOpInterface norm,
                                PatternRewriter &rewriter) const override;
};
} // namespace

/// The scalar for an input of `norm`, or null where it stays a tensor.
static OpFoldResult findScalar(RowOpInterface norm, OpOperand *input) {
  auto type = dyn_cast<RankedTensorType>(input->get().getType());
  if (!type || input->get().getDefiningOp<linalg::FillOp>())
    return {};
  auto generic = dyn_cast<GenericOp>(norm.getOperation());
  // One that still gives an extent has been taken in already.
  if (generic && generic.getBodyBlock()
                     ->getArgument(input->getOperandNumber())
                     .use_empty())
    return {};
  // Other fusions know what a constant parameter of a named op is.
  if (!generic && !input->get().getDefiningOp<tensor::SplatOp>())
    return {};
  // Targets read f8, but have no constants of it.
  Type element = type.getElementType();
  if (!element.isIntOrIndexOrFloat() ||
      (isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 16))
    return {};
  return getSplatElement(input->get());
}

LogicalResult FuseSplat::matchAndRewrite(RowOpInterface norm,
                                         PatternRewriter &rewriter) const {
  if (failed(checkFusible(rewriter, norm)))
    return failure();
  for (OpOperand *input : norm.getDpsInputOperands()) {
    OpFoldResult scalar = findScalar(norm, input);
    if (!scalar)
      continue;
    Value tensor = input->get();
    unsigned number = input->getOperandNumber();
    GenericBuilder builder(rewriter, norm);
    {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPointToStart(builder.getBody());
      builder.substituteInput(
          number, getOrCreateScalar(rewriter, norm.getLoc(), scalar));
    }
    builder.finish();
    rewriter.eraseOp(norm);
    eraseIfDead(rewriter, tensor);
    return success();
  }
  return failure();
}

void mlir::norm::populateFuseSplatsPatterns(RewritePatternSet &patterns) {
  patterns.addWithLabel<FuseSplat>({"producers"}, patterns.getContext());
}
