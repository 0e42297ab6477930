//===- ExpandF8.cpp - f8 in integer steps -----------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/Splat.h"
#include "Norm/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include <cmath>

namespace mlir::norm {
#define GEN_PASS_DEF_NORMEXPANDF8PASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;

static bool isF8(Type type) {
  return isa<Float8E4M3FNType, Float8E5M2Type>(getElementTypeOrSelf(type));
}

namespace {
/// Of an f8, or a vector of them, the f32 of the same value.
class Expansion {
public:
  Expansion(ImplicitLocOpBuilder &b, Type type)
      : b(b), type(type),
        semantics(
            cast<FloatType>(getElementTypeOrSelf(type)).getFloatSemantics()),
        mantissa(APFloat::semanticsPrecision(semantics) - 1) {}

  Value getAsF32(Value f8) {
    Type words = withElement(b.getI32Type());
    Value code = arith::BitcastOp::create(b, withElement(b.getI8Type()), f8);
    code = arith::ExtUIOp::create(b, words, code);
    Value sign = arith::AndIOp::create(b, code, word(0x80));
    sign = arith::ShLIOp::create(b, sign, word(24));
    magnitude = arith::AndIOp::create(b, code, word(0x7f));
    Value bits = arith::OrIOp::create(b, getMagnitude(), sign);
    return arith::BitcastOp::create(b, withElement(b.getF32Type()), bits);
  }

private:
  static constexpr int f32Mantissa = 23, f32Bias = 127;

  Type withElement(Type element) { return norm::withElement(type, element); }
  Value word(int64_t value) {
    return createScalarOrSplatConstant(b, b.getLoc(),
                                       withElement(b.getI32Type()), value);
  }

  /// Exponents differ by their biases, which are 1 less the least exponent;
  /// what is no finite number keeps its mantissa, and has all bits of the
  /// exponent.
  Value getMagnitude() {
    int bias = 1 - APFloat::semanticsMinExponent(semantics);
    int64_t largest =
        APFloat::getLargest(semantics).bitcastToAPInt().getZExtValue();
    Value shifted =
        arith::ShLIOp::create(b, magnitude, word(f32Mantissa - mantissa));
    Value normal = arith::AddIOp::create(
        b, shifted, word(int64_t(f32Bias - bias) << f32Mantissa));
    Value other =
        arith::OrIOp::create(b, shifted, word(int64_t(0xff) << f32Mantissa));
    normal = select(arith::CmpIPredicate::ugt, largest, other, normal);
    return select(arith::CmpIPredicate::ult, int64_t(1) << mantissa,
                  getSubnormal(), normal);
  }
  /// Multiples of the smallest number: no subnormal of f32 is met.
  Value getSubnormal() {
    double smallest = APFloat::getSmallest(semantics).convertToDouble();
    Value unit =
        norm::splat(b, b.getLoc(), smallest, withElement(b.getF32Type()));
    Value multiple = arith::UIToFPOp::create(b, unit.getType(), magnitude);
    return arith::BitcastOp::create(b, magnitude.getType(),
                                    arith::MulFOp::create(b, multiple, unit));
  }
  Value select(arith::CmpIPredicate predicate, int64_t limit, Value then,
               Value otherwise) {
    Value condition =
        arith::CmpIOp::create(b, predicate, magnitude, word(limit));
    return arith::SelectOp::create(b, condition, then, otherwise);
  }

  ImplicitLocOpBuilder &b;
  Type type;
  const llvm::fltSemantics &semantics;
  int mantissa;
  /// The bits but the sign.
  Value magnitude;
};

/// Of an f32 or f64, or a vector of them, the bits of the nearest f8.
class Rounding {
public:
  Rounding(ImplicitLocOpBuilder &b, Value wide, Type f8)
      : b(b), type(wide.getType()), from(getSemantics(type)),
        to(getSemantics(f8)), mantissa(APFloat::semanticsPrecision(to) - 1),
        width(APFloat::semanticsSizeInBits(from)),
        words(norm::withElement(type, b.getIntegerType(width))) {
    bits = arith::BitcastOp::create(b, words, wide);
    magnitude = arith::AndIOp::create(
        b, bits, word(APInt::getSignedMaxValue(width).getZExtValue()));
  }

  Value getCode() {
    Value code =
        select(arith::CmpIPredicate::ult, APFloat::getSmallestNormalized(to),
               getSubnormal(), getNormal());
    // What is beyond the largest is infinity, or NaN where there is none.
    APFloat beyond = APFloat::getInf(to);
    code = arith::MinUIOp::create(b, code, word(getBits(beyond)));
    if (beyond.isInfinity())
      code = select(arith::CmpIPredicate::ugt, APFloat::getInf(from),
                    word(getBits(APFloat::getQNaN(to))), code);
    Value sign = arith::ShRUIOp::create(b, bits, word(width - 8));
    sign = arith::AndIOp::create(b, sign, word(0x80));
    return arith::TruncIOp::create(b, norm::withElement(type, b.getI8Type()),
                                   arith::OrIOp::create(b, code, sign));
  }

private:
  static const llvm::fltSemantics &getSemantics(Type type) {
    return cast<FloatType>(getElementTypeOrSelf(type)).getFloatSemantics();
  }
  static int64_t getBits(const APFloat &value) {
    return value.bitcastToAPInt().getZExtValue();
  }
  static int getBias(const llvm::fltSemantics &semantics) {
    return 1 - APFloat::semanticsMinExponent(semantics);
  }
  Value word(int64_t value) {
    return createScalarOrSplatConstant(b, b.getLoc(), words, value);
  }

  /// Half of what is dropped is added, but where a tie has an even digit before
  /// it; a carry goes to the exponent, as it should. Exponents differ by their
  /// biases.
  Value getNormal() {
    int dropped = APFloat::semanticsPrecision(from) - 1 - mantissa;
    Value digit = arith::ShRUIOp::create(b, magnitude, word(dropped));
    digit = arith::AndIOp::create(b, digit, word(1));
    Value sum = arith::AddIOp::create(b, magnitude,
                                      word((int64_t(1) << (dropped - 1)) - 1));
    sum = arith::AddIOp::create(b, sum, digit);
    int64_t bias = getBias(from) - getBias(to);
    return arith::SubIOp::create(b,
                                 arith::ShRUIOp::create(b, sum, word(dropped)),
                                 word(bias << mantissa));
  }
  /// Multiples of the smallest number, to which the sum with one whose last
  /// digit it is rounds.
  Value getSubnormal() {
    APFloat unit = APFloat::getSmallest(to);
    Value large = norm::splat(b, b.getLoc(),
                              std::ldexp(unit.convertToDouble(),
                                         APFloat::semanticsPrecision(from) - 1),
                              type);
    Value sum = arith::AddFOp::create(
        b, arith::BitcastOp::create(b, type, magnitude), large);
    return arith::SubIOp::create(b, arith::BitcastOp::create(b, words, sum),
                                 arith::BitcastOp::create(b, words, large));
  }
  Value select(arith::CmpIPredicate predicate, APFloat limit, Value then,
               Value otherwise) {
    bool losesInfo;
    limit.convert(from, APFloat::rmNearestTiesToEven, &losesInfo);
    Value condition =
        arith::CmpIOp::create(b, predicate, magnitude, word(getBits(limit)));
    return arith::SelectOp::create(b, condition, then, otherwise);
  }

  ImplicitLocOpBuilder &b;
  Type type;
  const llvm::fltSemantics &from, &to;
  int mantissa;
  unsigned width;
  Type words;
  /// All bits, and all but the sign.
  Value bits, magnitude;
};

struct ExpandExtF8 : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    if (!isF8(op.getIn().getType()))
      return rewriter.notifyMatchFailure(op, "neither e4m3 nor e5m2");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value value = Expansion(b, op.getIn().getType()).getAsF32(op.getIn());
    Type type = op.getType();
    unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
    if (width > 32)
      value = arith::ExtFOp::create(b, type, value);
    else if (width < 32)
      value = arith::TruncFOp::create(b, type, value);
    rewriter.replaceOp(op, value);
    return success();
  }
};

struct ExpandTruncF8 : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    if (!isF8(op.getType()))
      return rewriter.notifyMatchFailure(op, "neither e4m3 nor e5m2");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value wide = op.getIn();
    if (getElementTypeOrSelf(wide).getIntOrFloatBitWidth() < 32)
      wide = arith::ExtFOp::create(
          b, norm::withElement(wide.getType(), b.getF32Type()), wide);
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(
        op, op.getType(), Rounding(b, wide, op.getType()).getCode());
    return success();
  }
};

struct NormExpandF8Pass : norm::impl::NormExpandF8PassBase<NormExpandF8Pass> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandExtF8, ExpandTruncF8>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    getOperation()->walk([&](Operation *op) {
      if (!isa<arith::ArithDialect, math::MathDialect>(op->getDialect()) ||
          isa<arith::BitcastOp, arith::ConstantOp, arith::SelectOp>(op))
        return;
      for (Type type :
           llvm::concat<Type>(SmallVector<Type>(op->getOperandTypes()),
                              SmallVector<Type>(op->getResultTypes())))
        if (isF8(type)) {
          op->emitOpError("has no code on ") << type << " on the CPU";
          return signalPassFailure();
        }
    });
  }
};
} // namespace
