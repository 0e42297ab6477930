//===- Generalize.cpp - Named ops to norm.generic -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/Norm.h"
#include "Norm/IR/ScalarBuilder.h"
#include "Norm/Passes.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMGENERALIZEPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

namespace {
/// The mean (if the op is centred) and ρ of a row.
struct Statistics {
  Value mean, rstd;
};
} // namespace

static Statistics emitStatistics(LayerNormOp op, ScalarBuilder &b, Value a) {
  auto moments = ReduceOp::create(b.builder, b.loc, Combiner::moments, a);
  Value mean = moments.getStats()[0], variance = moments.getStats()[1];
  return {mean, b.rsqrt(b.add(variance, b.constant(op.getEps(), a.getType())))};
}

static Value emitSumOfSquares(ScalarBuilder &b, Value a) {
  return ReduceOp::create(b.builder, b.loc, Combiner::add, b.mul(a, a))
      .getStats()[0];
}

static Statistics emitStatistics(RmsNormOp op, ScalarBuilder &b, Value a) {
  Value n = CountOp::create(b.builder, b.loc, a.getType());
  Value meanSquare = b.div(emitSumOfSquares(b, a), n);
  return {{}, b.rsqrt(b.add(meanSquare, b.constant(op.getEps(), a.getType())))};
}

static Statistics emitStatistics(L2NormOp op, ScalarBuilder &b, Value a) {
  Value q = emitSumOfSquares(b, a);
  Value eps = b.constant(op.getEps(), a.getType());
  if (op.getEpsMode() == EpsMode::add)
    return {{}, b.rsqrt(b.add(q, eps))};
  Value one = b.constant(1.0, a.getType());
  return {{}, b.div(one, b.max(b.sqrt(q), eps))};
}

/// h·(γ + o) + β in `type`.
template <typename Op>
static Value emitAffine(Op op, ScalarBuilder &b, Value h, Value gamma,
                        Value beta, FloatType type) {
  h = b.convert(h, type);
  if (gamma) {
    gamma = b.convert(gamma, type);
    if (!op.getScaleOffset().isZero())
      gamma = b.add(gamma, b.constant(op.getScaleOffset(), type));
    h = b.mul(h, gamma);
  }
  return beta ? b.add(h, b.convert(beta, type)) : h;
}

/// The type of the affine part when it comes after the rounding.
static FloatType getParameterType(ValueRange operands) {
  return getNarrowestCommonType(llvm::map_to_vector(operands, [](Value value) {
    return cast<FloatType>(getElementTypeOrSelf(value.getType()));
  }));
}

template <typename Op> static GenericOp generalize(Op op, OpBuilder &builder) {
  SmallVector<Value> inputs{op.getX()};
  if (op.getScale())
    inputs.push_back(op.getScale());
  if (op.getShift())
    inputs.push_back(op.getShift());

  auto body = [&](OpBuilder &nested, Location loc,
                  ValueRange args) -> SmallVector<Value> {
    ScalarBuilder b{nested, loc};
    FloatType acc = op.getAccType();
    Value a = b.convert(args[0], acc);
    Value gamma = op.getScale() ? args[1] : Value();
    Value beta = op.getShift() ? args.back() : Value();
    Statistics stats = emitStatistics(op, b, a);
    Value h = b.mul(stats.mean ? b.sub(a, stats.mean) : a, stats.rstd);
    if (op.getRounding() == Rounding::before_scale)
      h = emitAffine(op, b, b.convert(h, args[0].getType()), gamma, beta,
                     getParameterType(inputs));
    else
      h = emitAffine(op, b, h, gamma, beta, acc);

    SmallVector<Value> outs{h};
    if (op.getMeanInit())
      outs.push_back(stats.mean);
    if (op.getRstdInit())
      outs.push_back(stats.rstd);
    for (auto [out, init] : llvm::zip_equal(outs, op.getDpsInits()))
      out = b.convert(out, getElementTypeOrSelf(init.getType()));
    return outs;
  };
  auto generic = GenericOp::create(
      builder, op.getLoc(), op->getResultTypes(), inputs, op.getDpsInits(),
      op.getIndexingMapsArray(), op.getRowIteratorTypes(), body);
  generic->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  return generic;
}

FailureOr<GenericOp> mlir::norm::generalizeNamedOp(OpBuilder &builder,
                                                   Operation *op) {
  return llvm::TypeSwitch<Operation *, FailureOr<GenericOp>>(op)
      .Case<LayerNormOp, RmsNormOp, L2NormOp>(
          [&](auto named) -> FailureOr<GenericOp> {
            return generalize(named, builder);
          })
      .Default([](Operation *) { return failure(); });
}

namespace {
template <typename Op> struct GeneralizeNamedOp : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, generalize(op, rewriter));
    return success();
  }
};

struct NormGeneralizePass
    : norm::impl::NormGeneralizePassBase<NormGeneralizePass> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateGeneralizePatterns(patterns);
    populateGeneralizeSoftmaxPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace

void mlir::norm::populateGeneralizePatterns(RewritePatternSet &patterns) {
  patterns.add<GeneralizeNamedOp<LayerNormOp>, GeneralizeNamedOp<RmsNormOp>,
               GeneralizeNamedOp<L2NormOp>>(patterns.getContext());
}
