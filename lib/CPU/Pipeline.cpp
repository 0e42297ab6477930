//===- Pipeline.cpp - From tensors to the LLVM dialect -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Pipeline.h"
#include "Norm/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace mlir::norm;

void mlir::norm::buildCPUPipeline(OpPassManager &pm,
                                  const CPUPipelineOptions &options) {
  pm.addPass(createNormEmptyDestinationsPass());
  pm.addPass(createNormGeneralizePass());
  pm.addPass(createNormCollapseDimsPass());
  if (options.stopAfter == StopAfter::Fuse)
    return;
  // arith and math on tensors, which have no buffer form.
  pm.addPass(createConvertElementwiseToLinalgPass());
  switch (options.road) {
  case Road::Vector:
    buildVectorRoad(pm, options);
    break;
  case Road::Linalg:
    buildLinalgRoad(pm, options);
    break;
  case Road::Affine:
    buildAffineRoad(pm, options);
    break;
  }
  if (options.stopAfter != StopAfter::Nothing)
    return;
  buildLoweringToLLVM(pm);
  pm.addPass(createNormTargetFunctionsPass(
      {options.triple, options.cpu, options.features}));
}

void mlir::norm::registerNormPipelines() {
  PassPipelineRegistration<CPUPipelineOptions>(
      "norm-cpu-pipeline", "Norm, linalg, scf … on tensors to the LLVM dialect",
      buildCPUPipeline);
}
