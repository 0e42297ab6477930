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

/// A plan, and its kernels in the order that they are launched in.
struct PlannedKernels {
  GPUPlan plan;
  SmallVector<gpu::GPUFuncOp, 1> functions;
};

/// Emits the launches of an op's kernels: by the first plan that goes with what
/// it is run on.
class Launcher {
public:
  Launcher(const RowProgram &program, const KernelInterface &interface,
           OpBuilder &builder)
      : program(program), op(program.getOp()), interface(interface),
        builder(builder), loc(op.getLoc()) {}

  void emit(ArrayRef<PlannedKernels> kernels);

private:
  Value index(int64_t value);
  Value getValue(OpFoldResult value);
  Value multiplyExtents(ArrayRef<unsigned> dims);
  Value emitMisalignment(const GPUPlan &plan);
  Value emitCondition(const GPUPlan &plan);
  void emitChoice(ArrayRef<PlannedKernels> kernels, Value rows);
  void emitLaunches(const PlannedKernels &kernels, Value rows);
  void emitSplitLaunches(const PlannedKernels &kernels, Value rows);
  void emitLaunch(gpu::GPUFuncOp kernel, const GPUPlan &plan, Value gridX,
                  Value gridY, ValueRange arguments,
                  std::optional<gpu::KernelDim3> cluster = std::nullopt);

  const RowProgram &program;
  GenericOp op;
  const KernelInterface &interface;
  OpBuilder &builder;
  Location loc;
};

} // namespace mlir::norm

#endif // NORM_LIB_GPU_LAUNCHER_H
