//===- GeneralizeSoftmax.cpp - linalg.softmax to norm.generic -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/Norm.h"
#include "Norm/IR/ScalarBuilder.h"
#include "mlir/Rewrite/FrozenRewritePatternSet.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
struct GeneralizeSoftmax : OpRewritePattern<linalg::SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::SoftmaxOp op,
                                PatternRewriter &rewriter) const override;
};
} // namespace

static SmallVector<Value> emitSoftmax(OpBuilder &builder, Location loc,
                                      ValueRange elements) {
  ScalarBuilder b{builder, loc};
  auto type = cast<FloatType>(elements[0].getType());
  FloatType acc = type.getWidth() < 32 ? builder.getF32Type() : type;
  Value a = b.convert(elements[0], acc);
  Value m = ReduceOp::create(builder, loc, Combiner::max, a).getStats()[0];
  Value e = math::ExpOp::create(builder, loc, b.sub(a, m));
  Value s = ReduceOp::create(builder, loc, Combiner::add, e).getStats()[0];
  return {b.convert(b.div(e, s), type)};
}

LogicalResult
GeneralizeSoftmax::matchAndRewrite(linalg::SoftmaxOp op,
                                   PatternRewriter &rewriter) const {
  Type type = op.getInputOperandType().getElementType();
  if (!isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type))
    return rewriter.notifyMatchFailure(op, "is not of f16, bf16, f32 or f64");
  if (isa<TensorType>(op.getInput().getType()) !=
      isa<TensorType>(op.getOutput().getType()))
    return rewriter.notifyMatchFailure(op, "is on a tensor and a memref");
  int64_t rank = op.getInputOperandRank();
  if (op.getDimension() >= uint64_t(rank))
    return rewriter.notifyMatchFailure(op, "has no such dimension");
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators[op.getDimension()] = utils::IteratorType::reduction;
  SmallVector<AffineMap> maps(2, rewriter.getMultiDimIdentityMap(rank));
  rewriter.replaceOpWithNewOp<GenericOp>(
      op, op->getResultTypes(), ValueRange(op.getInput()),
      ValueRange(op.getOutput()), maps, iterators, emitSoftmax);
  return success();
}

void mlir::norm::populateGeneralizeSoftmaxPatterns(
    RewritePatternSet &patterns) {
  patterns.add<GeneralizeSoftmax>(patterns.getContext());
}

namespace {
struct SoftmaxListener : RewriterBase::Listener {
  explicit SoftmaxListener(SoftmaxPrograms &programs) : programs(programs) {}
  using Listener::notifyOperationReplaced;
  void notifyOperationReplaced(Operation *op, ValueRange results) override {
    programs[results.front().getDefiningOp()] = op->getAttrDictionary();
  }
  SoftmaxPrograms &programs;
};
} // namespace

SoftmaxPrograms mlir::norm::generalizeSoftmaxes(Operation *root) {
  SmallVector<Operation *> ops;
  root->walk([&](linalg::SoftmaxOp op) {
    if (isa<RankedTensorType>(op.getInput().getType()))
      ops.push_back(op);
  });
  RewritePatternSet patterns(root->getContext());
  populateGeneralizeSoftmaxPatterns(patterns);
  SoftmaxPrograms programs;
  SoftmaxListener listener(programs);
  (void)applyOpPatternsGreedily(
      ops, std::move(patterns),
      GreedyRewriteConfig()
          .setStrictness(GreedyRewriteStrictness::ExistingOps)
          .setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled)
          .enableFolding(false)
          .enableConstantCSE(false)
          .setListener(&listener));
  return programs;
}

void mlir::norm::restoreSoftmaxes(RewriterBase &rewriter,
                                  const SoftmaxPrograms &programs) {
  for (auto [op, attributes] : programs) {
    rewriter.setInsertionPoint(op);
    OperationState state(op->getLoc(), linalg::SoftmaxOp::getOperationName(),
                         op->getOperands(), op->getResultTypes(),
                         attributes.getValue());
    rewriter.replaceOp(op, rewriter.create(state));
  }
}
