//===- ExtentChecks.h - Dynamic extents agree, or the call aborts -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_EXTENTCHECKS_H
#define NORM_RUN_EXTENTCHECKS_H

#include "mlir/IR/Operation.h"

namespace mlir::norm {

/// Puts a cf.assert before each op whose dynamic extents must agree with each
/// other: an op on memory would otherwise read past its end. Every op that has
/// upstream's RuntimeVerifiableOpInterface says what it needs. Ops with static
/// extents alone are the verifier's business.
void insertExtentChecks(Operation *root);

} // namespace mlir::norm

#endif // NORM_RUN_EXTENTCHECKS_H
