//===- EmulateBF16.cpp - Arithmetic on bf16, step by step -------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMEMULATEBF16PASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;

namespace {
struct NormEmulateBF16Pass
    : norm::impl::NormEmulateBF16PassBase<NormEmulateBF16Pass> {
  using Base::Base;
  void runOnOperation() override {
    OpPassManager pm(getOperation()->getName());
    pm.addPass(arith::createArithEmulateUnsupportedFloats({{"bf16"}, "f32"}));
    if (failed(runPipeline(pm, getOperation())))
      return signalPassFailure();
    SmallVector<Operation *> oddConversions;
    getOperation()->walk([&](Operation *op) {
      if (!isa<arith::ExtFOp, arith::TruncFOp>(op))
        return;
      // Upstream lets the roundings contract, which drops them between steps.
      op->removeAttr("fastmath");
      if (isOfOddVectors(op))
        oddConversions.push_back(op);
    });
    RewritePatternSet patterns(&getContext());
    arith::populateExpandBFloat16Patterns(patterns);
    (void)applyOpPatternsGreedily(
        oddConversions, std::move(patterns),
        GreedyRewriteConfig().setStrictness(
            GreedyRewriteStrictness::ExistingAndNewOps));
  }

private:
  /// LLVM narrows a rounded step to arithmetic on bf16 again, which it cannot
  /// lower for vectors of these lengths: they are converted by integer steps,
  /// which it leaves alone.
  static bool isOfOddVectors(Operation *op) {
    auto type = dyn_cast<VectorType>(op->getResultTypes().front());
    return type && !llvm::isPowerOf2_64(type.getNumElements());
  }
};
} // namespace
