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

void mlir::norm::registerAllNorm(DialectRegistry &registry) {
  registry.insert<NormDialect>();
  registerTransformDialectExtension(registry);
  registerFuseTransformDialectExtension(registry);
  registerBufferizableOpInterfaceExternalModels(registry);
  registerRuntimeVerifiableOpInterfaceExternalModels(registry);
  registerNormPasses();
  registerNormPipelines();
  registerNormGPUPipeline();
}
