//===- ExtentContract.h - What a call's extents must satisfy ----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_EXTENTCONTRACT_H
#define NORM_RUN_EXTENTCONTRACT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::norm {

/// What a function requires of its arguments' extents and says of its results',
/// as a function of its own, so that a caller can ask before the call, where a
/// check within the function could only abort.
struct ExtentContract {
  /// Takes what the function takes and a memref<…xindex>, into which it writes
  /// the number of checks that hold before the first that does not, and then
  /// all extents of the tensor results, one result after the other.
  func::FuncOp function;
  /// What each check says when it does not hold.
  SmallVector<std::string> messages;
};

/// Puts the contract beside the function, as @<name>_extents. Its checks are
/// those of insertExtentChecks() and the function's own cf.assert. Fails, with
/// a diagnostic, where one depends on data, or stands in a region.
FailureOr<ExtentContract> createExtentContract(func::FuncOp function);

} // namespace mlir::norm

#endif // NORM_RUN_EXTENTCONTRACT_H
