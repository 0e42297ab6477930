//===- ExpandExp2.cpp - math.exp2 in vector registers -----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Patterns.h"
#include "Norm/IR/Splat.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

namespace {
struct ExpandExp2 : OpRewritePattern<math::Exp2Op> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::Exp2Op op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type bits = norm::withElement(type, b.getI32Type());
    auto real = [&](double value) {
      return norm::splat(b, b.getLoc(), value, type);
    };
    auto integer = [&](int64_t value) {
      return createScalarOrSplatConstant(b, b.getLoc(), bits, value);
    };

    // Beyond these 2^x is infinite or rounds to 0. NaN is neither.
    Value x = op.getOperand();
    Value most = real(129), least = real(-151);
    x = arith::SelectOp::create(
        b, arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, most), most,
        x);
    x = arith::SelectOp::create(
        b, arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, least), least,
        x);

    // Beside 1.5·2^23 a float has no fraction, and n is in its last bits: no
    // conversion, which NaN would make undefined.
    Value magic = real(0x1.8p23f);
    Value shifted = arith::AddFOp::create(b, x, magic);
    Value n =
        arith::SubIOp::create(b, arith::BitcastOp::create(b, bits, shifted),
                              arith::BitcastOp::create(b, bits, magic));
    Value f =
        arith::SubFOp::create(b, x, arith::SubFOp::create(b, shifted, magic));

    // The first term left out is below 2^-27.
    constexpr int degree = 7;
    double coefficients[degree + 1] = {1};
    for (int k = 1; k <= degree; ++k)
      coefficients[k] = coefficients[k - 1] * 0.69314718055994530942 / k;
    Value power = real(coefficients[degree]);
    for (int k = degree - 1; k >= 0; --k)
      power = math::FmaOp::create(b, power, f, real(coefficients[k]));

    // Two factors, as 2^n itself may be no float; only the last product rounds.
    Value half = arith::ShRSIOp::create(b, n, integer(1));
    for (Value exponent :
         {half, arith::SubIOp::create(b, n, half).getResult()}) {
      Value biased = arith::AddIOp::create(b, exponent, integer(127));
      Value factor = arith::BitcastOp::create(
          b, type, arith::ShLIOp::create(b, biased, integer(23)));
      power = arith::MulFOp::create(b, power, factor);
    }
    rewriter.replaceOp(op, power);
    return success();
  }
};
} // namespace

void mlir::norm::populateExpandExp2Patterns(RewritePatternSet &patterns) {
  populateMathF32ExpansionPatterns(patterns, [](StringRef name) {
    return name == math::Exp2Op::getOperationName();
  });
  patterns.add<ExpandExp2>(patterns.getContext());
}
