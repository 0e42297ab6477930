//===- VectorRoad.cpp - norm.generic straight to vector loops -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Pipeline.h"
#include "Norm/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::norm;

void mlir::norm::buildVectorRoad(OpPassManager &pm,
                                 const CPUPipelineOptions &options) {
  pm.addPass(createNormBufferizePass());
  if (options.stopAfter == StopAfter::Bufferize)
    return;
  NormToVectorPassOptions vector;
  vector.triple = options.triple;
  vector.cpu = options.cpu;
  vector.features = options.features;
  vector.accuracy = options.accuracy;
  vector.threads = options.threads;
  vector.streamingBytes = options.streamingBytes;
  pm.addPass(createNormToVectorPass(vector));
  // The norms whose layout has no vectors in it.
  pm.addPass(createNormToLinalgPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}
