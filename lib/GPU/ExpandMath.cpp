//===- ExpandMath.cpp - Math in instructions of PTX -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/GPU/Patterns.h"
#include "Norm/IR/ExpandFunctions.h"
#include "Norm/IR/ScalarBuilder.h"
#include "Norm/IR/Splat.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::norm;

/// An intrinsic of one or two scalars, for each element.
static Value callIntrinsic(OpBuilder &builder, Location loc, StringRef name,
                           ValueRange operands) {
  Type type = operands.front().getType();
  auto call = [&](ValueRange scalars) -> Value {
    return LLVM::CallIntrinsicOp::create(builder, loc,
                                         getElementTypeOrSelf(type),
                                         builder.getStringAttr(name), scalars)
        .getResults();
  };
  auto vector = dyn_cast<VectorType>(type);
  if (!vector)
    return call(operands);
  SmallVector<Value> results;
  for (int64_t i = 0; i < vector.getNumElements(); ++i)
    results.push_back(call(llvm::map_to_vector(operands, [&](Value operand) {
      return Value(vector::ExtractOp::create(builder, loc, operand, i));
    })));
  return vector::FromElementsOp::create(builder, loc, vector, results);
}

namespace {
/// Ops on f16 and bf16 in f32, and rounded: a quotient or root of them in f32,
/// rounded again, is as if rounded once.
template <typename Op> struct WidenHalf : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!isa<Float16Type, BFloat16Type>(getElementTypeOrSelf(type)))
      return rewriter.notifyMatchFailure(op, "neither f16 nor bf16");
    Location loc = op.getLoc();
    Type wide = withElement(type, rewriter.getF32Type());
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(arith::ExtFOp::create(rewriter, loc, wide, operand));
    Value result = Op::create(rewriter, loc, TypeRange(wide), operands);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, type, result);
    return success();
  }
};

/// q = a·r and q + (a − q·b)·r, for r = 1/b. What is infinite or no number
/// stays as the product has it.
struct ExpandDivision : OpRewritePattern<arith::DivFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::DivFOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    Location loc = op.getLoc();
    Value a = op.getLhs(), b = op.getRhs();
    Value r = emitReciprocal(rewriter, loc, b);
    Value q = arith::MulFOp::create(rewriter, loc, a, r);
    std::optional<APFloat> constant = getSplat(b);
    if (constant && constant->getExactInverse(nullptr)) {
      rewriter.replaceOp(op, q);
      return success();
    }
    Value rest = math::FmaOp::create(
        rewriter, loc, arith::NegFOp::create(rewriter, loc, q), b, a);
    Value better = math::FmaOp::create(rewriter, loc, rest, r, q);
    Value isFinite = arith::CmpFOp::create(
        rewriter, loc, arith::CmpFPredicate::OLT,
        math::AbsFOp::create(rewriter, loc, rest),
        splat(rewriter, loc, std::numeric_limits<double>::infinity(), type));
    rewriter.replaceOpWithNewOp<arith::SelectOp>(op, isFinite, better, q);
    return success();
  }

  /// Of what is the same in all elements: once.
  static Value emitReciprocal(PatternRewriter &rewriter, Location loc,
                              Value b) {
    if (std::optional<APFloat> constant = getSplat(b))
      return splat(rewriter, loc, 1 / constant->convertToDouble(), b.getType());
    if (auto broadcast = b.getDefiningOp<vector::BroadcastOp>();
        broadcast && isa<FloatType>(broadcast.getSourceType())) {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPoint(broadcast);
      Value scalar = emitReciprocal(rewriter, loc, broadcast.getSource());
      return vector::BroadcastOp::create(rewriter, loc, b.getType(), scalar);
    }
    return callIntrinsic(rewriter, loc, "llvm.nvvm.div.full",
                         {splat(rewriter, loc, 1.0, b.getType()), b});
  }
};

struct ExpandRsqrt : OpRewritePattern<math::RsqrtOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::RsqrtOp op,
                                PatternRewriter &rewriter) const override {
    Type element = getElementTypeOrSelf(op.getType());
    Location loc = op.getLoc();
    if (element.isF32()) {
      rewriter.replaceOp(op, callIntrinsic(rewriter, loc,
                                           "llvm.nvvm.rsqrt.approx.f",
                                           op.getOperand()));
      return success();
    }
    if (!element.isF64())
      return rewriter.notifyMatchFailure(op, "neither f32 nor f64");
    Value root = math::SqrtOp::create(rewriter, loc, op.getOperand());
    rewriter.replaceOpWithNewOp<arith::DivFOp>(
        op, splat(rewriter, loc, 1.0, op.getType()), root);
    return success();
  }
};

struct ExpandSqrt : OpRewritePattern<math::SqrtOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::SqrtOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    rewriter.replaceOp(op, callIntrinsic(rewriter, op.getLoc(),
                                         "llvm.nvvm.sqrt.approx.f",
                                         op.getOperand()));
    return success();
  }
};

/// 2^t·(1 + l·ln 2), where t + l = x·log₂e: t rounded, and l what that lost.
struct ExpandExp : OpRewritePattern<math::ExpOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::ExpOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    Location loc = op.getLoc();
    ScalarBuilder b{rewriter, loc};
    auto constant = [&](double value) {
      return splat(rewriter, loc, value, type);
    };
    auto fma = [&](Value a, Value c, Value d) -> Value {
      return math::FmaOp::create(rewriter, loc, a, c, d);
    };
    constexpr double log2e = 1.4426950408889634;
    double high = float(log2e), low = log2e - high;
    // Beyond these the result is 0 or infinite; l of an infinite x is no
    // number.
    Value x = b.min(b.max(op.getOperand(), constant(-110.0)), constant(100.0));
    Value t = b.mul(x, constant(high));
    Value lost =
        fma(x, constant(high), arith::NegFOp::create(rewriter, loc, t));
    lost = fma(x, constant(low), lost);
    Value power = math::Exp2Op::create(rewriter, loc, t);
    Value factor = fma(lost, constant(0.6931471805599453), constant(1.0));
    rewriter.replaceOp(op, b.mul(power, factor));
    return success();
  }
};

/// An op that LLVM makes one instruction of, past the conversion to calls of
/// libdevice.
template <typename Op> struct ToIntrinsic : OpRewritePattern<Op> {
  ToIntrinsic(MLIRContext *context, StringRef name)
      : OpRewritePattern<Op>(context), name(name) {}
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<LLVM::CallIntrinsicOp>(
        op, op.getType(), rewriter.getStringAttr(name), op->getOperands());
    return success();
  }
  StringRef name;
};
} // namespace

void mlir::norm::populateExpandMathOnGPUPatterns(RewritePatternSet &patterns) {
  // Before the expansion of exp for every machine.
  PatternBenefit benefit = 3;
  patterns.add<ExpandDivision, ExpandRsqrt, ExpandSqrt, ExpandExp,
               WidenHalf<arith::DivFOp>, WidenHalf<math::RsqrtOp>,
               WidenHalf<math::SqrtOp>, WidenHalf<math::Exp2Op>>(
      patterns.getContext(), benefit);
  populateExpandFunctionsPatterns(patterns);
  math::populateExpansionPatterns(patterns, {"clampf"});

  MLIRContext *context = patterns.getContext();
  patterns.add<ToIntrinsic<math::AbsFOp>>(context, "llvm.fabs");
  patterns.add<ToIntrinsic<math::CeilOp>>(context, "llvm.ceil");
  patterns.add<ToIntrinsic<math::CopySignOp>>(context, "llvm.copysign");
  patterns.add<ToIntrinsic<math::Exp2Op>>(context, "llvm.exp2");
  patterns.add<ToIntrinsic<math::FloorOp>>(context, "llvm.floor");
  patterns.add<ToIntrinsic<math::FmaOp>>(context, "llvm.fma");
  patterns.add<ToIntrinsic<math::RoundOp>>(context, "llvm.round");
  patterns.add<ToIntrinsic<math::RoundEvenOp>>(context, "llvm.roundeven");
  patterns.add<ToIntrinsic<math::SqrtOp>>(context, "llvm.sqrt");
  patterns.add<ToIntrinsic<math::TruncOp>>(context, "llvm.trunc");
}
