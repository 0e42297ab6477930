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

std::string CPUPipelineOptions::findMisplacedOption() const {
  if (road != Road::Linalg && !schedule.empty())
    return "schedule is of road=linalg";
  if (road == Road::Vector)
    return "";
  const std::pair<StringRef, bool> ofVectorRoad[] = {
      {"threads", threads.hasValue()},
      {"accuracy", accuracy.hasValue()},
      {"streaming-bytes", streamingBytes.hasValue()}};
  for (auto [name, isGiven] : ofVectorRoad)
    if (isGiven)
      return (name + " is of road=vector").str();
  return "";
}

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
  registerPassPipeline(
      "norm-cpu-pipeline", "Norm, linalg, scf … on tensors to the LLVM dialect",
      [](OpPassManager &pm, StringRef text,
         function_ref<LogicalResult(const Twine &)> emitError) {
        CPUPipelineOptions options;
        if (failed(options.parseFromString(text)))
          return failure();
        std::string misplaced = options.findMisplacedOption();
        if (!misplaced.empty())
          return emitError("norm-cpu-pipeline: " + misplaced);
        buildCPUPipeline(pm, options);
        return success();
      },
      [](function_ref<void(const mlir::detail::PassOptions &)> visit) {
        visit(CPUPipelineOptions());
      });
}
