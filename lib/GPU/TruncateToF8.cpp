//===- TruncateToF8.cpp - f8 by the instruction of PTX -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/GPU/Patterns.h"
#include "Norm/IR/Splat.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::norm;

/// True if clamped to ±`limit` or less.
static bool isClamped(Value value, double limit) {
  bool isBelow = false, isAbove = false;
  while (Operation *op = value.getDefiningOp()) {
    bool isMin = isa<arith::MinimumFOp, arith::MinNumFOp>(op);
    if (!isMin && !isa<arith::MaximumFOp, arith::MaxNumFOp>(op))
      break;
    unsigned constant = getSplat(op->getOperand(0)) ? 0 : 1;
    std::optional<APFloat> bound = getSplat(op->getOperand(constant));
    if (!bound || std::abs(bound->convertToDouble()) > limit)
      break;
    (isMin ? isBelow : isAbove) = true;
    value = op->getOperand(1 - constant);
  }
  return isBelow && isAbove;
}

namespace {
/// The instruction makes the largest number of what is beyond it; the next code
/// is what arith.truncf says: infinity, or NaN where there is none.
struct TruncateToF8 : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType(), element = getElementTypeOrSelf(type);
    bool hasInfinity = isa<Float8E5M2Type>(element);
    if (!hasInfinity && !isa<Float8E4M3FNType>(element))
      return rewriter.notifyMatchFailure(op, "neither e4m3 nor e5m2");
    Location loc = op.getLoc();
    Value wide = op.getIn();
    Type wideType = withElement(type, rewriter.getF32Type());
    if (getElementTypeOrSelf(wide.getType()).isF64())
      return rewriter.notifyMatchFailure(op, "would round twice");
    if (wide.getType() != wideType)
      wide = arith::ExtFOp::create(rewriter, loc, wideType, wide);

    Type bytes = withElement(type, rewriter.getI8Type());
    Value codes = convert(rewriter, loc, wide, bytes, element);
    double largest = hasInfinity ? 57344 : 448;
    if (!isClamped(op.getIn(), largest)) {
      // Halfway to what would be next, a tie goes to the even code.
      Value size = math::AbsFOp::create(rewriter, loc, wide);
      Value isBeyond = arith::CmpFOp::create(
          rewriter, loc,
          hasInfinity ? arith::CmpFPredicate::OGE : arith::CmpFPredicate::OGT,
          size, splat(rewriter, loc, hasInfinity ? 61440 : 464, wideType));
      codes = arith::AddIOp::create(
          rewriter, loc, codes,
          arith::ExtUIOp::create(rewriter, loc, bytes, isBeyond));
    }
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, type, codes);
    return success();
  }

  /// Two numbers at a time; the second one goes to the upper byte.
  static Value convert(OpBuilder &builder, Location loc, Value wide, Type bytes,
                       Type element) {
    Type pair = builder.getI16Type();
    auto convertPair = [&](Value lower, Value upper) -> Value {
      return NVVM::ConvertF32x2ToF8x2Op::create(
          builder, loc, pair, upper, lower,
          NVVM::FPRoundingModeAttr::get(builder.getContext(),
                                        NVVM::FPRoundingMode::RN),
          NVVM::SaturationModeAttr::get(builder.getContext(),
                                        NVVM::SaturationMode::SATFINITE),
          builder.getBoolAttr(false), TypeAttr::get(element));
    };
    auto vector = dyn_cast<VectorType>(bytes);
    if (!vector) {
      Value both = convertPair(wide, wide);
      return arith::TruncIOp::create(builder, loc, bytes, both);
    }
    SmallVector<Value> pairs;
    for (int64_t i = 0; i < vector.getNumElements(); i += 2)
      pairs.push_back(
          convertPair(vector::ExtractOp::create(builder, loc, wide, i),
                      vector::ExtractOp::create(builder, loc, wide, i + 1)));
    Value words = vector::FromElementsOp::create(
        builder, loc, VectorType::get({int64_t(pairs.size())}, pair), pairs);
    return vector::BitCastOp::create(builder, loc, bytes, words);
  }
};
} // namespace

void mlir::norm::populateTruncateToF8Patterns(RewritePatternSet &patterns) {
  patterns.add<TruncateToF8>(patterns.getContext());
}
