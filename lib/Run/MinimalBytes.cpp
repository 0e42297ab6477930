//===- MinimalBytes.cpp - What a call must at least move --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/Norm.h"
#include "Norm/Run/Benchmark.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
struct Access {
  bool reads = false, writes = false;
};
} // namespace

/// Ops whose results are the operand in another shape.
static bool isView(Operation *op) {
  return isa<ViewLikeOpInterface, memref::CastOp, tensor::CastOp,
             tensor::ExpandShapeOp, tensor::CollapseShapeOp,
             tensor::ExtractSliceOp>(op);
}

static void addAccess(OpOperand &use, Access &access) {
  Operation *op = use.getOwner();
  bool isMemRef = isa<MemRefType>(use.get().getType());
  if (isa<tensor::DimOp, memref::DimOp>(op))
    return;
  if (isView(op)) {
    for (Value result : op->getResults())
      for (OpOperand &next : result.getUses())
        addAccess(next, access);
    return;
  }
  if (auto materialize =
          dyn_cast<bufferization::MaterializeInDestinationOp>(op);
      materialize && use.get() == materialize.getDest()) {
    access.writes = true;
    return;
  }
  if (auto dps = dyn_cast<DestinationStyleOpInterface>(op);
      dps && dps.isDpsInit(&use)) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    access.reads |= !isa<RowOpInterface>(op) &&
                    !(linalgOp && !linalgOp.payloadUsesValueFromOperand(&use));
    access.writes |= isMemRef;
    return;
  }
  auto effects = dyn_cast<MemoryEffectOpInterface>(op);
  if (!isMemRef || !effects) {
    access.reads = true;
    access.writes |= isMemRef;
    return;
  }
  SmallVector<MemoryEffects::EffectInstance> instances;
  effects.getEffectsOnValue(use.get(), instances);
  for (const MemoryEffects::EffectInstance &effect : instances) {
    access.reads |= isa<MemoryEffects::Read>(effect.getEffect());
    access.writes |= isa<MemoryEffects::Write>(effect.getEffect());
  }
}

int64_t mlir::norm::getMinimalBytes(func::FuncOp entry,
                                    ArrayRef<HostTensor> arguments,
                                    ArrayRef<HostTensor> results) {
  int64_t bytes = 0;
  for (auto [argument, tensor] : llvm::zip(entry.getArguments(), arguments)) {
    Access access;
    for (OpOperand &use : argument.getUses())
      addAccess(use, access);
    bytes += (access.reads + access.writes) * tensor.getNumBytes();
  }
  for (const HostTensor &result : results)
    bytes += result.getNumBytes();
  return bytes;
}
