//===- SharedRow.cpp - Rows held in shared memory ---------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedRow.h"
#include "RegisterBudget.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::norm;

/// Elements that a multiprocessor is to have at hand, of all of its blocks:
/// 48 KB of halves on their way. Measured on an H100.
static constexpr int64_t fewestElements = 24 << 10;
/// That a kernel has without asking.
static constexpr int64_t mostBytes = 48 << 10;

/// What the reduces are computed from, and they themselves.
static SetVector<Operation *> getReducedSlice(ArrayRef<ReduceOp> reduces) {
  SetVector<Operation *> slice;
  BackwardSliceOptions options;
  options.omitBlockArguments = true;
  options.inclusive = true;
  for (ReduceOp reduce : reduces)
    (void)getBackwardSlice(reduce.getOperation(), &slice, options);
  return slice;
}

SmallVector<unsigned> mlir::norm::getReducedInputs(const RowProgram &program,
                                                   ArrayRef<ReduceOp> reduces) {
  SetVector<Operation *> slice = getReducedSlice(reduces);
  SmallVector<unsigned> inputs;
  for (BlockArgument arg : program.getOp().getBodyBlock()->getArguments())
    if (program.getVariation(arg) == Variation::Element &&
        llvm::any_of(arg.getUsers(),
                     [&](Operation *user) { return slice.contains(user); }))
      inputs.push_back(arg.getArgNumber());
  return inputs;
}

bool mlir::norm::isBestInShared(const GPUPlan &plan,
                                const RowProgram &program) {
  if (!plan.isHeld || plan.getWarpsPerRow() == 1)
    return false;
  int64_t elements = plan.vectorsPerThread * plan.vectorWidth;
  int64_t threads = registersOfMultiprocessor / getRegisters(plan, program);
  if (llvm::alignDown(threads, plan.getThreads()) * elements >= fewestElements)
    return false;
  SmallVector<ReduceOp> reduces;
  for (ArrayRef<ReduceOp> pass : program.getPasses())
    llvm::append_range(reduces, pass);
  bool isCheap = llvm::none_of(getReducedSlice(reduces), [](Operation *op) {
    return isa<arith::DivFOp>(op) || isFunction(op);
  });
  if (!isCheap)
    return false;
  // What warps tell each other: of moments three numbers, of f64 at most.
  int64_t ofWarps = 3 * 8 * plan.getWarpsPerRow() * int64_t(reduces.size());
  int64_t bytes = 0;
  Block *body = program.getOp().getBodyBlock();
  for (unsigned input : getReducedInputs(program, reduces)) {
    unsigned width = body->getArgument(input).getType().getIntOrFloatBitWidth();
    if (width > 16)
      return false;
    bytes += width / 8;
  }
  return bytes > 0 &&
         bytes * plan.getThreads() * elements + ofWarps <= mostBytes;
}
