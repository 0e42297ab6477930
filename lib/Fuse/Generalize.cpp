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

static Statistics emitStatistics(LayerNormOp op, ScalarBuilder &b, Value a,
                                 ValueRange) {
  auto moments = ReduceOp::create(b.builder, b.loc, Combiner::moments, a);
  Value mean = moments.getStats()[0], variance = moments.getStats()[1];
  return {mean, b.rsqrt(b.add(variance, b.constant(op.getEps(), a.getType())))};
}

static Value emitSumOfSquares(ScalarBuilder &b, Value a) {
  return ReduceOp::create(b.builder, b.loc, Combiner::add, b.mul(a, a))
      .getStats()[0];
}

static Statistics emitStatistics(RmsNormOp op, ScalarBuilder &b, Value a,
                                 ValueRange) {
  Value n = CountOp::create(b.builder, b.loc, a.getType());
  Value meanSquare = b.div(emitSumOfSquares(b, a), n);
  return {{}, b.rsqrt(b.add(meanSquare, b.constant(op.getEps(), a.getType())))};
}

static Statistics emitStatistics(L2NormOp op, ScalarBuilder &b, Value a,
                                 ValueRange) {
  Value q = emitSumOfSquares(b, a);
  Value eps = b.constant(op.getEps(), a.getType());
  if (op.getEpsMode() == EpsMode::add)
    return {{}, b.rsqrt(b.add(q, eps))};
  Value one = b.constant(1.0, a.getType());
  return {{}, b.div(one, b.max(b.sqrt(q), eps))};
}

/// Those of a batch norm are given.
static Statistics emitStatistics(BatchNormOp op, ScalarBuilder &b, Value a,
                                 ValueRange given) {
  Value mean = b.convert(given[0], a.getType());
  Value variance = b.convert(given[1], a.getType());
  return {mean, b.rsqrt(b.add(variance, b.constant(op.getEps(), a.getType())))};
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
template <typename Op> static FloatType getParameterType(Op op) {
  SmallVector<FloatType> types;
  for (Value value : {Value(op.getX()), op.getScale(), op.getShift()})
    if (value)
      types.push_back(cast<FloatType>(getElementTypeOrSelf(value.getType())));
  return getNarrowestCommonType(types);
}

/// norm.generic has rows. Those of a batch norm are the dims after the channel,
/// so that ρ is one per row; else the channel, so that loads are contiguous.
static SmallVector<utils::IteratorType> getIterators(BatchNormOp op) {
  SmallVector<utils::IteratorType> iterators = op.getRowIteratorTypes();
  size_t first = std::min<size_t>(op.getChannelDim() + 1, iterators.size() - 1);
  std::fill(iterators.begin() + first, iterators.end(),
            utils::IteratorType::reduction);
  return iterators;
}
template <typename Op>
static SmallVector<utils::IteratorType> getIterators(Op op) {
  return op.getRowIteratorTypes();
}

template <typename Op> static GenericOp generalize(Op op, OpBuilder &builder) {
  auto body = [&](OpBuilder &nested, Location loc,
                  ValueRange args) -> SmallVector<Value> {
    ScalarBuilder b{nested, loc};
    FloatType acc = op.getAccType();
    Value a = b.convert(args[0], acc);
    auto take = [&](bool isGiven) {
      Value last = isGiven ? args.back() : Value();
      args = args.drop_back(isGiven);
      return last;
    };
    Value beta = take(bool(op.getShift()));
    Value gamma = take(bool(op.getScale()));
    Statistics stats = emitStatistics(op, b, a, args.drop_front());
    Value h = b.mul(stats.mean ? b.sub(a, stats.mean) : a, stats.rstd);
    if (op.getRounding() == Rounding::before_scale)
      h = emitAffine(op, b, b.convert(h, args[0].getType()), gamma, beta,
                     getParameterType(op));
    else
      h = emitAffine(op, b, h, gamma, beta, acc);

    SmallVector<Value> outs{h};
    if constexpr (!std::is_same_v<Op, BatchNormOp>) {
      if (op.getMeanInit())
        outs.push_back(stats.mean);
      if (op.getRstdInit())
        outs.push_back(stats.rstd);
    }
    for (auto [out, init] : llvm::zip_equal(outs, op.getDpsInits()))
      out = b.convert(out, getElementTypeOrSelf(init.getType()));
    return outs;
  };
  auto generic = GenericOp::create(
      builder, op.getLoc(), op->getResultTypes(), op.getDpsInputs(),
      op.getDpsInits(), op.getIndexingMapsArray(), getIterators(op), body);
  generic->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  return generic;
}

FailureOr<GenericOp> mlir::norm::generalizeNamedOp(OpBuilder &builder,
                                                   Operation *op) {
  return llvm::TypeSwitch<Operation *, FailureOr<GenericOp>>(op)
      .Case<BatchNormOp, LayerNormOp, RmsNormOp, L2NormOp>(
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

/// Through the layer norm of its groups.
struct GeneralizeGroupNorm : OpRewritePattern<GroupNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GroupNormOp op,
                                PatternRewriter &rewriter) const override {
    ExpandedGroupNorm expanded = expandGroupNorm(rewriter, op);
    rewriter.replaceOp(op, expanded.results);
    rewriter.setInsertionPoint(expanded.layerNorm);
    rewriter.replaceOp(expanded.layerNorm,
                       generalize(expanded.layerNorm, rewriter));
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
    if (elementwise)
      populateGeneralizeElementwisePatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace

void mlir::norm::populateGeneralizePatterns(RewritePatternSet &patterns) {
  patterns.add<GeneralizeGroupNorm, GeneralizeNamedOp<BatchNormOp>,
               GeneralizeNamedOp<LayerNormOp>, GeneralizeNamedOp<RmsNormOp>,
               GeneralizeNamedOp<L2NormOp>>(patterns.getContext());
}
