//===- ExtendF8.cpp - f8 by the instruction of PTX -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/GPU/Patterns.h"
#include "Norm/IR/Splat.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
/// Two at a time to f16, which holds all of them; from there on as f16.
struct ExtendF8 : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    Type narrow = op.getIn().getType(), element = getElementTypeOrSelf(narrow);
    if (!isa<Float8E4M3FNType, Float8E5M2Type>(element))
      return rewriter.notifyMatchFailure(op, "neither e4m3 nor e5m2");
    Location loc = op.getLoc();
    Value codes = arith::BitcastOp::create(
        rewriter, loc, withElement(narrow, rewriter.getI8Type()), op.getIn());
    Value halves = convert(rewriter, loc, codes, element);

    Type type = op.getType(), to = getElementTypeOrSelf(type);
    if (isa<BFloat16Type>(to)) {
      Type wide = withElement(type, rewriter.getF32Type());
      halves = arith::ExtFOp::create(rewriter, loc, wide, halves);
      rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, type, halves);
    } else if (to.isF16()) {
      rewriter.replaceOp(op, halves);
    } else {
      rewriter.replaceOpWithNewOp<arith::ExtFOp>(op, type, halves);
    }
    return success();
  }

  static Value convert(OpBuilder &builder, Location loc, Value codes,
                       Type element) {
    Type half = builder.getF16Type();
    auto convertPair = [&](Value lower, Value upper) -> Value {
      Value pair = vector::FromElementsOp::create(
          builder, loc, VectorType::get({2}, builder.getI8Type()),
          ValueRange{lower, upper});
      return NVVM::ConvertF8x2ToF16x2Op::create(
          builder, loc, VectorType::get({2}, half), pair,
          builder.getBoolAttr(false), TypeAttr::get(element));
    };
    auto vector = dyn_cast<VectorType>(codes.getType());
    if (!vector)
      return vector::ExtractOp::create(builder, loc, convertPair(codes, codes),
                                       0);
    SmallVector<Value> halves;
    for (int64_t i = 0; i < vector.getNumElements(); i += 2) {
      Value pair =
          convertPair(vector::ExtractOp::create(builder, loc, codes, i),
                      vector::ExtractOp::create(builder, loc, codes, i + 1));
      for (int64_t k : {0, 1})
        halves.push_back(vector::ExtractOp::create(builder, loc, pair, k));
    }
    return vector::FromElementsOp::create(builder, loc, vector.clone(half),
                                          halves);
  }
};
} // namespace

void mlir::norm::populateExtendF8Patterns(RewritePatternSet &patterns) {
  patterns.add<ExtendF8>(patterns.getContext());
}
