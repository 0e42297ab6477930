//===- InitAll.cpp - Everything at once -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/InitAll.h"
#include "Norm/CPU/Pipeline.h"
#include "Norm/Decompose/TransformOps.h"
#include "Norm/Fuse/TransformOps.h"
#include "Norm/GPU/Pipeline.h"
#include "Norm/Passes.h"

using namespace mlir;

void mlir::norm::registerNormDialect(DialectRegistry &registry) {
  registry.insert<NormDialect>();
  registerTransformDialectExtension(registry);
  registerFuseTransformDialectExtension(registry);
  registerBufferizableOpInterfaceExternalModels(registry);
  registerRuntimeVerifiableOpInterfaceExternalModels(registry);
}

void mlir::norm::registerAllNormPasses() {
  registerNormPasses();
  registerNormPipelines();
  registerNormGPUPipeline();
}

void mlir::norm::registerAllNorm(DialectRegistry &registry) {
  registerNormDialect(registry);
  registerAllNormPasses();
}
