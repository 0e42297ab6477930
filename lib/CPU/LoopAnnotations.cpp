//===- LoopAnnotations.cpp - Loop annotations survive -----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMKEEPLOOPANNOTATIONSPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;

namespace {
struct NormKeepLoopAnnotationsPass
    : norm::impl::NormKeepLoopAnnotationsPassBase<NormKeepLoopAnnotationsPass> {
  using Base::Base;
  void runOnOperation() override {
    getOperation()->walk([](Operation *op) {
      auto annotation =
          op->getAttrOfType<LLVM::LoopAnnotationAttr>("llvm.loop_annotation");
      if (!annotation)
        return;
      if (auto branch = dyn_cast<LLVM::BrOp>(op))
        branch.setLoopAnnotationAttr(annotation);
      else if (auto conditional = dyn_cast<LLVM::CondBrOp>(op))
        conditional.setLoopAnnotationAttr(annotation);
      else
        return;
      op->removeAttr("llvm.loop_annotation");
    });
  }
};
} // namespace
