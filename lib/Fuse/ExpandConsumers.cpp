//===- ExpandConsumers.cpp - What follows takes over the dims ---*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Rewrite/FrozenRewritePatternSet.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
struct RewriteListener : RewriterBase::Listener {
  explicit RewriteListener(SetVector<Value> &collapsed)
      : collapsed(collapsed) {}
  void notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) override {
    inserted.push_back(op);
  }
  void notifyOperationErased(Operation *op) override {
    llvm::erase(inserted, op);
    for (Value result : op->getResults())
      collapsed.remove(result);
  }
  SetVector<Value> &collapsed;
  SmallVector<Operation *> inserted;
};
} // namespace

/// The first elementwise op that reads one of the values; what it reads is
/// expanded before it then.
static linalg::GenericOp findConsumer(const SetVector<Value> &values,
                                      const DenseSet<Operation *> &refused) {
  linalg::GenericOp first;
  for (Value value : values)
    for (Operation *user : value.getUsers()) {
      auto consumer = dyn_cast<linalg::GenericOp>(user);
      if (consumer && consumer.getNumReductionLoops() == 0 &&
          consumer->getBlock() == value.getParentBlock() &&
          !refused.contains(user) && findObstacle(consumer).empty() &&
          (!first || user->isBeforeInBlock(first)))
        first = consumer;
    }
  return first;
}

void mlir::norm::expandConsumers(RewriterBase &rewriter,
                                 tensor::CollapseShapeOp collapse) {
  SetVector<Value> collapsed;
  collapsed.insert(collapse.getResult());
  RewritePatternSet patterns(collapse.getContext());
  linalg::populateFoldReshapeOpsByExpansionPatterns(
      patterns,
      [&](OpOperand *operand) { return collapsed.contains(operand->get()); });
  FrozenRewritePatternSet frozen(std::move(patterns));
  DenseSet<Operation *> refused;
  while (linalg::GenericOp consumer = findConsumer(collapsed, refused)) {
    RewriteListener listener(collapsed);
    bool changed = false;
    (void)applyOpPatternsGreedily(
        {consumer}, frozen,
        GreedyRewriteConfig()
            .setStrictness(GreedyRewriteStrictness::ExistingOps)
            .setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled)
            .enableFolding(false)
            .enableConstantCSE(false)
            .setListener(&listener),
        &changed);
    if (!changed) {
      refused.insert(consumer);
      continue;
    }
    for (Operation *op : listener.inserted) {
      if (auto behind = dyn_cast<tensor::CollapseShapeOp>(op))
        collapsed.insert(behind.getResult());
      // What was collapsed is at hand as it was before.
      auto expand = dyn_cast<tensor::ExpandShapeOp>(op);
      auto before =
          expand ? expand.getSrc().getDefiningOp<tensor::CollapseShapeOp>()
                 : tensor::CollapseShapeOp();
      if (!before || before.getSrcType() != expand.getResultType() ||
          before.getReassociationIndices() != expand.getReassociationIndices())
        continue;
      rewriter.replaceOp(expand, before.getSrc());
    }
  }
  eraseIfDead(rewriter, collapsed.getArrayRef());
}
