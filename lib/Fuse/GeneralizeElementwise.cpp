//===- GeneralizeElementwise.cpp - Elementwise ops as row programs -*- C++ -*-//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
/// A row program without reductions.
struct GeneralizeElementwise : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(linalg::LinalgOp op,
                                PatternRewriter &rewriter) const override;
};

/// One of buffers that need not be contiguous.
struct GeneralizeStridedCopy : OpRewritePattern<memref::CopyOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(memref::CopyOp op,
                                PatternRewriter &rewriter) const override;
};
} // namespace

/// Rows are along the dim that `out` has innermost.
static SmallVector<utils::IteratorType> getIterators(AffineMap out) {
  SmallVector<utils::IteratorType> iterators(out.getNumDims(),
                                             utils::IteratorType::parallel);
  iterators[out.getDimPosition(out.getNumResults() - 1)] =
      utils::IteratorType::reduction;
  return iterators;
}

LogicalResult
GeneralizeElementwise::matchAndRewrite(linalg::LinalgOp op,
                                       PatternRewriter &rewriter) const {
  if (op.getNumLoops() == 0 || op.getNumReductionLoops() != 0)
    return rewriter.notifyMatchFailure(op, "has no rows, or reduces");
  if (!op.hasPureTensorSemantics() && !op.hasPureBufferSemantics())
    return rewriter.notifyMatchFailure(op, "is on tensors and buffers");
  std::string obstacle = findBodyObstacle(op);
  if (!obstacle.empty())
    return rewriter.notifyMatchFailure(op, obstacle);
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (OpOperand *input : op.getDpsInputOperands()) {
    inputs.push_back(input->get());
    maps.push_back(op.getMatchingIndexingMap(input));
    if (!maps.back().isProjectedPermutation())
      return rewriter.notifyMatchFailure(op, "reads at a constant index");
  }
  for (OpOperand &init : op.getDpsInitsMutable())
    maps.push_back(op.getMatchingIndexingMap(&init));
  rewriter.replaceOpWithNewOp<GenericOp>(
      op, op->getResultTypes(), inputs, op.getDpsInits(), maps,
      getIterators(maps.back()),
      [&](OpBuilder &builder, Location, ValueRange elements) {
        return inlineBody(builder, op, elements);
      });
  return success();
}

LogicalResult
GeneralizeStridedCopy::matchAndRewrite(memref::CopyOp op,
                                       PatternRewriter &rewriter) const {
  auto isStrided = [](Value buffer) {
    auto type = dyn_cast<MemRefType>(buffer.getType());
    return type && !type.getLayout().isIdentity();
  };
  if (!isStrided(op.getSource()) && !isStrided(op.getTarget()))
    return rewriter.notifyMatchFailure(op, "is of contiguous buffers");
  auto source = dyn_cast<MemRefType>(op.getSource().getType());
  auto target = dyn_cast<MemRefType>(op.getTarget().getType());
  if (!source || !target || source.getRank() == 0)
    return rewriter.notifyMatchFailure(op, "has no rows");
  AffineMap map = rewriter.getMultiDimIdentityMap(source.getRank());
  rewriter.replaceOpWithNewOp<GenericOp>(
      op, TypeRange(), op.getSource(), op.getTarget(), ArrayRef{map, map},
      getIterators(map), [](OpBuilder &, Location, ValueRange elements) {
        return SmallVector<Value>{elements[0]};
      });
  return success();
}

void mlir::norm::populateGeneralizeElementwisePatterns(
    RewritePatternSet &patterns) {
  patterns.add<GeneralizeElementwise, GeneralizeStridedCopy>(
      patterns.getContext());
}
