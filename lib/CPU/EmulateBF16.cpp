//===- EmulateBF16.cpp - Arithmetic on bf16, step by step -------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
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
    pm.addPass(math::createMathExtendToSupportedTypes({{"f16"}, "f32"}));
    pm.addPass(arith::createArithEmulateUnsupportedFloats({{"bf16"}, "f32"}));
    if (failed(runPipeline(pm, getOperation())))
      return signalPassFailure();
    SmallVector<Operation *> oddConversions;
    getOperation()->walk([&](Operation *op) {
      if (auto select = dyn_cast<arith::SelectOp>(op))
        return selectBits(select);
      if (!isa<arith::ExtFOp, arith::TruncFOp>(op))
        return;
      // Upstream lets the roundings contract, which drops them between steps.
      op->removeAttr("fastmath");
      if (isOddVector(op->getResult(0).getType()))
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
  static bool isOddVector(Type type) {
    auto vector = dyn_cast<VectorType>(type);
    return vector && !llvm::isPowerOf2_64(vector.getNumElements());
  }
  /// Nor can it choose between such vectors of bf16.
  static void selectBits(arith::SelectOp select) {
    Type type = select.getType();
    if (!isOddVector(type) || !getElementTypeOrSelf(type).isBF16())
      return;
    ImplicitLocOpBuilder builder(select.getLoc(), select);
    Type bits = cast<VectorType>(type).clone(builder.getI16Type());
    Value then = arith::BitcastOp::create(builder, bits, select.getTrueValue());
    Value otherwise =
        arith::BitcastOp::create(builder, bits, select.getFalseValue());
    Value chosen = arith::SelectOp::create(builder, select.getCondition(), then,
                                           otherwise);
    select.replaceAllUsesWith(
        arith::BitcastOp::create(builder, type, chosen).getResult());
    select.erase();
  }
};
} // namespace
