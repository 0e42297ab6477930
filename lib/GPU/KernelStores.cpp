//===- KernelStores.cpp - The outs of a row program -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

void KernelEmitter::emitStores() {
  bool hasElementOuts = false;
  for (unsigned i = 0; i < op.getOutputs().size(); ++i)
    hasElementOuts |= op.isElementwiseOut(i);
  if (hasElementOuts)
    forEachChunk({}, [&](ValueRange) -> SmallVector<Value> {
      // An out may be the buffer of an input: loads that wait for no store go
      // first.
      for (unsigned i = 0; i < op.getInputs().size(); ++i)
        if (op.getInputMap(i).isPermutation() &&
            !op.getBodyBlock()->getArgument(i).use_empty())
          for (unsigned chunk = 0; chunk < values.chunks.size(); ++chunk)
            values.get(op.getBodyBlock()->getArgument(i), chunk);
      for (unsigned chunk = 0; chunk < values.chunks.size(); ++chunk)
        emitElementStores(chunk);
      return {};
    });
  emitRowStores();
}

void KernelEmitter::emitElementStores(unsigned chunk) {
  SmallVector<std::pair<unsigned, Value>> stored;
  for (unsigned i = 0; i < op.getOutputs().size(); ++i)
    if (op.isElementwiseOut(i))
      stored.push_back({i, values.getSpread(op.getYields()[i], chunk)});

  const Chunk &at = values.chunks[chunk];
  Value condition = at.inBounds;
  if (hasRow)
    condition = condition
                    ? arith::AndIOp::create(builder, loc, condition, hasRow)
                    : hasRow;
  OpBuilder::InsertionGuard guard(builder);
  if (condition) {
    auto ifOp = scf::IfOp::create(builder, loc, condition);
    builder.setInsertionPointToStart(ifOp.thenBlock());
  }
  for (auto [i, value] : stored) {
    unsigned operand = op.getInputs().size() + i;
    SmallVector<Value> indices = values.getIndices(operand, at);
    if (isa<VectorType>(value.getType()))
      vector::StoreOp::create(
          builder, loc, value, values.views[operand], indices,
          /*nontemporal=*/false,
          llvm::MaybeAlign(getAccessAlignment(op, operand, plan.vectorWidth)));
    else
      memref::StoreOp::create(builder, loc, value, values.views[operand],
                              indices);
  }
}

/// Until every thread of the row has read what stands before this.
void KernelEmitter::waitForThreads() {
  if (plan.blocksPerRow == 1) {
    gpu::BarrierOp::create(builder, loc);
    return;
  }
  NVVM::ClusterArriveOp::create(builder, loc, builder.getUnitAttr());
  NVVM::ClusterWaitOp::create(builder, loc, builder.getUnitAttr());
}

/// Outs with one value per row: the first thread of a row stores them.
void KernelEmitter::emitRowStores() {
  SmallVector<std::pair<unsigned, Value>> stored;
  for (unsigned i = 0; i < op.getOutputs().size(); ++i)
    if (!op.isElementwiseOut(i))
      stored.push_back({i, values.get(op.getYields()[i], 0)});
  if (stored.empty())
    return;
  if (plan.threadsPerRow > 1 && mayOverwriteRowInput(op))
    waitForThreads();
  Value condition = hasRow;
  auto require = [&](Value value) {
    value = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, value,
                                  index(0));
    condition = condition
                    ? arith::AndIOp::create(builder, loc, condition, value)
                    : value;
  };
  if (plan.threadsPerRow > 1)
    require(member);
  if (plan.isSplit)
    require(partials.getRank());
  OpBuilder::InsertionGuard guard(builder);
  if (condition) {
    auto ifOp = scf::IfOp::create(builder, loc, condition);
    builder.setInsertionPointToStart(ifOp.thenBlock());
  }
  for (auto [i, value] : stored)
    memref::StoreOp::create(builder, loc, value,
                            values.views[op.getInputs().size() + i]);
}
