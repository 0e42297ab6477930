//===- ExpandOnePlus.cpp - 1 + exp(x), 1 + tanh(x), 1 + erf(x) --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Patterns.h"
#include "Norm/IR/FunctionBuilder.h"

using namespace mlir;
using namespace mlir::norm;
using llvm::numbers::ln2;

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

/// 1 + bˣ. With n the integer nearest to x·log₂b and y = x·log₂b − n, bˣ is
/// 2^y·2^n. Beside 1 nothing is lost if 2^n has no subnormals, so that its
/// bits are n, moved, and 2·2^y·2^(n−1) overflows no earlier than bˣ.
static Value onePlusPower(FunctionBuilder f, Base base, Value x) {
  x = f.clamp(x, base.least, base.most);

  // Beside 1.5·2^23 a float has no fraction, and its last bits are the integer;
  // 126 makes them the exponent of 2^(n−1) as a float has it.
  bool isTwo = base.log2 == 1;
  Value magic = f.real(0x1.8p23 + 126);
  Value shifted = isTwo ? f.add(x, magic) : f.fma(x, f.real(base.log2), magic);
  Value n = f.sub(shifted, magic), y;
  if (isTwo) {
    y = f.sub(x, n);
  } else {
    // n·ln 2 in two parts, the first of which is exact (Cody, Waite, 1980).
    constexpr double high = 0x1.62e4p-1;
    y = f.fma(n, f.real(-high), x);
    y = f.fma(n, f.real(high - ln2), y);
  }

  // 2·2^y for |y| ≤ 1/2, the least relative error of this degree with the
  // value 2 at 0: 9.2e-8.
  double coefficients[] = {2,
                           2 * 0.69314697759885857,
                           2 * 0.24022242085172885,
                           2 * 0.055507337436908145,
                           2 * 0.0096715126489257223,
                           2 * 0.0013264727065358884};
  double scale = 1;
  for (double &coefficient : coefficients) {
    coefficient *= scale;
    scale *= base.log2;
  }
  Value exponent =
      arith::ShLIOp::create(f.builder, f.loc, f.toBits(shifted), f.integer(23));
  return f.fma(f.polynomial(y, coefficients), f.fromBits(exponent), f.real(1));
}

/// a·b, where constant factors are one.
static Value multiply(FunctionBuilder f, Value a, Value b) {
  std::optional<APFloat> factor = getSplat(a);
  if (!factor) {
    std::swap(a, b);
    factor = getSplat(a);
  }
  if (!factor)
    return f.mul(a, b);
  double constant = factor->convertToDouble();
  if (std::optional<APFloat> second = getSplat(b))
    return f.real(constant * second->convertToDouble());
  if (auto product = b.getDefiningOp<arith::MulFOp>())
    for (unsigned i : {0, 1})
      if (std::optional<APFloat> inner = getSplat(product->getOperand(i))) {
        constant *= inner->convertToDouble();
        b = product->getOperand(1 - i);
        break;
      }
  return constant == 1 ? b : f.mul(b, f.real(constant));
}

/// Makes what a quotient with a constant numerator is multiplied by its
/// numerator: a·(1/d) is a/d.
static void absorbFactors(PatternRewriter &rewriter, arith::DivFOp quotient) {
  Operation *last = quotient;
  Value numerator = quotient.getLhs();
  FunctionBuilder f{{rewriter, last->getLoc(), arith::FastMathFlags::contract},
                    numerator.getType()};
  SmallVector<Operation *> factors;
  while (last->hasOneUse() && getSplat(numerator)) {
    OpOperand &use = *last->use_begin();
    auto product = dyn_cast<arith::MulFOp>(use.getOwner());
    if (!product || product->getBlock() != last->getBlock())
      break;
    factors.push_back(last);
    last = product;
    rewriter.setInsertionPoint(last);
    numerator =
        multiply(f, numerator, product->getOperand(1 - use.getOperandNumber()));
  }
  rewriter.setInsertionPoint(last);
  rewriter.replaceOp(last, f.div(numerator, quotient.getRhs()));
  for (Operation *factor : llvm::reverse(factors))
    rewriter.eraseOp(factor);
}

/// 1 + tanh(x) = 2/(1 + e^(−2x)).
static Value onePlusTanh(FunctionBuilder f, Value x) {
  return f.div(f.real(2),
               onePlusPower(f, two, multiply(f, f.real(-2 * e.log2), x)));
}

static Value onePlusExp(FunctionBuilder f, Value x) {
  return onePlusPower(f, e, x);
}

/// 1 + erf(x) = (Q(x²) + x·P(x²))/Q(x²).
static Value onePlusErf(FunctionBuilder f, Value x) {
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
  x = f.atMost(x, largest);
  Value square = f.mul(x, x);
  Value p = f.polynomial(square, numerator);
  Value q = f.polynomial(square, denominator);
  Value sum = f.div(f.fma(x, p, q), q);
  // Not what rounding leaves: a large x may be a factor of it.
  return f.select(f.isLess(x, f.real(-largest)), f.real(0), sum);
}

namespace {
/// Of a function that is used in its sum with 1 only.
template <typename Op, Value (*onePlus)(FunctionBuilder, Value)>
struct ExpandOnePlus : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not f32");
    FailureOr<SmallVector<arith::AddFOp>> additions = getAdditionsOfOne(op);
    if (failed(additions) || additions->empty())
      return rewriter.notifyMatchFailure(op,
                                         "used for more than its sum with 1");
    Value sum =
        onePlus({{rewriter, op.getLoc()}, op.getType()}, op.getOperand());
    for (arith::AddFOp add : *additions)
      rewriter.replaceOp(add, sum);
    rewriter.eraseOp(op);

    SmallVector<arith::DivFOp> quotients;
    if (auto quotient = sum.getDefiningOp<arith::DivFOp>())
      quotients.push_back(quotient);
    for (OpOperand &use : sum.getUses())
      if (auto quotient = dyn_cast<arith::DivFOp>(use.getOwner());
          quotient && use.getOperandNumber() == 1)
        quotients.push_back(quotient);
    for (arith::DivFOp quotient : quotients)
      absorbFactors(rewriter, quotient);
    return success();
  }
};
} // namespace

void mlir::norm::populateExpandOnePlusPatterns(RewritePatternSet &patterns) {
  // Before approximations of the functions alone.
  patterns.add<ExpandOnePlus<math::TanhOp, onePlusTanh>,
               ExpandOnePlus<math::ExpOp, onePlusExp>,
               ExpandOnePlus<math::ErfOp, onePlusErf>>(patterns.getContext(),
                                                       /*benefit=*/2);
}
