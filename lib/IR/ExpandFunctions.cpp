//===- ExpandFunctions.cpp - Functions of math in arithmetic ----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/ExpandFunctions.h"
#include "Norm/IR/FunctionBuilder.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::norm;
using namespace llvm::numbers;

namespace {
/// x = k·π/2 + y, |y| ≤ π/4: what sin y and cos y are, and k, of which the last
/// two bits are right.
struct Angle {
  Angle(FunctionBuilder &f, Value x);
  Value isBitOfQuadrantSet(FunctionBuilder &f, int64_t bit, int64_t offset = 0);

  Value sine, cosine, quadrant;
};
} // namespace

Angle::Angle(FunctionBuilder &f, Value x) {
  // Beside 1.5·2^23 a float has no fraction, and k is in its last bits.
  Value magic = f.real(0x1.8p23);
  Value shifted = f.fma(x, f.real(2 / pi), magic);
  quadrant = f.toBits(shifted);
  Value k = f.sub(shifted, magic), y = x;
  // π/2 in parts; the first ones are so short that k times each is exact. None
  // is negative, so that −0 stays.
  for (double part : {0x1.92p0, 0x1.fap-12, 0x1.54p-20, 0x1.10b462p-30})
    y = f.fma(k, f.real(-part), y);
  constexpr double limit = 6.5e6; // k < 2^22
  y = f.select(f.isLess(f.abs(x), f.real(limit)), y,
               f.real(std::numeric_limits<double>::quiet_NaN()));
  Value z = f.mul(y, y);
  sine = f.mul(
      y, f.polynomial(z, {1, -1. / 6, 1. / 120, -1. / 5040, 1. / 362880}));
  cosine = f.polynomial(
      z, {1, -1. / 2, 1. / 24, -1. / 720, 1. / 40320, -1. / 3628800});
}

/// Of k + offset.
Value Angle::isBitOfQuadrantSet(FunctionBuilder &f, int64_t bit,
                                int64_t offset) {
  OpBuilder &b = f.builder;
  Value sum = arith::AddIOp::create(b, f.loc, quadrant, f.integer(offset));
  return arith::CmpIOp::create(
      b, f.loc, arith::CmpIPredicate::ne,
      arith::AndIOp::create(b, f.loc, sum, f.integer(bit)), f.integer(0));
}

static Value expandSin(FunctionBuilder &f, Value x) {
  Angle angle(f, x);
  Value isOdd = angle.isBitOfQuadrantSet(f, 1);
  Value size = f.select(isOdd, angle.cosine, angle.sine);
  return f.select(angle.isBitOfQuadrantSet(f, 2), f.call<arith::NegFOp>(size),
                  size);
}

static Value expandCos(FunctionBuilder &f, Value x) {
  Angle angle(f, x);
  Value isOdd = angle.isBitOfQuadrantSet(f, 1);
  Value size = f.select(isOdd, angle.sine, angle.cosine);
  return f.select(angle.isBitOfQuadrantSet(f, 2, 1),
                  f.call<arith::NegFOp>(size), size);
}

static Value expandTan(FunctionBuilder &f, Value x) {
  Angle angle(f, x);
  Value isOdd = angle.isBitOfQuadrantSet(f, 1);
  return f.div(f.select(isOdd, f.call<arith::NegFOp>(angle.cosine), angle.sine),
               f.select(isOdd, angle.sine, angle.cosine));
}

/// Of |x|: π/2 − atan(1/x) where it is above tan(3π/8), and above tan(π/8)
/// π/4 + atan((x − 1)/(x + 1)).
static Value expandAtan(FunctionBuilder &f, Value x) {
  Value a = f.abs(x), one = f.real(1);
  Value isSteep = f.isLess(f.real(1 + sqrt2), a);
  Value isMiddle = f.isLess(f.real(sqrt2 - 1), a);
  Value u =
      f.div(f.select(isSteep, f.real(-1), f.select(isMiddle, f.sub(a, one), a)),
            f.select(isSteep, a, f.select(isMiddle, f.add(a, one), one)));
  Value base = f.select(isSteep, f.real(pi / 2),
                        f.select(isMiddle, f.real(pi / 4), f.real(0)));
  Value z = f.mul(u, u);
  Value rest = f.polynomial(z, {-1. / 3, 1. / 5, -1. / 7, 1. / 9, -1. / 11,
                                1. / 13, -1. / 15, 1. / 17});
  Value angle = f.fma(f.mul(u, z), rest, u);
  return f.withSignOf(x, f.add(base, angle));
}

/// e^|x|/2. The shift is a little more than ln 2, and of few bits: the
/// difference is exact, and no step overflows before the result does.
static Value emitHalfExp(FunctionBuilder &f, Value a) {
  constexpr double shift = 45. / 64;
  Value exp = f.call<math::ExpOp>(f.sub(a, f.real(shift)));
  return f.mul(exp, f.real(std::exp(shift) / 2));
}

static Value expandSinh(FunctionBuilder &f, Value x) {
  Value a = f.abs(x), z = f.mul(x, x);
  Value small = f.mul(x, f.polynomial(z, {1, 1. / 6, 1. / 120, 1. / 5040,
                                          1. / 362880, 1. / 39916800}));
  Value half = emitHalfExp(f, a);
  Value large = f.sub(half, f.div(f.real(0.25), half));
  return f.select(f.isLess(a, f.real(1)), small, f.withSignOf(x, large));
}

static Value expandCosh(FunctionBuilder &f, Value x) {
  Value half = emitHalfExp(f, f.abs(x));
  return f.add(half, f.div(f.real(0.25), half));
}

/// ln(1 + v) where a is small, else ln 2a, and 2a might overflow.
static Value emitLog1pOr2a(FunctionBuilder &f, Value v, Value a) {
  Value isLarge = f.isLess(f.real(0x1p30), a);
  Value log = f.call<math::Log1pOp>(f.select(isLarge, a, v));
  return f.add(log, f.select(isLarge, f.real(ln2), f.real(0)));
}

/// Of |x|: ln(1 + v), v = a + a²/(1 + √(1 + a²)).
static Value expandAsinh(FunctionBuilder &f, Value x) {
  Value a = f.abs(x), z = f.mul(a, a), one = f.real(1);
  Value v = f.add(a, f.div(z, f.add(one, f.sqrt(f.add(one, z)))));
  return f.withSignOf(x, emitLog1pOr2a(f, v, a));
}

/// ln(1 + t + √t·√(t + 2)), t = x − 1; one root would hide the sign of t.
static Value expandAcosh(FunctionBuilder &f, Value x) {
  Value t = f.sub(x, f.real(1));
  Value roots = f.mul(f.sqrt(t), f.sqrt(f.add(t, f.real(2))));
  return emitLog1pOr2a(f, f.add(t, roots), x);
}

/// Of |x|: ½·ln(1 + 2a/(1 − a)).
static Value expandAtanh(FunctionBuilder &f, Value x) {
  Value a = f.abs(x);
  Value v = f.div(f.add(a, a), f.sub(f.real(1), a));
  return f.withSignOf(x, f.mul(f.call<math::Log1pOp>(v), f.real(0.5)));
}

static Value expandLog10(FunctionBuilder &f, Value x) {
  return f.mul(f.call<math::LogOp>(x), f.real(1 / ln10));
}

/// Of |x|, scaled so that nothing below overflows or is subnormal. A third of
/// the bits are those of a root but for 5 %, of which each of Halley's steps
/// leaves less than the cube. Zeros and infinities are their own roots.
static Value expandCbrt(FunctionBuilder &f, Value x) {
  Value a = f.abs(x), isSmall = f.isLess(a, f.real(1));
  a = f.mul(a, f.select(isSmall, f.real(0x1p24), f.real(0x1p-24)));
  OpBuilder &b = f.builder;
  Value bits = arith::ShRUIOp::create(b, f.loc, f.toBits(a), f.integer(16));
  bits = arith::MulIOp::create(b, f.loc, bits, f.integer((1 << 16) / 3));
  bits = arith::AddIOp::create(b, f.loc, bits, f.integer(709958130));
  Value r = f.fromBits(bits);
  for (int step = 0; step < 2; ++step) {
    Value cube = f.mul(f.mul(r, r), r);
    Value quotient = f.div(f.sub(a, cube), f.add(f.add(cube, cube), a));
    r = f.fma(r, quotient, r);
  }
  r = f.mul(r, f.select(isSmall, f.real(0x1p-8), f.real(0x1p8)));
  Value isOwnRoot = arith::CmpFOp::create(b, f.loc, arith::CmpFPredicate::OEQ,
                                          f.add(x, x), x);
  return f.select(isOwnRoot, x, f.withSignOf(x, r));
}

namespace {
struct Function {
  StringRef name;
  Value (*expand)(FunctionBuilder &, Value); ///< null: upstream's
};

struct ExpandFunction : RewritePattern {
  ExpandFunction(MLIRContext *context, const Function &function)
      : RewritePattern(function.name, /*benefit=*/1, context),
        function(function) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    Type type = op->getResult(0).getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    FunctionBuilder builder{{rewriter, op->getLoc()}, type};
    rewriter.replaceOp(op, function.expand(builder, op->getOperand(0)));
    return success();
  }
  const Function &function;
};
} // namespace

static constexpr Function functions[] = {
    {math::AcosOp::getOperationName(), nullptr},
    {math::AcoshOp::getOperationName(), expandAcosh},
    {math::AsinOp::getOperationName(), nullptr},
    {math::AsinhOp::getOperationName(), expandAsinh},
    {math::AtanOp::getOperationName(), expandAtan},
    {math::AtanhOp::getOperationName(), expandAtanh},
    {math::CbrtOp::getOperationName(), expandCbrt},
    {math::CosOp::getOperationName(), expandCos},
    {math::CoshOp::getOperationName(), expandCosh},
    {math::ErfOp::getOperationName(), nullptr},
    {math::ErfcOp::getOperationName(), nullptr},
    {math::ExpOp::getOperationName(), nullptr},
    {math::ExpM1Op::getOperationName(), nullptr},
    {math::LogOp::getOperationName(), nullptr},
    {math::Log10Op::getOperationName(), expandLog10},
    {math::Log1pOp::getOperationName(), nullptr},
    {math::Log2Op::getOperationName(), nullptr},
    {math::SinOp::getOperationName(), expandSin},
    {math::SinhOp::getOperationName(), expandSinh},
    {math::TanOp::getOperationName(), expandTan},
    {math::TanhOp::getOperationName(), nullptr},
};

static const Function *findFunction(StringRef name) {
  return llvm::find_if(functions, [&](const Function &function) {
    return function.name == name;
  });
}

bool mlir::norm::isExpandedFunction(Operation *op) {
  return findFunction(op->getName().getStringRef()) != std::end(functions);
}

void mlir::norm::populateExpandFunctionsPatterns(RewritePatternSet &patterns) {
  auto isFunction = [](StringRef name) {
    return findFunction(name) != std::end(functions);
  };
  // Before upstream's of f16, which take it as it is.
  populateMathF32ExpansionPatterns(patterns, isFunction, /*benefit=*/2);
  populateMathPolynomialApproximationPatterns(patterns, [&](StringRef name) {
    return isFunction(name) && !findFunction(name)->expand;
  });
  for (const Function &function : functions)
    if (function.expand)
      patterns.add<ExpandFunction>(patterns.getContext(), function);
}

void mlir::norm::expandPowers(GenericOp op) {
  SmallVector<Operation *> powers;
  for (Operation &nested : op.getBody().getOps())
    if (isa<math::FPowIOp, math::PowFOp>(nested))
      powers.push_back(&nested);
  if (powers.empty())
    return;
  RewritePatternSet patterns(op.getContext());
  populateMathAlgebraicSimplificationPatterns(patterns);
  (void)applyOpPatternsGreedily(powers, std::move(patterns),
                                GreedyRewriteConfig().setStrictness(
                                    GreedyRewriteStrictness::ExistingOps));
}
