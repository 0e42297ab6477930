//===- HasKernel.cpp - Which ops there are kernels for -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HasKernel.h"
#include "Norm/IR/ExpandFunctions.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

using namespace mlir;
using namespace mlir::norm;

static bool isFloat(Type type) {
  return isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type);
}

static bool isTranscendental(Operation *op) {
  return isa<math::Exp2Op>(op) || isExpandedFunction(op);
}

/// Ops on scalars that the GPU has instructions for, or that expand to such.
static bool isKnown(Operation *op) {
  if (isa<ReduceOp, CountOp>(op))
    return true;
  if (isa<arith::ArithDialect>(op->getDialect()))
    return !isa<arith::RemFOp>(op);
  return isTranscendental(op) ||
         isa<math::AbsFOp, math::CeilOp, math::ClampFOp, math::CopySignOp,
             math::FloorOp, math::FmaOp, math::RoundOp, math::RoundEvenOp,
             math::RsqrtOp, math::SqrtOp, math::TruncOp>(op);
}

static bool isF8(Type type) {
  return isa<Float8E4M3FNType, Float8E5M2Type>(type);
}

/// f8 is rounded to, widened, and taken from and for bytes.
static bool isF8Result(Operation *op) {
  auto truncate = dyn_cast<arith::TruncFOp>(op);
  return isF8(op->getResult(0).getType()) &&
         (truncate ? !truncate.getIn().getType().isF64()
                   : isa<arith::BitcastOp>(op));
}
static bool isF8Operand(OpOperand &operand) {
  return isF8(operand.get().getType()) &&
         !isa<arith::BitcastOp, arith::ExtFOp>(operand.getOwner());
}

static LogicalResult verifyBody(GenericOp op, const GPUChip &chip,
                                std::string &reason) {
  llvm::raw_string_ostream os(reason);
  for (Operation &nested : op.getBodyBlock()->without_terminator()) {
    if (!isKnown(&nested)) {
      os << "'" << nested.getName() << "' has no code of its own on the GPU";
      return failure();
    }
    for (OpOperand &operand : nested.getOpOperands())
      if (isF8Operand(operand)) {
        os << "'" << nested.getName() << "' has no code on "
           << operand.get().getType();
        return failure();
      }
    for (Type type : nested.getResultTypes())
      if (!(isFloat(type) && !(isTranscendental(&nested) && type.isF64())) &&
          !type.isIntOrIndex() && !(chip.hasF8 && isF8Result(&nested))) {
        os << "'" << nested.getName() << "' has no code on " << type << " on "
           << chip.name;
        if (isTranscendental(&nested))
          os << ": PTX has none, and a library of CUDA would be needed";
        return failure();
      }
  }
  return success();
}

static LogicalResult verifyOperands(GenericOp op, const GPUChip &chip,
                                    std::string &reason) {
  llvm::raw_string_ostream os(reason);
  for (auto [i, type] : llvm::enumerate(op->getOperandTypes())) {
    bool isOut = i >= op.getInputs().size();
    Type element = getElementTypeOrSelf(type);
    auto memref = dyn_cast<MemRefType>(type);
    bool isBytes =
        element.isInteger() &&
        (element.getIntOrFloatBitWidth() % 8 == 0 || element.isInteger(1));
    if (!isFloat(element) && !isBytes && !(element.isIndex() && !memref) &&
        !(chip.hasF8 && isF8(element))) {
      os << "no kernels on " << type << " as an " << (isOut ? "out" : "input")
         << " on " << chip.name;
      return failure();
    }
    auto space =
        memref
            ? dyn_cast_or_null<gpu::AddressSpaceAttr>(memref.getMemorySpace())
            : gpu::AddressSpaceAttr();
    if (space && space.getValue() != gpu::AddressSpace::Global) {
      os << "what launches a kernel has no memory of " << space;
      return failure();
    }
    if (memref && !memref.isStrided()) {
      os << "no strides for " << type;
      return failure();
    }
  }
  return success();
}

LogicalResult mlir::norm::verifyHasKernel(GenericOp op, const GPUChip &chip,
                                          std::string &reason) {
  if (op->getParentOfType<gpu::GPUModuleOp>()) {
    reason = "is in a kernel already";
    return failure();
  }
  if (!op.hasPureBufferSemantics()) {
    reason = "works on tensors: bufferize first";
    return failure();
  }
  if (failed(verifyOperands(op, chip, reason)))
    return failure();
  return verifyBody(op, chip, reason);
}
