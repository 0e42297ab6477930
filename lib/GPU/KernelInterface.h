//===- KernelInterface.h - What host and kernel agree on -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_GPU_KERNELINTERFACE_H
#define NORM_LIB_GPU_KERNELINTERFACE_H

#include "Norm/IR/Norm.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::norm {

/// Where an operand lies, in values of the host.
struct OperandLayout {
  /// Of a buffer: memref<1xT> at its aligned pointer, so that the kernel is
  /// passed a bare pointer. Of a scalar: itself.
  Value base;
  OpFoldResult offset;
  SmallVector<OpFoldResult> strides;
};

/// All that the kernels of one norm.generic read from outside. What is known
/// statically becomes part of their code; the rest are their arguments.
class KernelInterface {
public:
  /// Emits what the host computes before the op.
  KernelInterface(GenericOp op, OpBuilder &builder);

  ArrayRef<OperandLayout> getOperands() const { return operands; }
  ArrayRef<OpFoldResult> getExtents() const { return extents; }
  ArrayRef<Value> getArguments() const { return arguments.getArrayRef(); }
  /// True if nothing that the kernel writes is read through this argument. An
  /// out may be the buffer of an input of the same indexing map.
  bool isReadOnly(Value argument) const { return readOnly.contains(argument); }

private:
  OperandLayout getLayout(Value operand, OpBuilder &builder, Location loc);
  OpFoldResult addArgument(OpFoldResult value);

  SmallVector<OperandLayout> operands;
  SmallVector<OpFoldResult> extents;
  llvm::SetVector<Value> arguments;
  llvm::DenseSet<Value> readOnly;
};

} // namespace mlir::norm

#endif // NORM_LIB_GPU_KERNELINTERFACE_H
