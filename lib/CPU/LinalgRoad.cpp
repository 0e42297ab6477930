//===- LinalgRoad.cpp - Norms to loops by linalg and a schedule -*- C++ -*-===//
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

void mlir::norm::buildLinalgRoad(OpPassManager &pm,
                                 const CPUPipelineOptions &options) {
  pm.addPass(createNormApplySchedulePass({options.schedule}));
  if (options.stopAfter == StopAfter::Vector)
    return;
  pm.addPass(createNormBufferizePass());
  // The norms that the schedule did not take. On buffers, where the temporaries
  // are allocated and freed in plain sight.
  pm.addPass(createNormToLinalgPass());
}
