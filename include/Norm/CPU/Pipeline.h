//===- Pipeline.h - From tensors to the LLVM dialect -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_CPU_PIPELINE_H
#define NORM_CPU_PIPELINE_H

#include "Norm/CPU/VectorPlan.h"
#include "mlir/Pass/PassOptions.h"

namespace mlir {
class OpPassManager;
namespace norm {

/// How norms become loops.
enum class Road { Vector, Linalg, Affine };

/// Where the pipeline ends, for a look at the IR.
enum class StopAfter { Nothing, Fuse, Bufferize, Vector };

struct CPUPipelineOptions : PassPipelineOptions<CPUPipelineOptions> {
  Option<Road> road{
      *this, "road", llvm::cl::desc("how norms become loops"),
      llvm::cl::init(Road::Vector),
      llvm::cl::values(
          clEnumValN(Road::Vector, "vector", "straight to vector loops"),
          clEnumValN(Road::Linalg, "linalg", "linalg and a transform script"),
          clEnumValN(Road::Affine, "affine",
                     "affine.for and the affine vectorizer"))};
  Option<std::string> schedule{
      *this, "schedule",
      llvm::cl::desc("file with a transform script, in place of the linalg "
                     "road's own")};
  Option<std::string> triple{
      *this, "triple",
      llvm::cl::desc("LLVM target triple; the host's by default")};
  Option<std::string> cpu{*this, "cpu", llvm::cl::init("native"),
                          llvm::cl::desc("LLVM CPU name; native is the host")};
  Option<std::string> features{*this, "features",
                               llvm::cl::desc("LLVM target features")};
  Option<int64_t> threads{
      *this, "threads", llvm::cl::init(1),
      llvm::cl::desc("vector road: OpenMP threads; 1: none, 0: as many as its "
                     "runtime decides")};
  Option<Accuracy> accuracy{
      *this, "accuracy", llvm::cl::init(Accuracy::Residual),
      llvm::cl::desc("vector road: how statistics are taken"),
      getAccuracyValues()};
  Option<int64_t> streamingBytes{
      *this, "streaming-bytes", llvm::cl::init(VectorOptions().streamingBytes),
      llvm::cl::desc("vector road: outs from this size on are stored past the "
                     "caches")};
  Option<StopAfter> stopAfter{
      *this, "stop-after", llvm::cl::desc("end early, with readable IR"),
      llvm::cl::init(StopAfter::Nothing),
      llvm::cl::values(
          clEnumValN(StopAfter::Nothing, "nothing", "go on to LLVM"),
          clEnumValN(StopAfter::Fuse, "fuse", "norms as norm.generic"),
          clEnumValN(StopAfter::Bufferize, "bufferize", "no tensors left"),
          clEnumValN(StopAfter::Vector, "vector", "norms as vector loops"))};

  /// An option that does nothing on this road, and whose it is; empty if there
  /// is none.
  std::string findMisplacedOption() const;
};

/// What --norm-cpu-pipeline runs: whatever is there (norm, linalg, scf, … on
/// tensors or memrefs) to the LLVM dialect. It neither raises nor fuses.
void buildCPUPipeline(OpPassManager &pm, const CPUPipelineOptions &options);

/// The roads: from norm.generic and tensors to loops and buffers.
void buildVectorRoad(OpPassManager &pm, const CPUPipelineOptions &options);
void buildLinalgRoad(OpPassManager &pm, const CPUPipelineOptions &options);
void buildAffineRoad(OpPassManager &pm, const CPUPipelineOptions &options);

/// From loops and buffers to the LLVM dialect: what every road ends in.
void buildLoweringToLLVM(OpPassManager &pm);

/// Registers the pipelines under their command-line names.
void registerNormPipelines();

} // namespace norm
} // namespace mlir

#endif // NORM_CPU_PIPELINE_H
