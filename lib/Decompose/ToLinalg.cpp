//===- ToLinalg.cpp - norm.generic to linalg.generic ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decomposer.h"
#include "Norm/Decompose/Patterns.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/Passes.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMTOLINALGPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

FailureOr<SmallVector<Value>>
GenericOp::decomposeOperation(OpBuilder &builder) {
  return Decomposer(*this, builder).run();
}

/// Through a norm.generic that lives only as long as this takes.
static FailureOr<SmallVector<Value>> decomposeNamedOp(Operation *op,
                                                      OpBuilder &builder) {
  FailureOr<GenericOp> generic = generalizeNamedOp(builder, op);
  if (failed(generic))
    return failure();
  FailureOr<SmallVector<Value>> values = generic->decomposeOperation(builder);
  generic->erase();
  return values;
}

FailureOr<SmallVector<Value>>
BatchNormOp::decomposeOperation(OpBuilder &builder) {
  return decomposeNamedOp(*this, builder);
}

FailureOr<SmallVector<Value>>
GroupNormOp::decomposeOperation(OpBuilder &builder) {
  OpBuilder::InsertionGuard guard(builder);
  ExpandedGroupNorm expanded = expandGroupNorm(builder, *this);
  builder.setInsertionPoint(expanded.layerNorm);
  FailureOr<SmallVector<Value>> values =
      decomposeNamedOp(expanded.layerNorm, builder);
  if (failed(values))
    return failure();
  expanded.layerNorm->replaceAllUsesWith(*values);
  expanded.layerNorm->erase();
  return expanded.results;
}
FailureOr<SmallVector<Value>>
LayerNormOp::decomposeOperation(OpBuilder &builder) {
  return decomposeNamedOp(*this, builder);
}
FailureOr<SmallVector<Value>>
RmsNormOp::decomposeOperation(OpBuilder &builder) {
  return decomposeNamedOp(*this, builder);
}
FailureOr<SmallVector<Value>> L2NormOp::decomposeOperation(OpBuilder &builder) {
  return decomposeNamedOp(*this, builder);
}

namespace {
struct DecomposeGeneric : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<SmallVector<Value>> values = op.decomposeOperation(rewriter);
    if (failed(values))
      return failure();
    rewriter.replaceOp(op, *values);
    return success();
  }
};

struct NormToLinalgPass : norm::impl::NormToLinalgPassBase<NormToLinalgPass> {
  using Base::Base;
  void runOnOperation() override {
    // One walk each: only norm ops may change, so no folding driver.
    RewritePatternSet generalize(&getContext()), decompose(&getContext());
    populateGeneralizePatterns(generalize);
    populateNormToLinalgPatterns(decompose);
    walkAndApplyPatterns(getOperation(), std::move(generalize));
    walkAndApplyPatterns(getOperation(), std::move(decompose));
  }
};
} // namespace

void mlir::norm::populateNormToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposeGeneric>(patterns.getContext());
}
