//===- ShareStatistics.cpp - Norms of the same rows -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GenericBuilder.h"
#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
struct ShareStatistics : OpInterfaceRewritePattern<RowOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(RowOpInterface norm,
                                PatternRewriter &rewriter) const override;
};
} // namespace

/// The dims of `sibling` as a function of those of `norm`, where both read an
/// operand element by element; null if they read none.
static AffineMap findSiblingDims(RowOpInterface norm, RowOpInterface sibling) {
  for (OpOperand *input : norm.getDpsInputOperands()) {
    AffineMap map = norm.getMatchingIndexingMap(input);
    if (!map.isPermutation())
      continue;
    for (OpOperand *same : sibling.getDpsInputOperands()) {
      AffineMap siblingMap = sibling.getMatchingIndexingMap(same);
      if (same->get() == input->get() && siblingMap.isPermutation())
        return inversePermutation(siblingMap).compose(map);
    }
  }
  return {};
}

/// True if the ops differ in nothing but their inits.
static bool areIdentical(RowOpInterface norm, RowOpInterface sibling) {
  auto isInit = [](Operation *op, Value value) {
    return llvm::is_contained(
        ValueRange(cast<DestinationStyleOpInterface>(op).getDpsInits()), value);
  };
  return OperationEquivalence::isEquivalentTo(
      norm, sibling,
      [&](Value a, Value b) {
        return success(a == b || (isInit(norm, a) && isInit(sibling, b)));
      },
      /*markEquivalent=*/nullptr, OperationEquivalence::IgnoreLocations);
}

static void merge(RowOpInterface norm, RowOpInterface sibling, AffineMap dims,
                  Operation *position, PatternRewriter &rewriter) {
  queryInitsForExtents(rewriter, norm);
  queryInitsForExtents(rewriter, sibling);
  rewriter.setInsertionPoint(position);
  GenericBuilder builder(rewriter, norm);
  auto generic = dyn_cast<GenericOp>(sibling.getOperation());
  if (!generic)
    generic = *generalizeNamedOp(rewriter, sibling);
  IRMapping mapping;
  for (auto [i, input] : llvm::enumerate(generic.getInputs()))
    mapping.map(
        generic.getBodyBlock()->getArgument(i),
        builder.getElement(input, generic.getInputMap(i).compose(dims)));
  {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(builder.getBody()->getTerminator());
    for (Operation &nested : generic.getBodyBlock()->without_terminator())
      rewriter.clone(nested, mapping);
  }
  for (auto [i, init] : llvm::enumerate(generic.getOutputs()))
    builder.addOut(init, generic.getOutputMap(i).compose(dims),
                   mapping.lookupOrDefault(generic.getYields()[i]),
                   sibling->getResult(i));
  if (generic != sibling)
    rewriter.eraseOp(generic);
  SmallVector<Value> inits(sibling.getDpsInits());
  builder.finish();
  rewriter.eraseOp(sibling);
  rewriter.eraseOp(norm);
  eraseIfDead(rewriter, inits);
}

LogicalResult
ShareStatistics::matchAndRewrite(RowOpInterface norm,
                                 PatternRewriter &rewriter) const {
  if (failed(checkFusible(rewriter, norm)))
    return failure();
  SetVector<Operation *> siblings;
  for (OpOperand *input : norm.getDpsInputOperands())
    for (Operation *user : input->get().getUsers())
      if (isa<RowOpInterface>(user) && !isa<GroupNormOp>(user) && user != norm)
        siblings.insert(user);
  for (Operation *op : siblings) {
    auto sibling = cast<RowOpInterface>(op);
    AffineMap dims = findSiblingDims(norm, sibling);
    // Only the first of two siblings takes in the other.
    if (!dims ||
        (norm->getBlock() == op->getBlock() && !norm->isBeforeInBlock(op)))
      continue;
    if (norm->getBlock() != op->getBlock()) {
      (void)refuse(rewriter, sibling, norm, "it is in another block");
      continue;
    }
    SmallVector<utils::IteratorType> iterators = norm.getRowIteratorTypes();
    SmallVector<utils::IteratorType> siblingIterators =
        llvm::map_to_vector(dims.getResults(), [&](AffineExpr expr) {
          return iterators[cast<AffineDimExpr>(expr).getPosition()];
        });
    if (siblingIterators != sibling.getRowIteratorTypes()) {
      (void)refuse(rewriter, sibling, norm, "it reduces other dims");
      continue;
    }
    if (llvm::any_of(sibling->getOperands(), [&](Value operand) {
          return operand.getDefiningOp() == norm;
        })) {
      (void)refuse(rewriter, sibling, norm, "it reads a result of the norm");
      continue;
    }
    if (areIdentical(norm, sibling)) {
      SmallVector<Value> inits(sibling.getDpsInits());
      rewriter.replaceOp(sibling, norm->getResults());
      eraseIfDead(rewriter, inits);
      return success();
    }
    Operation *position = findCommonPosition(rewriter, norm, sibling);
    if (!position) {
      (void)refuse(rewriter, sibling, norm,
                   "what it reads cannot be computed before the norm");
      continue;
    }
    merge(norm, sibling, dims, position, rewriter);
    return success();
  }
  return failure();
}

void mlir::norm::populateShareStatisticsPatterns(RewritePatternSet &patterns) {
  patterns.addWithLabel<ShareStatistics>({"siblings"}, patterns.getContext());
}
