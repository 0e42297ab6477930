//===- AffineRoad.cpp - Norms to loops by affine and its vectorizer -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Pipeline.h"
#include "Norm/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::norm;

void mlir::norm::buildAffineRoad(OpPassManager &pm,
                                 const CPUPipelineOptions &options) {
  pm.addPass(createNormBufferizePass());
  if (options.stopAfter == StopAfter::Bufferize)
    return;
  // Affine loops that were there before are none of the vectorizer's business.
  pm.addPass(createLowerAffinePass());
  pm.addPass(createNormToAffinePass());
  affine::AffineVectorizeOptions vectorize;
  vectorize.vectorSizes = {64};
  vectorize.vectorizeReductions = true;
  pm.addNestedPass<func::FuncOp>(affine::createAffineVectorize(vectorize));
  // The norms that affine cannot express.
  pm.addPass(createNormToLinalgPass());
}
