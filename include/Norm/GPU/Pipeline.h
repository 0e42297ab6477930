//===- Pipeline.h - From tensors to kernels in a host module -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_GPU_PIPELINE_H
#define NORM_GPU_PIPELINE_H

#include "Norm/GPU/KernelFormat.h"
#include "Norm/GPU/Plan.h"
#include "mlir/Pass/PassOptions.h"

namespace mlir {
class OpPassManager;
namespace norm {

struct GPUPipelineOptions : PassPipelineOptions<GPUPipelineOptions> {
  Option<std::string> chip{*this, "chip", llvm::cl::init("sm_90"),
                           llvm::cl::desc("the chip, as in sm_90")};
  Option<int64_t> splitRowsAbove{*this, "split-rows-above",
                                 llvm::cl::init(longestHeldRow),
                                 llvm::cl::desc("as of norm-to-gpu")};
  Option<KernelFormat> format{
      *this, "format", llvm::cl::init(KernelFormat::ISA),
      llvm::cl::desc("what the host module carries its kernels as"),
      getKernelFormatValues()};
  Option<std::string> toolkit{
      *this, "toolkit",
      llvm::cl::desc("where CUDA is; by default where PATH, CUDA_ROOT, "
                     "CUDA_HOME or CUDA_PATH have ptxas")};
  Option<bool> kernelsOnly{
      *this, "kernels-only", llvm::cl::init(false),
      llvm::cl::desc("leave the host's part as it is: launches on buffers "
                     "among whatever else there is")};
};

/// What --norm-gpu-pipeline runs: norms on tensors or memrefs to a host module
/// in the LLVM dialect with their kernels embedded. It neither raises nor
/// fuses. Elementwise linalg ops are kernels too. Whatever else would work on
/// buffers is refused, unless only the kernels are wanted.
void buildGPUPipeline(OpPassManager &pm, const GPUPipelineOptions &options);

/// From `gpu.module` and launches to the LLVM dialect and objects.
void buildKernelsToObjects(OpPassManager &pm,
                           const GPUPipelineOptions &options);

void registerNormGPUPipeline();

/// --norm-to-ptx of norm-translate: the PTX in the objects of a module.
void registerToPTXTranslation();

} // namespace norm
} // namespace mlir

#endif // NORM_GPU_PIPELINE_H
