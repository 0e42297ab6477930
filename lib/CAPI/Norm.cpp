//===- Norm.cpp - C API of the dialect and its passes -----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm-c/Norm.h"
#include "Norm/IR/Norm.h"
#include "Norm/InitAll.h"
#include "Norm/Run/Jit.h"
#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Registration.h"
#include "mlir/CAPI/Support.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

MLIR_DEFINE_CAPI_DIALECT_REGISTRATION(Norm, norm, norm::NormDialect)

void mlirNormRegisterEverything(MlirDialectRegistry registry) {
  norm::registerAllForRun(*unwrap(registry));
}

void mlirNormRegisterPasses(void) {
  static const bool registered = [] {
    registerAllPasses();
    norm::registerAllNormPasses();
    return true;
  }();
  (void)registered;
}

MlirLogicalResult mlirNormRunPipeline(MlirModule module,
                                      MlirStringRef pipeline) {
  ModuleOp op = unwrap(module);
  std::string message;
  llvm::raw_string_ostream os(message);
  StringRef text = unwrap(pipeline).trim();
  std::string anchored = text.starts_with("builtin.module(")
                             ? text.str()
                             : ("builtin.module(" + text + ")").str();
  // The overload that takes a pass manager would nest the anchor in it, and
  // run nothing.
  FailureOr<OpPassManager> parsed = parsePassPipeline(anchored, os);
  if (failed(parsed)) {
    op.emitError() << StringRef(message).trim();
    return wrap(failure());
  }
  PassManager pm(op.getContext());
  static_cast<OpPassManager &>(pm) = *parsed;
  return wrap(pm.run(op));
}
