//===- ManualDeallocations.cpp - Buffers that their function frees -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/ManualDeallocations.h"
#include "Norm/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMMARKMANUALDEALLOCATIONSPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;

/// The buffer that views and casts of it lead back to.
static Value getViewedBuffer(Value buffer) {
  while (Operation *definition = buffer.getDefiningOp()) {
    if (!isa<ViewLikeOpInterface, memref::CastOp>(definition))
      break;
    buffer = definition->getOperand(0);
  }
  return buffer;
}

void mlir::norm::markManualDeallocations(Operation *root) {
  StringRef mark = bufferization::BufferizationDialect::kManualDeallocation;
  auto unit = UnitAttr::get(root->getContext());
  root->walk([&](memref::DeallocOp dealloc) {
    auto allocation =
        getViewedBuffer(dealloc.getMemref()).getDefiningOp<memref::AllocOp>();
    if (!allocation)
      return;
    allocation->setAttr(mark, unit);
    dealloc->setAttr(mark, unit);
  });
}

namespace {
struct NormMarkManualDeallocationsPass
    : norm::impl::NormMarkManualDeallocationsPassBase<
          NormMarkManualDeallocationsPass> {
  using Base::Base;
  void runOnOperation() override {
    norm::markManualDeallocations(getOperation());
  }
};
} // namespace
