//===- HostMachine.h - The machine that code is run on -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_RUN_HOSTMACHINE_H
#define NORM_LIB_RUN_HOSTMACHINE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

namespace mlir::norm {

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createHostMachine(unsigned optLevel);

/// Fails if functions of a module in the LLVM dialect are for a CPU that has
/// what this one has not: their code would end in a signal. Due after
/// createHostMachine().
llvm::Error verifyRunsHere(ModuleOp module);

} // namespace mlir::norm

#endif // NORM_LIB_RUN_HOSTMACHINE_H
