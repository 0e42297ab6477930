//===- FuseConsumers.cpp - What reads a norm's result -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GenericBuilder.h"
#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
struct FuseConsumer : OpInterfaceRewritePattern<RowOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(RowOpInterface norm,
                                PatternRewriter &rewriter) const override;
};
} // namespace

/// Why `consumer`, whose dims are `dims` of those of `norm`, cannot be
/// absorbed; empty if it can.
static std::string findRefusal(linalg::LinalgOp consumer, RowOpInterface norm,
                               AffineMap dims) {
  std::string obstacle = findObstacle(consumer);
  if (!obstacle.empty())
    return obstacle;
  if (consumer->getBlock() != norm->getBlock())
    return "it is in another block";
  if (!dims)
    return "its dims are neither those of the norm nor those of its rows";
  return findMisread(consumer, norm, dims);
}

static void absorb(linalg::LinalgOp consumer, RowOpInterface norm,
                   AffineMap dims, Operation *position,
                   PatternRewriter &rewriter) {
  queryInitsForExtents(rewriter, norm);
  SmallVector<OpResult> lastReads = findLastReads(norm, consumer);
  SmallVector<Value> inits(norm.getDpsInits());
  rewriter.setInsertionPoint(position);
  GenericBuilder builder(rewriter, norm);
  SmallVector<Value> elements = getElements(builder, consumer, norm, dims);
  SmallVector<Value> values;
  {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(builder.getBody()->getTerminator());
    values = inlineBody(rewriter, consumer, elements);
  }
  for (auto [i, value] : llvm::enumerate(values)) {
    OpOperand *init = consumer.getDpsInitOperand(i);
    // A consumer that overwrites the norm's result overwrites the norm's init.
    Value destination = init->get();
    auto overwritten = dyn_cast<OpResult>(destination);
    if (overwritten && overwritten.getOwner() == norm)
      destination = norm.getTiedOpOperand(overwritten)->get();
    AffineMap map = consumer.getMatchingIndexingMap(init).compose(dims);
    if (i < lastReads.size())
      builder.replaceOut(lastReads[i], destination, map, value,
                         consumer->getResult(i));
    else
      builder.addOut(destination, map, value, consumer->getResult(i));
  }
  for (OpResult result :
       llvm::drop_begin(lastReads, std::min(lastReads.size(), values.size())))
    builder.dropOut(result);
  builder.finish();
  rewriter.eraseOp(consumer);
  rewriter.eraseOp(norm);
  eraseIfDead(rewriter, inits);
}

LogicalResult FuseConsumer::matchAndRewrite(RowOpInterface norm,
                                            PatternRewriter &rewriter) const {
  if (failed(checkFusible(rewriter, norm)))
    return failure();
  for (OpResult result : norm->getResults())
    for (OpOperand &use : result.getUses()) {
      auto consumer = dyn_cast<linalg::LinalgOp>(use.getOwner());
      if (!consumer || !consumer.isDpsInput(&use) ||
          consumer.getNumReductionLoops() != 0)
        continue;
      AffineMap dims = inferDims(consumer, norm);
      std::string reason = findRefusal(consumer, norm, dims);
      if (!reason.empty()) {
        (void)refuse(rewriter, consumer, norm, reason);
        continue;
      }
      Operation *position = findCommonPosition(rewriter, norm, consumer);
      if (!position) {
        (void)refuse(rewriter, consumer, norm,
                     "another user of the norm comes before it, and what it "
                     "reads cannot be computed before the norm");
        continue;
      }
      absorb(consumer, norm, dims, position, rewriter);
      return success();
    }
  return failure();
}

void mlir::norm::populateFuseConsumersPatterns(RewritePatternSet &patterns) {
  patterns.addWithLabel<FuseConsumer>({"consumers"}, patterns.getContext());
}
