//===- ExpandOnePlus.cpp - 1 + exp(x), 1 + tanh(x), 1 + erf(x) --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Patterns.h"
#include "Norm/IR/Splat.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using norm::getSplat;

constexpr double ln2 = 0.69314718055994530942;
constexpr auto contract = arith::FastMathFlags::contract;

/// How 1 + bˣ is computed for a base b.
struct Base {
  double log2; // of b
  /// Beyond these, bˣ overflows, or vanishes beside 1.
  double most, least;
};
constexpr Base two{1, 128, -126}, e{1 / ln2, 89, -87};

/// The ops that add 1 to `value`, if all of its users are.
static FailureOr<SmallVector<arith::AddFOp>> getAdditionsOfOne(Value value) {
  SmallVector<arith::AddFOp> additions;
  for (OpOperand &use : value.getUses()) {
    auto add = dyn_cast<arith::AddFOp>(use.getOwner());
    std::optional<APFloat> other;
    if (add)
      other = getSplat(add->getOperand(1 - use.getOperandNumber()));
    if (!other || !other->isExactlyValue(1))
      return failure();
    additions.push_back(add);
  }
  return additions;
}

/// Of NaN, NaN.
static Value minimum(ImplicitLocOpBuilder &b, Value x, double most) {
  Value limit = norm::splat(b, b.getLoc(), most, x.getType());
  Value isMore = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, limit);
  return arith::SelectOp::create(b, isMore, limit, x);
}
static Value maximum(ImplicitLocOpBuilder &b, Value x, double least) {
  Value limit = norm::splat(b, b.getLoc(), least, x.getType());
  Value isLess = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, limit);
  return arith::SelectOp::create(b, isLess, limit, x);
}

/// Σ coefficients[k]·xᵏ, by Horner's scheme.
static Value evaluate(ImplicitLocOpBuilder &b, ArrayRef<double> coefficients,
                      Value x) {
  auto real = [&](double value) {
    return norm::splat(b, b.getLoc(), value, x.getType());
  };
  Value sum = real(coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = math::FmaOp::create(b, sum, x, real(coefficient));
  return sum;
}

/// 1 + bˣ. With n the integer nearest to x·log₂b and f = x·log₂b − n, bˣ is
/// 2^f·2^n. Beside 1 nothing is lost if 2^n has no subnormals, so that its
/// bits are n, moved, and 2·2^f·2^(n−1) overflows no earlier than bˣ.
static Value onePlusPower(ImplicitLocOpBuilder &b, Base base, Value x) {
  Type type = x.getType();
  Type bits = norm::withElement(type, b.getI32Type());
  auto real = [&](double value) {
    return norm::splat(b, b.getLoc(), value, type);
  };
  x = maximum(b, minimum(b, x, base.most), base.least);

  // Beside 1.5·2^23 a float has no fraction, and its last bits are the integer;
  // 126 makes them the exponent of 2^(n−1) as a float has it.
  bool isTwo = base.log2 == 1;
  Value magic = real(0x1.8p23 + 126);
  Value shifted =
      isTwo ? Value(arith::AddFOp::create(b, x, magic))
            : Value(math::FmaOp::create(b, x, real(base.log2), magic));
  Value n = arith::SubFOp::create(b, shifted, magic);
  Value f;
  if (isTwo) {
    f = arith::SubFOp::create(b, x, n);
  } else {
    // n·ln 2 in two parts, the first of which is exact (Cody, Waite, 1980).
    constexpr float high = 0x1.62e4p-1f;
    f = math::FmaOp::create(b, n, real(-high), x);
    f = math::FmaOp::create(b, n, real(high - ln2), f);
  }

  // 2·2^f for |f| ≤ 1/2, the least relative error of this degree with the
  // value 2 at 0: 9.2e-8.
  constexpr double coefficients[] = {2,
                                     2 * 0.69314697759885857,
                                     2 * 0.24022242085172885,
                                     2 * 0.055507337436908145,
                                     2 * 0.0096715126489257223,
                                     2 * 0.0013264727065358884};
  SmallVector<double> scaled;
  double scale = 1;
  for (double coefficient : coefficients) {
    scaled.push_back(coefficient * scale);
    scale *= base.log2;
  }
  Value power = evaluate(b, scaled, f);

  Value exponent = arith::ShLIOp::create(
      b, arith::BitcastOp::create(b, bits, shifted),
      createScalarOrSplatConstant(b, b.getLoc(), bits, int64_t(23)));
  return math::FmaOp::create(
      b, power, arith::BitcastOp::create(b, type, exponent), real(1));
}

/// a·b, where constant factors are one.
static Value multiply(ImplicitLocOpBuilder &b, Value a, Value other) {
  std::optional<APFloat> factor = getSplat(a);
  if (!factor) {
    std::swap(a, other);
    factor = getSplat(a);
  }
  if (!factor)
    return arith::MulFOp::create(b, a, other, contract);
  double constant = factor->convertToDouble();
  if (std::optional<APFloat> second = getSplat(other))
    return norm::splat(b, b.getLoc(), constant * second->convertToDouble(),
                       other.getType());
  if (auto product = other.getDefiningOp<arith::MulFOp>())
    for (unsigned i : {0, 1})
      if (std::optional<APFloat> inner = getSplat(product->getOperand(i))) {
        constant *= inner->convertToDouble();
        other = product->getOperand(1 - i);
        break;
      }
  if (constant == 1)
    return other;
  return arith::MulFOp::create(
      b, other, norm::splat(b, b.getLoc(), constant, other.getType()),
      contract);
}

/// Makes `last`, which is numerator/denominator, the quotient of what it is
/// multiplied by: a·(1/d) is a/d.
static void replaceByQuotient(PatternRewriter &rewriter, Operation *last,
                              Value numerator, Value denominator) {
  SmallVector<Operation *> factors;
  while (last->hasOneUse() && getSplat(numerator)) {
    OpOperand &use = *last->use_begin();
    auto product = dyn_cast<arith::MulFOp>(use.getOwner());
    if (!product || product->getBlock() != last->getBlock())
      break;
    ImplicitLocOpBuilder b(product.getLoc(), rewriter);
    factors.push_back(last);
    last = product;
    numerator =
        multiply(b, numerator, product->getOperand(1 - use.getOperandNumber()));
  }
  rewriter.setInsertionPoint(last);
  rewriter.replaceOpWithNewOp<arith::DivFOp>(last, numerator, denominator,
                                             contract);
  for (Operation *factor : llvm::reverse(factors))
    rewriter.eraseOp(factor);
}

namespace {
/// 1 + tanh(u) = 2/(1 + e^(−2u)).
struct ExpandOnePlusTanh : OpRewritePattern<math::TanhOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::TanhOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    FailureOr<SmallVector<arith::AddFOp>> additions = getAdditionsOfOne(op);
    if (failed(additions) || additions->size() != 1)
      return rewriter.notifyMatchFailure(op, "used for more than 1 + tanh");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value factor = norm::splat(b, op.getLoc(), -2 * e.log2, op.getType());
    Value denominator =
        onePlusPower(b, two, multiply(b, factor, op.getOperand()));
    replaceByQuotient(rewriter, additions->front(),
                      norm::splat(b, op.getLoc(), 2, op.getType()),
                      denominator);
    rewriter.eraseOp(op);
    return success();
  }
};

struct ExpandOnePlusExp : OpRewritePattern<math::ExpOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::ExpOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    FailureOr<SmallVector<arith::AddFOp>> additions = getAdditionsOfOne(op);
    if (failed(additions) || additions->empty())
      return rewriter.notifyMatchFailure(op, "used for more than 1 + exp");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value sum = onePlusPower(b, e, op.getOperand());
    for (arith::AddFOp add : *additions)
      rewriter.replaceOp(add, sum);
    rewriter.eraseOp(op);
    SmallVector<arith::DivFOp> quotients;
    for (OpOperand &use : sum.getUses())
      if (auto quotient = dyn_cast<arith::DivFOp>(use.getOwner());
          quotient && use.getOperandNumber() == 1)
        quotients.push_back(quotient);
    for (arith::DivFOp quotient : quotients)
      replaceByQuotient(rewriter, quotient, quotient.getLhs(), sum);
    return success();
  }
};

/// 1 + erf(x) = (Q(x²) + x·P(x²))/Q(x²).
struct ExpandOnePlusErf : OpRewritePattern<math::ErfOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::ErfOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    FailureOr<SmallVector<arith::AddFOp>> additions = getAdditionsOfOne(op);
    if (failed(additions) || additions->empty())
      return rewriter.notifyMatchFailure(op, "used for more than 1 + erf");
    // P/Q is erf(x)/x with the least relative error of these degrees, 1.9e-8,
    // for |x| ≤ 3.92, where erf(x) rounds to 1.
    constexpr double largest = 3.92;
    constexpr double numerator[] = {
        1.128379146148665,     0.19040583121149238,    0.052748634642808455,
        0.0037655893094837374, 0.00028488206147136427, 2.050091069422598e-06};
    constexpr double denominator[] = {1,
                                      0.5020755153617757,
                                      0.11410884535982181,
                                      0.014969160121224536,
                                      0.0011625287949966528,
                                      3.809172085704672e-05};
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value x = minimum(b, op.getOperand(), largest);
    Value square = arith::MulFOp::create(b, x, x);
    Value p = evaluate(b, numerator, square);
    Value q = evaluate(b, denominator, square);
    Value sum =
        arith::DivFOp::create(b, math::FmaOp::create(b, x, p, q), q, contract);
    // Not what rounding leaves: a large x may be a factor of it.
    Value isZero = arith::CmpFOp::create(
        b, arith::CmpFPredicate::OLT, x,
        norm::splat(b, b.getLoc(), -largest, x.getType()));
    sum = arith::SelectOp::create(
        b, isZero, norm::splat(b, b.getLoc(), 0, x.getType()), sum);
    for (arith::AddFOp add : *additions)
      rewriter.replaceOp(add, sum);
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace

void mlir::norm::populateExpandOnePlusPatterns(RewritePatternSet &patterns) {
  // Before approximations of the functions alone.
  patterns.add<ExpandOnePlusTanh, ExpandOnePlusExp, ExpandOnePlusErf>(
      patterns.getContext(), /*benefit=*/2);
}
