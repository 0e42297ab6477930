//===- Functions.h - Functions of math, one by one --------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_NUMERICS_FUNCTIONS_H
#define NORM_TEST_NUMERICS_FUNCTIONS_H

#include "RunCase.h"

namespace mlir::norm::numerics {

/// Each function of math that a norm.generic may hold, of every float type, on
/// numbers of every magnitude, infinities and NaN, against libm in long double.
void runFunctions(const Road &road, MLIRContext &context,
                  llvm::function_ref<bool(StringRef)> isWanted,
                  llvm::function_ref<void(const Outcome &)> report);

} // namespace mlir::norm::numerics

#endif // NORM_TEST_NUMERICS_FUNCTIONS_H
