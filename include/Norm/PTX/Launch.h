//===- Launch.h - Running a kernel ------------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PTX_LAUNCH_H
#define NORM_PTX_LAUNCH_H

#include "Norm/PTX/DeviceMemory.h"
#include "Norm/PTX/Module.h"

namespace mlir::norm::ptx {

struct LaunchShape {
  Dim3 grid, block;
  /// Without one, blocks are alone.
  std::optional<Dim3> cluster;
  unsigned dynamicSharedBytes = 0;
};

/// What was executed, of one launch or of several.
struct Statistics {
  uint64_t launches = 0, blocks = 0, warps = 0;
  uint64_t threadInstructions = 0, warpInstructions = 0;
  /// Executed by a warp.
  uint64_t barriers = 0, clusterBarriers = 0, shuffles = 0;
  /// Accesses of a warp to global memory, by the bytes of a thread: 1, 2, 4, 8,
  /// 16, 32.
  uint64_t loads[6] = {}, stores[6] = {};
  uint64_t sharedLoads = 0, sharedStores = 0;
  /// Of all threads, in global memory.
  uint64_t bytesLoaded = 0, bytesStored = 0;

  void print(llvm::raw_ostream &os) const;
};

struct Program;

/// A kernel ready to be run. The module must outlive it.
class Executable {
public:
  /// Unknown instructions, registers of the wrong width and the like are
  /// errors, with their line.
  static llvm::Expected<Executable> create(const Module &module,
                                           const Kernel &kernel);
  Executable(Executable &&);
  ~Executable();

  const Kernel &getKernel() const;

  /// Runs all blocks, one cluster after the other. `parameters` points to each
  /// parameter's value. The first thing that goes wrong is the error: races,
  /// bounds, alignment, reads of what nothing was written to, threads that do
  /// not come to a barrier or shuffle. It names the kernel, the line, the
  /// instruction, the block and the thread.
  ///
  /// Approximate instructions (rsqrt.approx and its like) give the correctly
  /// rounded result; what the PTX ISA allows beyond it is not modelled.
  llvm::Error launch(const LaunchShape &shape,
                     llvm::ArrayRef<const void *> parameters,
                     DeviceMemory &memory, Statistics &statistics) const;

private:
  explicit Executable(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program;
};

} // namespace mlir::norm::ptx

#endif // NORM_PTX_LAUNCH_H
