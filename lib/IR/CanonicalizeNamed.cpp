//===- CanonicalizeNamed.cpp - Simpler named ops -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// tensor.cast is absorbed by the tensor dialect's own canonicalization, which
// knows every destination-style op.

#include "Norm/IR/Norm.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::norm;

/// True if every element of the constant `value` is `expected`.
static bool isSplatOf(Value value, double expected) {
  DenseFPElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements)))
    return elements.isSplat() &&
           elements.getSplatValue<APFloat>().convertToDouble() == expected;
  auto fill = value.getDefiningOp<linalg::FillOp>();
  FloatAttr scalar;
  return fill && matchPattern(fill.value(), m_Constant(&scalar)) &&
         scalar.getValueAsDouble() == expected;
}

/// True if what is left of the affine part, without the parameter `dropped`,
/// rounds as before: with before_scale its type depends on all parameters.
template <typename Op> static bool keepsRounding(Op op, Value dropped) {
  Value left = dropped == op.getScale() ? op.getShift() : op.getScale();
  if (op.getRounding() == Rounding::after_scale || !left)
    return true;
  auto type = [](Value value) {
    return cast<FloatType>(getElementTypeOrSelf(value.getType()));
  };
  FloatType narrower = getNarrowestCommonType({type(op.getX()), type(left)});
  return holdsExactly(narrower, type(dropped));
}

namespace {
/// γ + o = 1 multiplies by one: exact.
template <typename Op> struct DropUnitScale : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!op.getScale())
      return rewriter.notifyMatchFailure(op, "has no scale");
    double offset = op.getScaleOffset().convertToDouble();
    if ((offset != 0 && offset != 1) || !isSplatOf(op.getScale(), 1.0 - offset))
      return rewriter.notifyMatchFailure(op, "scale is not constant one");
    if (!keepsRounding(op, op.getScale()))
      return rewriter.notifyMatchFailure(op, "the shift would round narrower");
    rewriter.modifyOpInPlace(op, [&] {
      op.getScaleMutable().clear();
      op.removeScaleDimsAttr();
      op.setScaleOffset(APFloat(0.0));
    });
    return success();
  }
};

/// β = 0 adds nothing: exact but for the sign of a zero.
template <typename Op> struct DropZeroShift : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!op.getShift() || !isSplatOf(op.getShift(), 0.0))
      return rewriter.notifyMatchFailure(op, "shift is not constant zero");
    if (!keepsRounding(op, op.getShift()))
      return rewriter.notifyMatchFailure(op, "the scale would round narrower");
    rewriter.modifyOpInPlace(op, [&] {
      op.getShiftMutable().clear();
      op.removeShiftDimsAttr();
    });
    return success();
  }
};

/// A statistic that nobody reads needs no result. y stays: without it the op
/// is dead.
template <typename Op> struct DropUnusedStatistics : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "writes to buffers");
    SmallVector<Value> operands(op->getOperands());
    SmallVector<Type> types{op->getResult(0).getType()};
    SmallVector<OpResult> kept{op->getResult(0)};
    SmallVector<int32_t> segments(
        ArrayRef<int32_t>(op.getProperties().operandSegmentSizes));
    unsigned first = op.getDpsInitsMutable()[0].getOperandNumber();
    unsigned segment = 4, number = 1;
    for (; segment < segments.size(); ++segment) {
      if (segments[segment] == 0)
        continue;
      OpResult result = op->getResult(number++);
      if (!result.use_empty()) {
        kept.push_back(result);
        types.push_back(result.getType());
        continue;
      }
      operands.erase(operands.begin() + first + kept.size());
      segments[segment] = 0;
    }
    if (kept.size() == op->getNumResults())
      return rewriter.notifyMatchFailure(op, "every statistic is used");
    OperationState state(op.getLoc(), op->getName(), operands, types,
                         op->getDiscardableAttrDictionary().getValue());
    auto &properties = state.getOrAddProperties<typename Op::Properties>() =
        op.getProperties();
    llvm::copy(segments, properties.operandSegmentSizes.begin());
    Operation *simpler = rewriter.create(state);
    for (auto [old, replacement] : llvm::zip_equal(kept, simpler->getResults()))
      rewriter.replaceAllUsesWith(old, replacement);
    rewriter.eraseOp(op);
    return success();
  }
};

/// Reducing over a dim of extent one reduces over nothing: exact. Not where a
/// statistic is a result, whose shape would grow, nor for the last dim left.
template <typename Op> struct DropUnitReducedDims : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (op.getDpsInits().size() != 1)
      return rewriter.notifyMatchFailure(op, "has statistics as results");
    SmallVector<int64_t> kept;
    for (int64_t dim : op.getDims())
      if (op.getXType().getDimSize(dim) != 1)
        kept.push_back(dim);
    if (kept.empty())
      kept.push_back(op.getDims().front());
    if (kept.size() == op.getDims().size())
      return rewriter.notifyMatchFailure(op, "no reduced dim has extent one");
    rewriter.modifyOpInPlace(op, [&] {
      if (op.getScale())
        op.setScaleDims(SmallVector<int64_t>(op.getScaleDimsOrDefault()));
      if (op.getShift())
        op.setShiftDims(SmallVector<int64_t>(op.getShiftDimsOrDefault()));
      op.setDims(kept);
    });
    return success();
  }
};

/// One group is all channels.
struct OneGroupIsLayerNorm : OpRewritePattern<GroupNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GroupNormOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getGroups() != 1)
      return rewriter.notifyMatchFailure(op, "has several groups");
    auto getDims = [&](Value parameter, ArrayRef<int64_t> dims) {
      return parameter ? rewriter.getDenseI64ArrayAttr(dims)
                       : DenseI64ArrayAttr();
    };
    auto layerNorm = LayerNormOp::create(
        rewriter, op.getLoc(), op->getResultTypes(), op.getX(), op.getScale(),
        op.getShift(), op.getInit(), /*mean_init=*/Value(),
        /*rstd_init=*/Value(), op.getDimsAttr(),
        getDims(op.getScale(), op.getScaleDimsOrDefault()),
        getDims(op.getShift(), op.getShiftDimsOrDefault()), op.getEpsAttr(),
        op.getAccAttr(), op.getRoundingAttr(), op.getScaleOffsetAttr());
    layerNorm->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    rewriter.replaceOp(op, layerNorm);
    return success();
  }
};
} // namespace

#define NORM_NAMED_OP(OP)                                                      \
  void OP::getCanonicalizationPatterns(RewritePatternSet &patterns,            \
                                       MLIRContext *context) {                 \
    patterns.add<DropUnitScale<OP>, DropZeroShift<OP>,                         \
                 DropUnusedStatistics<OP>, DropUnitReducedDims<OP>>(context);  \
  }
NORM_NAMED_OP(LayerNormOp)
NORM_NAMED_OP(RmsNormOp)
NORM_NAMED_OP(L2NormOp)
#undef NORM_NAMED_OP

void GroupNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<DropUnitScale<GroupNormOp>, DropZeroShift<GroupNormOp>,
               OneGroupIsLayerNorm>(context);
}

void BatchNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<DropUnitScale<BatchNormOp>, DropZeroShift<BatchNormOp>>(context);
}
