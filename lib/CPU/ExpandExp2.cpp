//===- ExpandExp2.cpp - math.exp2 in vector registers -----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Patterns.h"
#include "Norm/IR/FunctionBuilder.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
struct ExpandExp2 : OpRewritePattern<math::Exp2Op> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::Exp2Op op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    FunctionBuilder f{{rewriter, op.getLoc()}, type};
    // Beyond these 2^x is infinite or rounds to 0.
    Value x = f.clamp(op.getOperand(), -151, 129);

    // Beside 1.5·2^23 a float has no fraction, and n is in its last bits: no
    // conversion, which NaN would make undefined.
    OpBuilder &b = f.builder;
    Value magic = f.real(0x1.8p23);
    Value shifted = f.add(x, magic);
    Value n =
        arith::SubIOp::create(b, f.loc, f.toBits(shifted), f.toBits(magic));
    Value y = f.sub(x, f.sub(shifted, magic));

    // The first term left out is below 2^-27.
    constexpr int degree = 7;
    double coefficients[degree + 1] = {1};
    for (int k = 1; k <= degree; ++k)
      coefficients[k] = coefficients[k - 1] * llvm::numbers::ln2 / k;
    Value power = f.polynomial(y, coefficients);

    // Two factors, as 2^n itself may be no float; only the last product rounds.
    Value half = arith::ShRSIOp::create(b, f.loc, n, f.integer(1));
    for (Value exponent :
         {half, arith::SubIOp::create(b, f.loc, n, half).getResult()}) {
      Value biased = arith::AddIOp::create(b, f.loc, exponent, f.integer(127));
      power = f.mul(power, f.fromBits(arith::ShLIOp::create(b, f.loc, biased,
                                                            f.integer(23))));
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
