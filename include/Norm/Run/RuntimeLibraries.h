//===- RuntimeLibraries.h - What compiled code calls ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_RUNTIMELIBRARIES_H
#define NORM_RUN_RUNTIMELIBRARIES_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace mlir {
class ExecutionEngine;
namespace norm {

/// Lets a compiled module, in the LLVM dialect, call the runtime libraries: of
/// MLIR (copies, conversions of f16 and bf16) and, if `parallel`, of OpenMP.
///
/// ExecutionEngine would load them with RTLD_GLOBAL, and with them the libLLVM
/// that they need, into which other packages' LLVMs would then be linked. These
/// are loaded with RTLD_LOCAL, and their symbols are named to the engine.
llvm::Error registerRuntimeLibraries(ExecutionEngine &engine, ModuleOp module,
                                     bool parallel);

} // namespace norm
} // namespace mlir

#endif // NORM_RUN_RUNTIMELIBRARIES_H
