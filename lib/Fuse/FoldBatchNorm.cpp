//===- FoldBatchNorm.cpp - A batch norm into the weight before it -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FoldedWeights.h"
#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;

// With σ = (γ + o)/√(v + ε): (x·W + b − μ)·σ + β = x·(W·σ) + (b·σ + β − μ·σ),
// for any x·W that is linear in a weight W which has the channel.

namespace {
struct FoldBatchNorm : OpRewritePattern<BatchNormOp> {
  FoldBatchNorm(MLIRContext *context, bool computes)
      : OpRewritePattern(context), computes(computes) {}
  LogicalResult matchAndRewrite(BatchNormOp norm,
                                PatternRewriter &rewriter) const override;
  /// In front of the matmul, what is not constant.
  bool computes;
};

/// An input of a matmul or convolution, and its dim that is the channel.
struct Weight {
  OpOperand *operand;
  unsigned dim;
};
} // namespace

/// The weight of a convolution is its second input; of a matmul, the one that
/// has the channel.
static std::optional<Weight> findWeight(linalg::LinalgOp op, unsigned channel) {
  AffineExpr dim =
      op.getMatchingIndexingMap(op.getDpsInitOperand(0)).getResult(channel);
  SmallVector<OpOperand *> inputs = op.getDpsInputOperands();
  for (OpOperand *input : llvm::reverse(inputs))
    for (auto [i, expr] :
         llvm::enumerate(op.getMatchingIndexingMap(input).getResults()))
      if (expr == dim && isa<AffineDimExpr>(expr))
        return Weight{input, unsigned(i)};
  return std::nullopt;
}

/// False for a pooling that takes the largest, which no weight scales.
static bool isSum(linalg::LinalgOp op) {
  SmallVector<Operation *, 4> combinations;
  return matchReduction(op.getRegionOutputArgs(), /*redPos=*/0, combinations) &&
         combinations.size() == 1 && isa<arith::AddFOp>(combinations.front());
}

/// Why `norm` cannot go into the weight of `op`; empty if it can.
static std::string findRefusal(BatchNormOp norm, linalg::LinalgOp op,
                               const std::optional<Weight> &weight,
                               bool computes) {
  if (norm.getRounding() != Rounding::after_scale)
    return "the norm is rounded before it is scaled";
  Type type = norm.getXType().getElementType();
  if (!isa<Float32Type, Float64Type>(type))
    return "folded weights would be rounded to less than f32";
  for (Operation *each : {norm.getOperation(), op.getOperation()})
    for (Value operand : each->getOperands())
      if (getElementTypeOrSelf(operand.getType()) != type)
        return "the types are mixed";
  SmallVector<int64_t> channel{int64_t(norm.getChannelDim())};
  if ((norm.getScale() && norm.getScaleDimsOrDefault() != channel) ||
      (norm.getShift() && norm.getShiftDimsOrDefault() != channel))
    return "its scale or shift is not per channel";
  if (!op->hasOneUse())
    return "others read its result too";
  if (op->getBlock() != norm->getBlock())
    return "they are not in the same block";
  if (!weight)
    return "no operand of it has the channel";
  if (!isSum(op))
    return "it is no sum";
  if (computes)
    return "";
  for (Value value : {norm.getMean(), norm.getVariance(), norm.getScale(),
                      norm.getShift(), weight->operand->get()})
    if (value && getConstantElements(value).empty())
      return "its statistics, its parameters or the weight are not constant";
  return "";
}

/// σ.
static Channels getFactors(OpBuilder &builder, BatchNormOp norm) {
  double eps = norm.getEps().convertToDouble();
  double offset = norm.getScaleOffset().convertToDouble();
  Channels variance = norm.getVariance(), gamma = norm.getScale();
  if (variance.isKnown() && (gamma.isNone() || gamma.isKnown())) {
    for (auto [i, value] : llvm::enumerate(variance.known))
      value = (gamma.isNone() ? 1 : gamma.known[i] + offset) /
              std::sqrt(value + eps);
    return std::move(variance.known);
  }
  SmallVector<Channels> scale;
  if (!gamma.isNone())
    scale.push_back(gamma);
  return mapChannels(
      builder, norm.getLoc(), norm.getVariance(), 0, scale,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        auto constant = [&](double value) {
          return arith::ConstantOp::create(
              nested, loc, nested.getFloatAttr(args[0].getType(), value));
        };
        Value sum = arith::AddFOp::create(nested, loc, args[0], constant(eps));
        Value rho = math::RsqrtOp::create(nested, loc, sum);
        if (args.size() == 1)
          return rho;
        Value factor = args[1];
        if (offset != 0)
          factor = arith::AddFOp::create(nested, loc, factor, constant(offset));
        return Value(arith::MulFOp::create(nested, loc, rho, factor));
      });
}

/// β − μ·σ.
static Channels getTerms(OpBuilder &builder, BatchNormOp norm,
                         const Channels &factors) {
  Channels mean = norm.getMean(), beta = norm.getShift();
  if (mean.isKnown() && factors.isKnown() &&
      (beta.isNone() || beta.isKnown())) {
    for (auto [i, value] : llvm::enumerate(mean.known))
      value = (beta.isNone() ? 0 : beta.known[i]) - value * factors.known[i];
    return std::move(mean.known);
  }
  SmallVector<Channels> operands{factors};
  if (!beta.isNone())
    operands.push_back(beta);
  return mapChannels(
      builder, norm.getLoc(), norm.getMean(), 0, operands,
      [](OpBuilder &nested, Location loc, ValueRange args) -> Value {
        Value product = arith::MulFOp::create(nested, loc, args[0], args[1]);
        if (args.size() == 2)
          return arith::NegFOp::create(nested, loc, product);
        return arith::SubFOp::create(nested, loc, args[2], product);
      });
}

LogicalResult FoldBatchNorm::matchAndRewrite(BatchNormOp norm,
                                             PatternRewriter &rewriter) const {
  if (!norm.hasPureTensorSemantics())
    return rewriter.notifyMatchFailure(norm, "is on buffers");
  auto op = norm.getX().getDefiningOp<linalg::LinalgOp>();
  if (!op || !(linalg::isaContractionOpInterface(op) ||
               linalg::isaConvolutionOpInterface(op)))
    return failure();
  unsigned channel = norm.getChannelDim();
  std::optional<Weight> weight = findWeight(op, channel);
  std::string reason = findRefusal(norm, op, weight, computes);
  if (!reason.empty())
    return refuse(rewriter, op, norm,
                  "it is not folded into its weight: " + reason);

  // There, everything that the norm reads is at hand; nothing else reads op.
  rewriter.moveOpBefore(op, norm);
  rewriter.setInsertionPoint(op);
  Location loc = norm.getLoc();
  Channels factors = getFactors(rewriter, norm);
  Channels terms = getTerms(rewriter, norm, factors);
  Value folded =
      scaleWeight(rewriter, loc, weight->operand->get(), weight->dim, factors);
  Value init = op.getDpsInits()[0];
  auto fill = init.getDefiningOp<linalg::FillOp>();
  bool startsAtZero =
      fill && matchPattern(fill.getInputs()[0], m_AnyZeroFloat());
  SmallVector<Channels> operands{factors, terms};
  if (startsAtZero)
    operands = {terms};
  Value shifted = mapChannels(
      rewriter, loc, startsAtZero ? fill.getOutputs()[0] : init, channel,
      operands, [](OpBuilder &nested, Location loc, ValueRange args) -> Value {
        if (args.size() == 2)
          return args[1];
        Value scaled = arith::MulFOp::create(nested, loc, args[0], args[1]);
        return arith::AddFOp::create(nested, loc, scaled, args[2]);
      });
  SmallVector<Value> operandsBefore(norm->getOperands());
  llvm::append_range(operandsBefore, op->getOperands());
  rewriter.modifyOpInPlace(op, [&] {
    weight->operand->set(folded);
    op.getDpsInitOperand(0)->set(shifted);
  });
  rewriter.replaceOp(norm, op);
  eraseIfDead(rewriter, operandsBefore);
  return success();
}

void mlir::norm::populateFoldBatchNormPatterns(RewritePatternSet &patterns,
                                               bool computes) {
  patterns.addWithLabel<FoldBatchNorm>({"batch-norm"}, patterns.getContext(),
                                       computes);
}
