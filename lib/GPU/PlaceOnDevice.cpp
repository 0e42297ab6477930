//===- PlaceOnDevice.cpp - Buffers on the device -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/MemorySpaces.h"
#include "Norm/IR/Norm.h"
#include "Norm/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMPLACEONDEVICEPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;

namespace {
struct NormPlaceOnDevicePass
    : norm::impl::NormPlaceOnDevicePassBase<NormPlaceOnDevicePass> {
  using Base::Base;
  void runOnOperation() override;
};
} // namespace

static bool isOfIndices(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  return memref && memref.getElementType().isIndex();
}

/// Masks, too, are of i1: what deallocation keeps account in is read and
/// written here, or passed on beside indices.
static bool isOnlyAccountedIn(Value bits) {
  return llvm::all_of(bits.getUsers(), [](Operation *user) {
    if (isa<ViewLikeOpInterface>(user))
      return isOnlyAccountedIn(user->getResult(0));
    return isa<memref::LoadOp, memref::StoreOp, memref::DeallocOp>(user) ||
           (isa<CallOpInterface>(user) &&
            llvm::any_of(user->getOperandTypes(), isOfIndices));
  });
}

/// What deallocation keeps account in is no operand of a kernel, and stays on
/// the host; but not what a caller gave.
static bool isOfHost(Value buffer) {
  while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>())
    buffer = view.getViewSource();
  if (!isOfIndices(buffer.getType()) &&
      !(cast<MemRefType>(buffer.getType()).getElementType().isInteger(1) &&
        isOnlyAccountedIn(buffer)))
    return false;
  auto function =
      dyn_cast<FunctionOpInterface>(buffer.getParentBlock()->getParentOp());
  return !isa<BlockArgument>(buffer) || (function && !function.isPublic());
}

/// True if the op reads or writes what is in a buffer of the device.
static bool accessesBuffers(Operation *op) {
  auto interface = dyn_cast<MemoryEffectOpInterface>(op);
  if (!interface)
    return false;
  SmallVector<MemoryEffects::EffectInstance> effects;
  interface.getEffects(effects);
  return llvm::any_of(effects, [](const MemoryEffects::EffectInstance &effect) {
    return isa<MemoryEffects::Read, MemoryEffects::Write>(effect.getEffect()) &&
           effect.getValue() && isa<MemRefType>(effect.getValue().getType()) &&
           !isOfHost(effect.getValue());
  });
}

/// The op on the host as one of the device, if there is such a one.
static LogicalResult placeOnDevice(Operation *op) {
  if (isa<memref::AllocOp, memref::AllocaOp, memref::GetGlobalOp>(op) &&
      isOfHost(op->getResult(0)))
    return success();
  if (isa<memref::DeallocOp>(op) && isOfHost(op->getOperand(0)))
    return success();
  OpBuilder builder(op);
  Location loc = op->getLoc();
  auto allocate = [&](MemRefType type, ValueRange sizes) -> Value {
    return gpu::AllocOp::create(builder, loc, type, /*asyncToken=*/Type(),
                                /*asyncDependencies=*/ValueRange(), sizes,
                                /*symbolOperands=*/ValueRange())
        .getMemref();
  };
  auto deallocateAtEnd = [&](Value buffer) {
    builder.setInsertionPoint(op->getBlock()->getTerminator());
    gpu::DeallocOp::create(builder, loc, /*asyncToken=*/Type(), ValueRange(),
                           buffer);
  };
  if (auto global = dyn_cast<memref::GetGlobalOp>(op)) {
    // Constants are in the memory of the host.
    builder.setInsertionPointAfter(op);
    Value buffer = allocate(global.getType(), ValueRange());
    global.getResult().replaceAllUsesWith(buffer);
    gpu::MemcpyOp::create(builder, loc, /*asyncToken=*/Type(), ValueRange(),
                          buffer, global.getResult());
    deallocateAtEnd(buffer);
    return success();
  }
  if (auto alloc = dyn_cast<memref::AllocOp>(op)) {
    alloc.replaceAllUsesWith(
        allocate(alloc.getType(), alloc.getDynamicSizes()));
  } else if (auto alloca = dyn_cast<memref::AllocaOp>(op)) {
    Value buffer = allocate(alloca.getType(), alloca.getDynamicSizes());
    alloca.replaceAllUsesWith(buffer);
    deallocateAtEnd(buffer);
  } else if (auto dealloc = dyn_cast<memref::DeallocOp>(op)) {
    gpu::DeallocOp::create(builder, loc, /*asyncToken=*/Type(), ValueRange(),
                           dealloc.getMemref());
  } else if (auto named = dyn_cast<memref::MemorySpaceCastOp>(op);
             named && named.getSource().getType() == named.getType()) {
    named.replaceAllUsesWith(named.getSource());
  } else if (auto copy = dyn_cast<memref::CopyOp>(op)) {
    for (Value operand : copy->getOperands())
      if (!cast<MemRefType>(operand.getType()).getLayout().isIdentity())
        return op->emitOpError("copies a buffer on the device that is not "
                               "contiguous");
    gpu::MemcpyOp::create(builder, loc, /*asyncToken=*/Type(), ValueRange(),
                          copy.getTarget(), copy.getSource());
  } else if (isa<norm::RowOpInterface>(op)) {
    return op->emitOpError(
        "has no kernel; a remark of category norm-plan says why");
  } else if (!isa<gpu::GPUDialect>(op->getDialect()) && accessesBuffers(op)) {
    return op->emitOpError("would read or write on the host what is on the "
                           "device; with kernels-only, it is left to others");
  } else {
    return success();
  }
  op->erase();
  return success();
}

static bool isGlobalMemory(Attribute space) {
  if (auto named = dyn_cast_or_null<gpu::AddressSpaceAttr>(space))
    return named.getValue() == gpu::AddressSpace::Global;
  // As LLVM numbers it.
  auto number = dyn_cast_or_null<IntegerAttr>(space);
  return number && number.getInt() == 1;
}

void NormPlaceOnDevicePass::runOnOperation() {
  // Where all buffers of the host's functions are, whether they say so or not:
  // what is passed is a plain pointer.
  norm::dropMemorySpaces(getOperation(), isGlobalMemory);
  SmallVector<Operation *> ops;
  getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<gpu::GPUModuleOp>(op))
      return WalkResult::skip();
    ops.push_back(op);
    return WalkResult::advance();
  });
  for (Operation *op : ops)
    if (failed(placeOnDevice(op)))
      return signalPassFailure();
}
