//===- FarRows.h - Rows more than 2^31 elements apart -----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_NUMERICS_FARROWS_H
#define NORM_TEST_NUMERICS_FARROWS_H

#include "RunCase.h"

namespace mlir::norm::numerics {

/// A layer norm of three rows, in and out of address space that is reserved and
/// hardly touched: offsets within it exceed 2³¹ elements. Says nothing where
/// the machine does not reserve so much.
void runFarRows(const Road &road, MLIRContext &context,
                llvm::function_ref<bool(StringRef)> isWanted,
                llvm::function_ref<void(const Outcome &)> report);

} // namespace mlir::norm::numerics

#endif // NORM_TEST_NUMERICS_FARROWS_H
