//===- Pipeline.h - From tensors to the LLVM dialect -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_CPU_PIPELINE_H
#define NORM_CPU_PIPELINE_H

#include "mlir/Pass/PassOptions.h"

namespace mlir {
class OpPassManager;
namespace norm {

struct CPUPipelineOptions : PassPipelineOptions<CPUPipelineOptions> {
  Option<std::string> road{*this, "road", llvm::cl::init("linalg"),
                           llvm::cl::desc("linalg or affine")};
};

/// What --norm-cpu-pipeline runs: whatever is there (norm, linalg, scf, … on
/// tensors or memrefs) to the LLVM dialect. It neither raises nor fuses.
void buildCPUPipeline(OpPassManager &pm, const CPUPipelineOptions &options);

/// Registers the pipelines under their command-line names.
void registerNormPipelines();

} // namespace norm
} // namespace mlir

#endif // NORM_CPU_PIPELINE_H
