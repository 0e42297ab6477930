//===- TargetFunctions.cpp - Functions say which CPU they are for -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMTARGETFUNCTIONSPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

namespace {
struct NormTargetFunctionsPass
    : norm::impl::NormTargetFunctionsPassBase<NormTargetFunctionsPass> {
  using Base::Base;
  void runOnOperation() override {
    FailureOr<CPUTarget> target =
        CPUTarget::get(getOperation(), {triple, cpu, features});
    if (failed(target) ||
        failed(target->verify([&] { return getOperation()->emitError(); })))
      return signalPassFailure();
    if (target->isHost())
      return;
    Builder builder(&getContext());
    if (!target->triple.empty())
      getOperation()->setAttr(LLVM::LLVMDialect::getTargetTripleAttrName(),
                              builder.getStringAttr(target->triple));
    getOperation()->walk([&](LLVM::LLVMFuncOp function) {
      if (function.isExternal())
        return;
      if (target->cpu != "native")
        function.setTargetCpu(target->cpu);
      if (!target->features.empty())
        function.setTargetFeaturesAttr(
            LLVM::TargetFeaturesAttr::get(&getContext(), target->features));
    });
  }
};
} // namespace
