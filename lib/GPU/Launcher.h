//===- Launcher.h - The launches of an op's kernels -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_GPU_LAUNCHER_H
#define NORM_LIB_GPU_LAUNCHER_H

#include "KernelInterface.h"
#include "Norm/GPU/Plan.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace mlir::norm {

/// Emits the launch of one of an op's kernels.
class Launcher {
public:
  Launcher(GenericOp op, const KernelInterface &interface, OpBuilder &builder)
      : op(op), interface(interface), builder(builder), loc(op.getLoc()) {}

  void emit(ArrayRef<GPUPlan> plans, ArrayRef<gpu::GPUFuncOp> kernels);

private:
  Value index(int64_t value);
  Value getValue(OpFoldResult value);
  Value multiplyExtents(ArrayRef<unsigned> dims);
  Value emitMisalignment(const GPUPlan &plan);
  Value emitCondition(const GPUPlan &plan);
  void emitChoice(ArrayRef<GPUPlan> plans, ArrayRef<gpu::GPUFuncOp> kernels,
                  Value rows);

  GenericOp op;
  const KernelInterface &interface;
  OpBuilder &builder;
  Location loc;
};

} // namespace mlir::norm

#endif // NORM_LIB_GPU_LAUNCHER_H
