//===- KeptDims.cpp - Reduced dims that stay as unit dims -------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Neighbour.h"
#include "Norm/IR/Splat.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"

using namespace mlir;
using namespace mlir::norm;

// torch's keepdim: a statistic of a row is a 4x1 tensor, which is computed with
// as such and read through (d0, 0). Without the unit dims these are the values
// per row that a norm has.

/// A tensor of one scalar, or of nothing yet, is made in the other shape, and
/// what was expanded is at hand as it was before.
static FailureOr<Value> collapse(RewriterBase &rewriter, Location loc,
                                 Value tensor, ArrayRef<int64_t> shape,
                                 ArrayRef<ReassociationIndices> reassociation,
                                 const linalg::ControlDropUnitDims &) {
  auto expand = tensor.getDefiningOp<tensor::ExpandShapeOp>();
  if (expand && expand.getReassociationIndices() == reassociation)
    return expand.getSrc();
  OpFoldResult scalar = getSplatElement(tensor);
  if (!scalar && !tensor.getDefiningOp<tensor::EmptyOp>())
    return Value(
        tensor::CollapseShapeOp::create(rewriter, loc, tensor, reassociation));
  SmallVector<OpFoldResult> sizes;
  for (auto [extent, group] : llvm::zip_equal(shape, reassociation)) {
    sizes.push_back(rewriter.getIndexAttr(extent));
    for (int64_t dim : group)
      if (ShapedType::isDynamic(extent) &&
          cast<RankedTensorType>(tensor.getType()).isDynamicDim(dim))
        sizes.back() = tensor::getMixedSize(rewriter, loc, tensor, dim);
  }
  Value empty = tensor::EmptyOp::create(rewriter, loc, sizes,
                                        getElementTypeOrSelf(tensor.getType()));
  if (!scalar)
    return empty;
  return linalg::FillOp::create(rewriter, loc,
                                getOrCreateScalar(rewriter, loc, scalar), empty)
      .getResult(0);
}

/// `op` without these loops, which have one turn, and without the unit dims
/// that its operands are read at 0 in; null if that is all there is.
static linalg::LinalgOp withoutUnitDims(RewriterBase &rewriter,
                                        linalg::GenericOp op,
                                        SmallVector<unsigned> loops) {
  // None at all is understood as nothing to drop.
  for (auto [loop, extent] : llvm::enumerate(op.getStaticLoopRanges()))
    if (extent != 1)
      loops.push_back(loop);
  linalg::ControlDropUnitDims control;
  control.controlFn = [&](Operation *) { return loops; };
  control.collapseFn = collapse;
  rewriter.setInsertionPoint(op);
  SmallVector<Value> operands(op->getOperands());
  FailureOr<linalg::DropUnitDimsResult> dropped =
      linalg::dropUnitDims(rewriter, op, control);
  if (failed(dropped))
    return {};
  rewriter.replaceOp(op, dropped->replacements);
  eraseIfDead(rewriter, operands);
  return cast<linalg::LinalgOp>(dropped->resultOp.getOperation());
}

static bool readsAtZero(AffineMap map) {
  return llvm::any_of(map.getResults(), llvm::IsaPred<AffineConstantExpr>);
}

linalg::LinalgOp mlir::norm::dropKeptDims(RewriterBase &rewriter,
                                          linalg::LinalgOp reduction) {
  auto generic = dyn_cast<linalg::GenericOp>(reduction.getOperation());
  if (!generic || !readsAtZero(reduction.getMatchingIndexingMap(
                      reduction.getDpsInitOperand(0))))
    return reduction;
  return withoutUnitDims(rewriter, generic, {});
}

/// The dims that the expansion adds.
static SmallVector<int64_t> getAddedDims(tensor::ExpandShapeOp expand) {
  SmallVector<int64_t> added;
  for (auto [group, extent] : llvm::zip(expand.getReassociationIndices(),
                                        expand.getSrcType().getShape())) {
    bool isKept = false;
    for (int64_t dim : group) {
      if (!isKept && expand.getResultType().getDimSize(dim) == extent)
        isKept = true;
      else
        added.push_back(dim);
    }
  }
  if (expand.getSrcType().getRank() == 0)
    llvm::append_range(added,
                       llvm::seq<int64_t>(0, expand.getResultType().getRank()));
  return added;
}

bool mlir::norm::readWithoutUnitDims(RewriterBase &rewriter,
                                     tensor::ExpandShapeOp expand) {
  SmallVector<int64_t> added = getAddedDims(expand);
  auto isUnit = [&](int64_t dim) {
    return expand.getResultType().getDimSize(dim) == 1;
  };
  if (!llvm::all_of(added, isUnit))
    return false;
  for (OpOperand &use : expand->getUses()) {
    auto reader = dyn_cast<linalg::GenericOp>(use.getOwner());
    if (!reader || !reader.isDpsInput(&use) ||
        reader->getBlock() != expand->getBlock() ||
        reader.getNumReductionLoops() != 0 || !findObstacle(reader).empty())
      continue;
    SmallVector<unsigned> loops;
    AffineMap map = reader.getMatchingIndexingMap(&use);
    for (int64_t dim : added)
      if (auto loop = dyn_cast<AffineDimExpr>(map.getResult(dim)))
        loops.push_back(loop.getPosition());
    if (withoutUnitDims(rewriter, reader, loops))
      return true;
  }
  return false;
}
