//===- FoldAffineIntoWeights.cpp - γ and β into the next matmul -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FoldedWeights.h"
#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"

using namespace mlir;
using namespace mlir::norm;

// (h·γ + β)·W = h·(γ·W) + β·W: the row program loses two operands, and the
// matmul does what it did.

namespace {
template <typename Op> struct FoldAffine : OpRewritePattern<Op> {
  FoldAffine(MLIRContext *context, bool computes)
      : OpRewritePattern<Op>(context), computes(computes) {}
  LogicalResult matchAndRewrite(Op norm,
                                PatternRewriter &rewriter) const override;
  /// In front of the matmul, what is not constant.
  bool computes;
};
} // namespace

/// Why the affine part of `norm` cannot go into its users; empty if it can.
template <typename Op> static std::string findRefusal(Op norm, bool computes) {
  if (norm.getDims() != ArrayRef<int64_t>{norm.getXType().getRank() - 1} ||
      (norm.getScale() && norm.getScaleDimsOrDefault() != norm.getDims()) ||
      (norm.getShift() && norm.getShiftDimsOrDefault() != norm.getDims()))
    return "the norm is not over the last dim, or its scale or shift is not";
  if (norm.getRounding() != Rounding::after_scale)
    return "the norm is rounded before it is scaled";
  Type type = norm.getXType().getElementType();
  if (!isa<Float32Type, Float64Type>(type))
    return "folded weights would be rounded to less than f32";
  for (Value operand : norm->getOperands())
    if (getElementTypeOrSelf(operand.getType()) != type)
      return "the norm mixes types";
  for (Value parameter : {norm.getScale(), norm.getShift()})
    if (!computes && parameter && getConstantElements(parameter).empty())
      return "its scale or shift is not constant";
  return "";
}

/// The dim of the weight that the norm's rows are multiplied along; none if the
/// matmul is of another form.
static std::optional<unsigned> findWeightDim(linalg::MatmulOp matmul) {
  SmallVector<AffineMap> maps = matmul.getIndexingMapsArray();
  AffineMap transposed = AffineMap::getMultiDimMapWithTargets(
      3, ArrayRef<unsigned>{1, 2}, matmul.getContext());
  SmallVector<AffineMap> plain =
      linalg::MatmulOp::getDefaultIndexingMaps(matmul.getContext());
  if (maps[0] != plain[0] || maps[2] != plain[2])
    return std::nullopt;
  if (maps[1] == plain[1])
    return 0;
  return maps[1] == transposed ? std::optional<unsigned>(1) : std::nullopt;
}

/// The same for one of its users, which reads its result as `rows`.
static std::string findRefusal(linalg::MatmulOp matmul, Value rows,
                               bool computes) {
  if (!findWeightDim(matmul))
    return "it broadcasts an operand, or transposes one that is not the weight";
  if (matmul.getInputs()[0] != rows || matmul.getInputs()[1] == rows)
    return "the norm is not its left operand";
  Type type = getElementTypeOrSelf(rows.getType());
  for (Value operand : matmul->getOperands())
    if (getElementTypeOrSelf(operand.getType()) != type)
      return "it mixes types";
  if (!computes && getConstantElements(matmul.getInputs()[1]).empty())
    return "its weight is not constant";
  return "";
}

/// β·W, along dim `dim` of W.
static Channels foldShift(OpBuilder &builder, Location loc, Value weight,
                          unsigned dim, const Channels &beta) {
  auto type = cast<RankedTensorType>(weight.getType());
  SmallVector<double> known = getConstantElements(weight);
  if (!known.empty() && beta.isKnown()) {
    SmallVector<double> sums(type.getDimSize(1 - dim), 0.0);
    for (auto [i, w] : llvm::enumerate(known)) {
      int64_t at[] = {int64_t(i) / type.getDimSize(1),
                      int64_t(i) % type.getDimSize(1)};
      sums[at[1 - dim]] += beta.known[at[dim]] * w;
    }
    return sums;
  }
  OpFoldResult size = tensor::getMixedSize(builder, loc, weight, 1 - dim);
  Value empty =
      tensor::EmptyOp::create(builder, loc, size, type.getElementType());
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(type.getElementType()));
  Value init = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  Value vector = beta.materialize(builder, loc, type.getElementType());
  if (dim == 0)
    return linalg::VecmatOp::create(builder, loc, ValueRange{vector, weight},
                                    init)
        .getResult(0);
  return linalg::MatvecOp::create(builder, loc, ValueRange{weight, vector},
                                  init)
      .getResult(0);
}

static void foldInto(linalg::MatmulOp matmul, const Channels &gamma,
                     const Channels &beta, PatternRewriter &rewriter) {
  rewriter.setInsertionPoint(matmul);
  Location loc = matmul.getLoc();
  Value weight = matmul.getInputs()[1], init = matmul.getOutputs()[0];
  unsigned dim = *findWeightDim(matmul);
  Value folded =
      gamma.isNone() ? weight : scaleWeight(rewriter, loc, weight, dim, gamma);
  Value shifted = init;
  if (!beta.isNone())
    shifted = mapChannels(
        rewriter, loc, init, 1, foldShift(rewriter, loc, weight, dim, beta),
        [](OpBuilder &nested, Location loc, ValueRange args) {
          return arith::AddFOp::create(nested, loc, args[0], args[1]);
        });
  rewriter.modifyOpInPlace(matmul, [&] {
    matmul.getInputsMutable()[1].set(folded);
    matmul.getOutputsMutable()[0].set(shifted);
  });
  eraseIfDead(rewriter, weight);
}

/// γ + o.
static Channels getFactors(OpBuilder &builder, Location loc, Value scale,
                           double offset) {
  if (!scale)
    return {};
  Channels gamma = scale;
  if (gamma.isKnown()) {
    for (double &value : gamma.known)
      value += offset;
    return std::move(gamma.known);
  }
  if (offset == 0)
    return gamma;
  return mapChannels(
      builder, loc, scale, 0, {},
      [&](OpBuilder &nested, Location loc, ValueRange args) -> Value {
        Value o = arith::ConstantOp::create(
            nested, loc, nested.getFloatAttr(args[0].getType(), offset));
        return arith::AddFOp::create(nested, loc, args[0], o);
      });
}

/// The matmuls that alone read the norm's result, each with the value it reads:
/// the result, or its rows as one dim. None if others read it too.
static SetVector<std::pair<Operation *, Value>> findMatmuls(Value normalized) {
  SetVector<std::pair<Operation *, Value>> matmuls;
  SmallVector<Value> read{normalized};
  for (size_t i = 0; i < read.size(); ++i)
    for (Operation *user : read[i].getUsers()) {
      auto collapse = dyn_cast<tensor::CollapseShapeOp>(user);
      if (isa<linalg::MatmulOp>(user))
        matmuls.insert({user, read[i]});
      else if (collapse && collapse.getReassociationIndices().size() == 2 &&
               collapse.getReassociationIndices()[1].size() == 1)
        read.push_back(collapse);
      else
        return {};
    }
  return matmuls;
}

template <typename Op>
LogicalResult FoldAffine<Op>::matchAndRewrite(Op norm,
                                              PatternRewriter &rewriter) const {
  if (!norm.hasPureTensorSemantics())
    return rewriter.notifyMatchFailure(norm, "is on buffers");
  if ((!norm.getScale() && !norm.getShift()) || norm->getResult(0).use_empty())
    return failure();
  auto matmuls = findMatmuls(norm->getResult(0));
  if (matmuls.empty())
    return failure();
  std::string reason = findRefusal(norm, computes);
  for (auto [user, rows] : matmuls) {
    if (reason.empty())
      reason = findRefusal(cast<linalg::MatmulOp>(user), rows, computes);
    if (!reason.empty())
      return refuse(rewriter, user, norm,
                    "scale and shift are not folded into its weight: " +
                        reason);
  }
  rewriter.setInsertionPoint(norm);
  Channels gamma = getFactors(rewriter, norm.getLoc(), norm.getScale(),
                              norm.getScaleOffset().convertToDouble());
  Channels beta = norm.getShift();
  for (auto [user, rows] : matmuls)
    foldInto(cast<linalg::MatmulOp>(user), gamma, beta, rewriter);
  SmallVector<Value> parameters{norm->getOperands()};
  rewriter.modifyOpInPlace(norm, [&] {
    norm.getScaleMutable().clear();
    norm.getShiftMutable().clear();
    norm.removeScaleDimsAttr();
    norm.removeShiftDimsAttr();
    norm.setScaleOffset(APFloat(0.0));
  });
  eraseIfDead(rewriter, parameters);
  return success();
}

void mlir::norm::populateFoldAffineIntoWeightsPatterns(
    RewritePatternSet &patterns, bool computes) {
  patterns.addWithLabel<FoldAffine<LayerNormOp>, FoldAffine<RmsNormOp>,
                        FoldAffine<L2NormOp>>({"affine"}, patterns.getContext(),
                                              computes);
}
