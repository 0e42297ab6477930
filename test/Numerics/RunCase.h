//===- RunCase.h - Compile a case, run it, and compare -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_NUMERICS_RUNCASE_H
#define NORM_TEST_NUMERICS_RUNCASE_H

#include "Formula.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlir {
class MLIRContext;
namespace norm::numerics {

/// One shape and one input of a kernel.
struct Outcome {
  std::string name;
  /// Empty if right.
  std::string complaint;
};

/// Compiles once, and runs every shape and input whose name `isWanted`.
void runCase(const KernelCase &kernel, MLIRContext &context, Mistake mistake,
             llvm::function_ref<bool(StringRef)> isWanted,
             llvm::function_ref<void(const Outcome &)> report);

} // namespace norm::numerics
} // namespace mlir

#endif // NORM_TEST_NUMERICS_RUNCASE_H
