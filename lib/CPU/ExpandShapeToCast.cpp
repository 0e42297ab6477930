//===- ExpandShapeToCast.cpp - Expanded views with dynamic extents -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DynamicGroups.h"
#include "Norm/Passes.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMEXPANDSHAPETOCASTPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;

namespace {
/// MLIR 22.1 derives the one dynamic extent of a group from the others, and
/// crashes where a group has several; but the op carries them all.
struct ExpandShapeToCast : OpRewritePattern<memref::ExpandShapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(memref::ExpandShapeOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
    if (!norm::hasOpenGroup(op.getResultType().getShape(), groups))
      return rewriter.notifyMatchFailure(op,
                                         "no group has two dynamic extents");

    Location loc = op.getLoc();
    auto source =
        memref::ExtractStridedMetadataOp::create(rewriter, loc, op.getSrc());
    SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
    SmallVector<OpFoldResult> strides(sizes.size());
    AffineExpr a, b;
    bindSymbols(op.getContext(), a, b);
    for (auto [i, group] : llvm::enumerate(groups)) {
      OpFoldResult stride = source.getConstifiedMixedStrides()[i];
      for (int64_t dim : llvm::reverse(group)) {
        strides[dim] = stride;
        stride = affine::makeComposedFoldedAffineApply(rewriter, loc, a * b,
                                                       {stride, sizes[dim]});
      }
    }
    // The op's type may say less than is known by now.
    auto [known, offset] = op.getResultType().getStridesAndOffset();
    for (auto [stride, value] : llvm::zip_equal(known, strides))
      if (ShapedType::isDynamic(stride))
        value = getValueOrCreateConstantIndexOp(rewriter, loc, value);
      else
        value = rewriter.getIndexAttr(stride);
    OpFoldResult sourceOffset = source.getConstifiedMixedOffset();
    if (ShapedType::isDynamic(offset))
      sourceOffset =
          getValueOrCreateConstantIndexOp(rewriter, loc, sourceOffset);
    rewriter.replaceOpWithNewOp<memref::ReinterpretCastOp>(
        op, op.getResultType(), source.getBaseBuffer(), sourceOffset, sizes,
        strides);
    return success();
  }
};

struct NormExpandShapeToCastPass
    : norm::impl::NormExpandShapeToCastPassBase<NormExpandShapeToCastPass> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandShapeToCast>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
