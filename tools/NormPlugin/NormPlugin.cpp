//===- NormPlugin.cpp - norm in someone else's mlir-opt -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/InitAll.h"
#include "Norm/Run/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/ErrorHandling.h"

using namespace mlir;

/// A second copy would collide with the first somewhere deep in MLIR.
static void refuseSecondCopy(bool hasNorm) {
  if (hasNorm)
    llvm::reportFatalUsageError(
        "NormPlugin: this program has norm already; the plugin is for programs "
        "that do not, such as mlir-opt");
}

static void registerDialects(DialectRegistry *registry) {
  refuseSecondCopy(bool(registry->getDialectAllocator("norm")));
  norm::registerNormDialect(*registry);
}

static void registerPasses() {
  refuseSecondCopy(PassInfo::lookup("norm-fuse") != nullptr);
  norm::registerAllNormPasses();
  norm::registerNormRunPasses();
}

extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Norm", LLVM_VERSION_STRING,
          registerDialects};
}

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Norm", LLVM_VERSION_STRING, registerPasses};
}
