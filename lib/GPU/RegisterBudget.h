//===- RegisterBudget.h - Registers of a kernel -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_GPU_REGISTERBUDGET_H
#define NORM_LIB_GPU_REGISTERBUDGET_H

#include "Norm/GPU/Plan.h"

namespace mlir::norm {

/// Elements of a row that a thread holds: enough loads in flight, and few
/// enough registers for several blocks.
constexpr int64_t elementsPerThread = 16;

/// Whether the op takes many steps, with values of their own: any of math but
/// roots.
bool isFunction(Operation *op);

/// Of a multiprocessor.
constexpr int64_t registersOfMultiprocessor = 1 << 16;

/// Registers that each thread of a block may have, if a multiprocessor is to
/// take it at all: each of its four parts has a quarter of them for a quarter
/// of the warps, and gives them out by eight a thread.
int64_t getMostRegisters(int64_t threads);

/// Room for what a thread holds, and no more: left alone, ptxas would spill to
/// have more blocks on a multiprocessor, or load parameters long before use.
int64_t getRegisters(const GPUPlan &plan, const RowProgram &program);

} // namespace mlir::norm

#endif // NORM_LIB_GPU_REGISTERBUDGET_H
