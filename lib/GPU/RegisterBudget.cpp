//===- RegisterBudget.cpp - Registers of a kernel ---------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RegisterBudget.h"
#include "AccessWidth.h"

using namespace mlir;
using namespace mlir::norm;

bool mlir::norm::isFunction(Operation *op) {
  return isa<math::MathDialect>(op->getDialect()) &&
         !isa<math::RsqrtOp, math::SqrtOp>(op);
}

int64_t mlir::norm::getMostRegisters(int64_t threads) {
  constexpr int64_t parts = 4, step = 8;
  return llvm::alignDown(registersOfMultiprocessor /
                             llvm::alignTo(threads, parts * warpSize),
                         step);
}

int64_t mlir::norm::getRegisters(const GPUPlan &plan,
                                 const RowProgram &program) {
  GenericOp op = program.getOp();
  int64_t inputs = 0, words = 1;
  bool hasFunctions = false;
  for (unsigned i = 0; i < op.getInputs().size(); ++i)
    inputs += op.getInputMap(i).isPermutation();
  op.getBody().walk([&](Operation *nested) {
    hasFunctions |= isFunction(nested);
    for (Type type : nested->getResultTypes())
      if (type.isF64())
        words = 2;
  });
  int64_t elements = plan.vectorsPerThread * plan.vectorWidth;
  int64_t registers = 32 + elements * words * std::clamp<int64_t>(inputs, 1, 2);
  int64_t length = 1;
  bool isDynamic = false;
  for (unsigned dim : plan.reductionDims) {
    int64_t extent = op.getStaticLoopRanges()[dim];
    if (ShapedType::isDynamic(extent))
      isDynamic = true;
    else
      length *= extent;
  }
  // Whether elements are there, and where, is to be held too.
  bool isFull = !isDynamic && length == plan.getElementsInFlight();
  if (elements > elementsPerThread && !(isFull && plan.vectorWidth > 1))
    registers += elements / 2;
  if (isDynamic || !plan.isHeld)
    registers += plan.rowsPerBlock == 1 ? 16 : 32;
  // The vector at hand, and what its functions need.
  if (plan.vectorWidth > 4)
    registers += 8;
  if (hasFunctions)
    registers += 16;
  if (isScattered(plan, op))
    registers += 4 * elements;
  // What is reduced at once has sums of its own.
  size_t reduces = 1;
  for (ArrayRef<ReduceOp> pass : program.getPasses())
    reduces = std::max(reduces, pass.size());
  registers += 16 * (int64_t(reduces) - 1);
  return registers;
}
