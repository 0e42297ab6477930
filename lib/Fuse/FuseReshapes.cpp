//===- FuseReshapes.cpp - Reshapes beside a norm -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A transpose is an elementwise op that does nothing to its element: the
// fusions of producers and consumers make it a permutation of a map. What is
// left is a reshape that splits or merges dims.

#include "CollapseDims.h"
#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
/// The norm works on the merged dims, so that its neighbour behind the reshape
/// stands beside it; the other operands and results are reshaped instead.
struct FuseReshape : OpInterfaceRewritePattern<RowOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(RowOpInterface norm,
                                PatternRewriter &rewriter) const override;
};
} // namespace

/// True for what may stand beside a norm once a reshape is out of the way,
/// whose source it makes or whose result it reads: no matmul, which has more
/// dims.
static bool mayFuse(Operation *neighbour, Value reshaped) {
  auto op = dyn_cast_or_null<linalg::LinalgOp>(neighbour);
  auto type = dyn_cast<RankedTensorType>(reshaped.getType());
  return op && type && op.getNumLoops() <= type.getRank() &&
         findObstacle(op).empty();
}

static bool mayFuse(TypedValue<TensorType> source) {
  return mayFuse(source.getDefiningOp(), source);
}

/// Groups the loop dims as `reassociation` groups those of an operand with
/// `map`.
static DimGroups groupDims(AffineMap map,
                           ArrayRef<ReassociationIndices> reassociation) {
  DimGroups groups;
  for (const ReassociationIndices &indices : reassociation)
    groups.push_back(llvm::map_to_vector(
        indices, [&](int64_t index) { return map.getDimPosition(index); }));
  for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
    if (!map.isFunctionOfDim(dim))
      groups.push_back({dim});
  llvm::sort(groups, [](ArrayRef<unsigned> a, ArrayRef<unsigned> b) {
    return a.front() < b.front();
  });
  return groups;
}

/// Why the norm cannot have each group as one dim; empty if it can.
static std::string findRefusal(RowOpInterface norm, const DimGroups &groups) {
  SmallVector<utils::IteratorType> iterators = norm.getRowIteratorTypes();
  for (ArrayRef<unsigned> group : groups)
    for (auto [first, second] : llvm::zip(group, group.drop_front())) {
      if (iterators[first] != iterators[second])
        return "it merges a dim of the rows with one of their elements";
      for (AffineMap map : norm.getIndexingMapsArray())
        if (!areSideBySide(map, first, second))
          return "it merges dims that another operand has apart";
    }
  return "";
}

/// Collapses of a result that was collapsed and expanded again are the result.
static void forwardCollapsed(RewriterBase &rewriter, Operation *expanded) {
  auto expand = dyn_cast<tensor::ExpandShapeOp>(expanded);
  if (!expand)
    return;
  for (Operation *user : llvm::make_early_inc_range(expand->getUsers())) {
    auto collapse = dyn_cast<tensor::CollapseShapeOp>(user);
    if (collapse &&
        collapse.getReassociationIndices() == expand.getReassociationIndices())
      rewriter.replaceOp(collapse, expand.getSrc());
  }
}

static LogicalResult tryCollapse(RowOpInterface norm, Operation *reshape,
                                 AffineMap map,
                                 ArrayRef<ReassociationIndices> reassociation,
                                 PatternRewriter &rewriter) {
  DimGroups groups = groupDims(map, reassociation);
  std::string reason = findRefusal(norm, groups);
  if (!reason.empty())
    return refuse(rewriter, reshape, norm, reason);
  rewriter.setInsertionPoint(norm);
  auto generic = dyn_cast<GenericOp>(norm.getOperation());
  if (!generic) {
    generic = *generalizeNamedOp(rewriter, norm);
    rewriter.replaceOp(norm, generic);
  }
  SmallVector<Value> operands(generic->getOperands());
  // The results are about to be those of reshapes: their users tell which.
  SmallVector<OpOperand *> uses;
  for (OpResult result : generic.getResults())
    for (OpOperand &use : result.getUses())
      uses.push_back(&use);
  collapseDims(rewriter, generic, groups);
  SetVector<Operation *> reshapes;
  for (OpOperand *use : uses)
    if (Operation *definingOp = use->get().getDefiningOp())
      reshapes.insert(definingOp);
  for (Operation *expanded : reshapes) {
    forwardCollapsed(rewriter, expanded);
    eraseIfDead(rewriter, expanded->getResults());
  }
  eraseIfDead(rewriter, operands);
  return success();
}

LogicalResult FuseReshape::matchAndRewrite(RowOpInterface norm,
                                           PatternRewriter &rewriter) const {
  if (failed(checkFusible(rewriter, norm)))
    return failure();
  for (OpOperand *input : norm.getDpsInputOperands()) {
    Operation *definingOp = input->get().getDefiningOp();
    if (auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(definingOp);
        collapse && mayFuse(collapse.getSrc()))
      (void)refuse(rewriter, collapse, norm, "it merges dims of a producer");
    auto expand = dyn_cast_or_null<tensor::ExpandShapeOp>(definingOp);
    if (expand && mayFuse(expand.getSrc()) &&
        succeeded(tryCollapse(norm, expand, norm.getMatchingIndexingMap(input),
                              expand.getReassociationIndices(), rewriter)))
      return success();
  }
  for (OpResult result : norm->getResults())
    for (Operation *user : result.getUsers()) {
      if (llvm::none_of(user->getUses(), [](OpOperand &use) {
            return mayFuse(use.getOwner(), use.get());
          }))
        continue;
      if (auto expand = dyn_cast<tensor::ExpandShapeOp>(user)) {
        if (readWithoutUnitDims(rewriter, expand))
          return success();
        (void)refuse(rewriter, user, norm, "it splits a dim of the norm");
      }
      auto collapse = dyn_cast<tensor::CollapseShapeOp>(user);
      if (collapse &&
          succeeded(tryCollapse(
              norm, collapse,
              norm.getMatchingIndexingMap(norm.getTiedOpOperand(result)),
              collapse.getReassociationIndices(), rewriter)))
        return success();
    }
  return failure();
}

void mlir::norm::populateFuseReshapesPatterns(RewritePatternSet &patterns) {
  patterns.addWithLabel<FuseReshape>({"reshapes"}, patterns.getContext());
}
