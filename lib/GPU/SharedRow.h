//===- SharedRow.h - Rows held in shared memory -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_GPU_SHAREDROW_H
#define NORM_LIB_GPU_SHAREDROW_H

#include "Norm/GPU/Plan.h"

namespace mlir::norm {

/// The inputs with a value for each element of each row that the reduces need.
SmallVector<unsigned> getReducedInputs(const RowProgram &program,
                                       ArrayRef<ReduceOp> reduces);

/// Whether a block has what it reduces in shared memory rather than registers:
/// it takes half as much there as in registers, where halves are f32, so that
/// more blocks are at work on a multiprocessor, of which some load while others
/// reduce. What the reduces are of is computed again from that in each pass,
/// and must be cheap.
bool isBestInShared(const GPUPlan &plan, const RowProgram &program);

} // namespace mlir::norm

#endif // NORM_LIB_GPU_SHAREDROW_H
