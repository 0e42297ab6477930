//===- ResultsToArguments.h - Where results go is the caller's choice -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_RESULTSTOARGUMENTS_H
#define NORM_RUN_RESULTSTOARGUMENTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::norm {

/// Turns each tensor result of a function into a trailing memref argument that
/// it materializes in. Does nothing to a function that calls itself.
void passResultsAsArguments(func::FuncOp function);

} // namespace mlir::norm

#endif // NORM_RUN_RESULTSTOARGUMENTS_H
