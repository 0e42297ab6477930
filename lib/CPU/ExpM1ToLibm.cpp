//===- ExpM1ToLibm.cpp - expm1 and log1p stay what they are -----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Passes.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMEXPM1TOLIBMPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;

namespace {
struct NormExpM1ToLibmPass
    : norm::impl::NormExpM1ToLibmPassBase<NormExpM1ToLibmPass> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMathToLibmConversionPatterns(patterns);
    ConversionTarget target(getContext());
    // There are no calls on tensors, nor on vectors of no known length.
    target.addDynamicallyLegalOp<math::ExpM1Op, math::Log1pOp>(
        [](Operation *op) {
          Type type = op->getResult(0).getType();
          auto vector = dyn_cast<VectorType>(type);
          return vector ? vector.isScalable() : isa<ShapedType>(type);
        });
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
