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

/// How norms become loops.
enum class Road { Linalg, Affine };

/// Where the pipeline ends, for a look at the IR.
enum class StopAfter { Nothing, Fuse, Bufferize, Vector };

struct CPUPipelineOptions : PassPipelineOptions<CPUPipelineOptions> {
  Option<Road> road{
      *this, "road", llvm::cl::desc("how norms become loops"),
      llvm::cl::init(Road::Linalg),
      llvm::cl::values(
          clEnumValN(Road::Linalg, "linalg", "linalg and a transform script"),
          clEnumValN(Road::Affine, "affine",
                     "affine.for and the affine vectorizer"))};
  Option<std::string> schedule{
      *this, "schedule",
      llvm::cl::desc("file with a transform script, in place of the linalg "
                     "road's own")};
  Option<StopAfter> stopAfter{
      *this, "stop-after", llvm::cl::desc("end early, with readable IR"),
      llvm::cl::init(StopAfter::Nothing),
      llvm::cl::values(
          clEnumValN(StopAfter::Nothing, "nothing", "go on to LLVM"),
          clEnumValN(StopAfter::Fuse, "fuse", "norms as norm.generic"),
          clEnumValN(StopAfter::Bufferize, "bufferize", "no tensors left"),
          clEnumValN(StopAfter::Vector, "vector", "norms as vector loops"))};
};

/// What --norm-cpu-pipeline runs: whatever is there (norm, linalg, scf, … on
/// tensors or memrefs) to the LLVM dialect. It neither raises nor fuses.
void buildCPUPipeline(OpPassManager &pm, const CPUPipelineOptions &options);

/// The roads: from norm.generic and tensors to loops and buffers.
void buildLinalgRoad(OpPassManager &pm, const CPUPipelineOptions &options);
void buildAffineRoad(OpPassManager &pm, const CPUPipelineOptions &options);

/// From loops and buffers to the LLVM dialect: what every road ends in.
void buildLoweringToLLVM(OpPassManager &pm);

/// Registers the pipelines under their command-line names.
void registerNormPipelines();

} // namespace norm
} // namespace mlir

#endif // NORM_CPU_PIPELINE_H
