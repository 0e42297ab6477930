//===- CollapseDims.cpp - Fewer dims, same values -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CollapseDims.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/Norm.h"
#include "Norm/Passes.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMCOLLAPSEDIMSPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

namespace {
struct CollapseDims : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp op,
                                PatternRewriter &rewriter) const override;
};
} // namespace

bool mlir::norm::areSideBySide(AffineMap map, unsigned first, unsigned second) {
  std::optional<unsigned> a =
      map.getResultPosition(getAffineDimExpr(first, map.getContext()));
  std::optional<unsigned> b =
      map.getResultPosition(getAffineDimExpr(second, map.getContext()));
  return (!a && !b) || (a && b && *b == *a + 1);
}

static DimGroups groupDims(GenericOp op) {
  SmallVector<utils::IteratorType> iterators = op.getRowIteratorTypes();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  DimGroups groups{{0}};
  for (unsigned dim = 1; dim < iterators.size(); ++dim) {
    bool joins = iterators[dim] == iterators[dim - 1] &&
                 llvm::all_of(maps, [&](AffineMap map) {
                   return areSideBySide(map, dim - 1, dim);
                 });
    if (joins)
      groups.back().push_back(dim);
    else
      groups.push_back({dim});
  }
  return groups;
}

/// The operand's map and reassociation once each group is one dim.
static std::pair<AffineMap, SmallVector<ReassociationIndices>>
collapseMap(AffineMap map, const DimGroups &groups) {
  SmallVector<AffineExpr> results;
  SmallVector<ReassociationIndices> reassociation;
  for (unsigned i = 0; i < map.getNumResults();) {
    unsigned dim = map.getDimPosition(i);
    const auto *group = llvm::find_if(groups, [&](ArrayRef<unsigned> group) {
      return llvm::is_contained(group, dim);
    });
    results.push_back(
        getAffineDimExpr(group - groups.begin(), map.getContext()));
    ReassociationIndices &indices = reassociation.emplace_back();
    for (unsigned end = i + group->size(); i < end; ++i)
      indices.push_back(i);
  }
  return {AffineMap::get(groups.size(), 0, results, map.getContext()),
          reassociation};
}

/// The view of `value` with fewer dims: the source of the expansion that it may
/// come from.
static Value collapse(OpBuilder &builder, Location loc, Value value,
                      ArrayRef<ReassociationIndices> reassociation) {
  auto expand = value.getDefiningOp<tensor::ExpandShapeOp>();
  if (expand && expand.getReassociationIndices() == reassociation)
    return expand.getSrc();
  return tensor::CollapseShapeOp::create(builder, loc, value, reassociation);
}

void mlir::norm::collapseDims(RewriterBase &rewriter, GenericOp op,
                              const DimGroups &groups) {
  SmallVector<utils::IteratorType> iterators = op.getRowIteratorTypes();
  Location loc = op.getLoc();
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (auto [value, map] :
       llvm::zip_equal(op->getOperands(), op.getIndexingMapsArray())) {
    auto [collapsed, reassociation] = collapseMap(map, groups);
    maps.push_back(collapsed);
    if (collapsed.getNumResults() != map.getNumResults())
      value = collapse(rewriter, loc, value, reassociation);
    operands.push_back(value);
  }
  ValueRange inputs = ValueRange(operands).take_front(op.getInputs().size());
  ValueRange outs = ValueRange(operands).drop_front(op.getInputs().size());
  auto collapsed = GenericOp::create(
      rewriter, loc, outs.getTypes(), inputs, outs, maps,
      llvm::map_to_vector(groups, [&](ArrayRef<unsigned> group) {
        return iterators[group.front()];
      }));
  rewriter.inlineRegionBefore(op.getBody(), collapsed.getBody(),
                              collapsed.getBody().begin());
  collapsed->setDiscardableAttrs(op->getDiscardableAttrDictionary());

  SmallVector<Value> results;
  for (auto [i, result] : llvm::enumerate(collapsed.getResults())) {
    auto type = cast<RankedTensorType>(op->getResult(i).getType());
    if (type.getRank() == cast<RankedTensorType>(result.getType()).getRank()) {
      results.push_back(result);
      continue;
    }
    results.push_back(tensor::ExpandShapeOp::create(
        rewriter, loc, type, result,
        collapseMap(op.getOutputMap(i), groups).second,
        tensor::getMixedSizes(rewriter, loc, op.getOutputs()[i])));
  }
  rewriter.replaceOp(op, results);
}

LogicalResult CollapseDims::matchAndRewrite(GenericOp op,
                                            PatternRewriter &rewriter) const {
  if (!op.hasPureTensorSemantics())
    return rewriter.notifyMatchFailure(op, "buffers may be strided");
  DimGroups groups = groupDims(op);
  SmallVector<utils::IteratorType> iterators = op.getRowIteratorTypes();
  if (groups.size() == iterators.size())
    return rewriter.notifyMatchFailure(op, "no two dims can be merged");

  collapseDims(rewriter, op, groups);
  return success();
}

namespace {
struct NormCollapseDimsPass
    : norm::impl::NormCollapseDimsPassBase<NormCollapseDimsPass> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateCollapseDimsPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace

void mlir::norm::populateCollapseDimsPatterns(RewritePatternSet &patterns) {
  patterns.add<CollapseDims>(patterns.getContext());
}
