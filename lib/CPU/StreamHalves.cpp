//===- StreamHalves.cpp - Streaming stores of f16 and bf16 ------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMSTREAMHALVESPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;

namespace {
struct NormStreamHalvesPass
    : norm::impl::NormStreamHalvesPassBase<NormStreamHalvesPass> {
  using Base::Base;
  void runOnOperation() override {
    getOperation()->walk([](LLVM::StoreOp store) {
      auto type = dyn_cast<VectorType>(store.getValue().getType());
      if (!type || !store.getNontemporal() || type.getNumElements() % 2 != 0 ||
          !isa<Float16Type, BFloat16Type>(type.getElementType()))
        return;
      OpBuilder builder(store);
      auto pairs =
          VectorType::get({type.getNumElements() / 2}, builder.getF32Type());
      Value value = LLVM::BitcastOp::create(builder, store.getLoc(), pairs,
                                            store.getValue());
      // A store of a cast value alone becomes one of the value again.
      auto fence = LLVM::CallIntrinsicOp::create(
          builder, store.getLoc(), pairs,
          builder.getStringAttr("llvm.arithmetic.fence"), value);
      store.getValueMutable().assign(fence.getResults());
    });
  }
};
} // namespace
