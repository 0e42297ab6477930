//===- FoldAffineIntoWeights.cpp - γ and β into the next matmul -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::norm;

// (h·γ + β)·W = h·(γ·W) + β·W: the row program loses two operands, and the
// matmul does what it did.

namespace {
template <typename Op> struct FoldAffine : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op norm,
                                PatternRewriter &rewriter) const override;
};
} // namespace

static SmallVector<double> getConstant(Value value) {
  DenseFPElementsAttr elements;
  if (!value || !matchPattern(value, m_Constant(&elements)))
    return {};
  return llvm::map_to_vector(elements.getValues<APFloat>(),
                             [](APFloat v) { return v.convertToDouble(); });
}

/// Rounds each value to the element type, once.
static Value createConstant(OpBuilder &builder, Location loc,
                            RankedTensorType type, ArrayRef<double> values) {
  SmallVector<Attribute> elements =
      llvm::map_to_vector(values, [&](double value) -> Attribute {
        return builder.getFloatAttr(type.getElementType(), value);
      });
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(type, elements));
}

/// Why the affine part of `norm` cannot go into its users; empty if it can.
template <typename Op> static std::string findRefusal(Op norm) {
  if (norm.getXType().getRank() != 2 ||
      norm.getDims() != ArrayRef<int64_t>{1} ||
      (norm.getScale() && norm.getScaleDimsOrDefault() != norm.getDims()) ||
      (norm.getShift() && norm.getShiftDimsOrDefault() != norm.getDims()))
    return "the norm is not over the rows of a matrix";
  if (norm.getRounding() != Rounding::after_scale)
    return "the norm is rounded before it is scaled";
  Type type = norm.getXType().getElementType();
  if (!isa<Float32Type, Float64Type>(type))
    return "folded weights would be rounded to less than f32";
  for (Value operand : norm->getOperands())
    if (getElementTypeOrSelf(operand.getType()) != type)
      return "the norm mixes types";
  for (Value parameter : {norm.getScale(), norm.getShift()})
    if (parameter && getConstant(parameter).empty())
      return "its scale or shift is not constant";
  return "";
}

/// The same for one of its users.
static std::string findRefusal(linalg::MatmulOp matmul, Value normalized) {
  if (matmul.hasUserDefinedMaps())
    return "it broadcasts or transposes an operand";
  if (matmul.getInputs()[0] != normalized ||
      matmul.getInputs()[1] == normalized)
    return "the norm is not its left operand";
  Type type = getElementTypeOrSelf(normalized.getType());
  for (Value operand : matmul->getOperands())
    if (getElementTypeOrSelf(operand.getType()) != type)
      return "it mixes types";
  if (getConstant(matmul.getInputs()[1]).empty())
    return "its weight is not constant";
  return "";
}

static void foldInto(linalg::MatmulOp matmul, ArrayRef<double> gamma,
                     ArrayRef<double> beta, PatternRewriter &rewriter) {
  rewriter.setInsertionPoint(matmul);
  Location loc = matmul.getLoc();
  Value weight = matmul.getInputs()[1];
  auto type = cast<RankedTensorType>(weight.getType());
  SmallVector<double> w = getConstant(weight);
  int64_t numColumns = type.getDimSize(1);
  SmallVector<double> bias(numColumns, 0.0);
  for (auto [i, value] : llvm::enumerate(w)) {
    if (!beta.empty())
      bias[i % numColumns] += beta[i / numColumns] * value;
    if (!gamma.empty())
      value *= gamma[i / numColumns];
  }
  if (!gamma.empty()) {
    Value folded = createConstant(rewriter, loc, type, w);
    rewriter.modifyOpInPlace(matmul,
                             [&] { matmul.getInputsMutable()[1].set(folded); });
  }
  if (!beta.empty()) {
    Type element = type.getElementType();
    Value b = createConstant(
        rewriter, loc, RankedTensorType::get({numColumns}, element), bias);
    Value init = matmul.getOutputs()[0];
    AffineMap all = rewriter.getMultiDimIdentityMap(2);
    SmallVector<utils::IteratorType> parallel(2, utils::IteratorType::parallel);
    auto shifted = linalg::GenericOp::create(
        rewriter, loc, init.getType(), ValueRange{init, b}, init,
        ArrayRef<AffineMap>{all, all.getSubMap({1}), all}, parallel,
        [](OpBuilder &nested, Location loc, ValueRange args) {
          Value sum = arith::AddFOp::create(nested, loc, args[0], args[1]);
          linalg::YieldOp::create(nested, loc, sum);
        });
    rewriter.modifyOpInPlace(matmul, [&] {
      matmul.getOutputsMutable()[0].set(shifted.getResult(0));
    });
  }
  eraseIfDead(rewriter, weight);
}

template <typename Op>
LogicalResult FoldAffine<Op>::matchAndRewrite(Op norm,
                                              PatternRewriter &rewriter) const {
  if (!norm.hasPureTensorSemantics())
    return rewriter.notifyMatchFailure(norm, "is on buffers");
  if ((!norm.getScale() && !norm.getShift()) || norm->getResult(0).use_empty())
    return failure();
  Value normalized = norm->getResult(0);
  SetVector<Operation *> users(llvm::from_range, normalized.getUsers());
  if (!llvm::all_of(users, llvm::IsaPred<linalg::MatmulOp>))
    return failure();
  std::string reason = findRefusal(norm);
  for (Operation *user : users) {
    if (reason.empty())
      reason = findRefusal(cast<linalg::MatmulOp>(user), normalized);
    if (!reason.empty())
      return refuse(rewriter, user, norm,
                    "scale and shift are not folded into its weight: " +
                        reason);
  }
  SmallVector<double> gamma = getConstant(norm.getScale());
  SmallVector<double> beta = getConstant(norm.getShift());
  for (double &value : gamma)
    value += norm.getScaleOffset().convertToDouble();
  for (Operation *user : users)
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
    RewritePatternSet &patterns) {
  patterns.addWithLabel<FoldAffine<LayerNormOp>, FoldAffine<RmsNormOp>,
                        FoldAffine<L2NormOp>>({"affine"},
                                              patterns.getContext());
}
