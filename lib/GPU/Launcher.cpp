//===- Launcher.cpp - The launches of an op's kernels -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launcher.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::norm;

Value Launcher::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value Launcher::getValue(OpFoldResult value) {
  return getValueOrCreateConstantIndexOp(builder, loc, value);
}

Value Launcher::multiplyExtents(ArrayRef<unsigned> dims) {
  Value product = index(1);
  for (unsigned dim : dims)
    product = builder.createOrFold<arith::MulIOp>(
        loc, product, getValue(interface.getExtents()[dim]));
  return product;
}

/// Not zero if some vector would be misaligned or not of neighbours.
Value Launcher::emitMisalignment(const GPUPlan &plan) {
  unsigned dim = plan.reductionDims.back();
  Value bits = index(0);
  auto require = [&](Value value, int64_t multiple) {
    Value rest =
        builder.createOrFold<arith::AndIOp>(loc, value, index(multiple - 1));
    bits = builder.createOrFold<arith::OrIOp>(loc, bits, rest);
  };
  require(getValue(interface.getExtents()[dim]), plan.vectorWidth);
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    if (!op.getInputMap(i).isFunctionOfDim(dim))
      continue;
    const OperandLayout &layout = interface.getOperands()[i];
    int64_t bytes =
        cast<MemRefType>(operand.getType()).getElementTypeBitWidth() / 8;
    int64_t alignment = getAccessAlignment(op, i, plan.vectorWidth);
    auto inBytes = [&](OpFoldResult elements) {
      return builder.createOrFold<arith::MulIOp>(loc, getValue(elements),
                                                 index(bytes));
    };
    Value address =
        memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, operand);
    require(builder.createOrFold<arith::AddIOp>(loc, address,
                                                inBytes(layout.offset)),
            alignment);
    for (OpFoldResult stride : ArrayRef(layout.strides).drop_back())
      require(inBytes(stride), alignment);
    Value isOther = builder.createOrFold<arith::XOrIOp>(
        loc, getValue(layout.strides.back()), index(1));
    bits = builder.createOrFold<arith::OrIOp>(loc, bits, isOther);
  }
  return bits;
}

Value Launcher::emitCondition(const GPUPlan &plan) {
  Value condition = arith::ConstantIntOp::create(builder, loc, 1, /*width=*/1);
  if (plan.vectorWidth > 1)
    condition = builder.createOrFold<arith::CmpIOp>(
        loc, arith::CmpIPredicate::eq, emitMisalignment(plan), index(0));
  if (!plan.isHeld)
    return condition;
  Value fits = builder.createOrFold<arith::CmpIOp>(
      loc, arith::CmpIPredicate::ule, multiplyExtents(plan.reductionDims),
      index(plan.getElementsInFlight()));
  return builder.createOrFold<arith::AndIOp>(loc, condition, fits);
}

void Launcher::emitChoice(ArrayRef<GPUPlan> plans,
                          ArrayRef<gpu::GPUFuncOp> kernels, Value rows) {
  const GPUPlan &plan = plans.front();
  OpBuilder::InsertionGuard guard(builder);
  if (plans.size() > 1) {
    auto ifOp = scf::IfOp::create(builder, loc, emitCondition(plan),
                                  /*withElseRegion=*/true);
    builder.setInsertionPointToStart(ifOp.elseBlock());
    emitChoice(plans.drop_front(), kernels.drop_front(), rows);
    builder.setInsertionPointToStart(ifOp.thenBlock());
  }
  Value one = index(1);
  Value blocks = rows;
  if (plan.rowsPerBlock > 1)
    blocks = builder.createOrFold<arith::CeilDivUIOp>(loc, rows,
                                                      index(plan.rowsPerBlock));
  std::optional<gpu::KernelDim3> cluster;
  if (plan.blocksPerRow > 1) {
    Value size = index(plan.blocksPerRow);
    blocks = builder.createOrFold<arith::MulIOp>(loc, rows, size);
    cluster = gpu::KernelDim3{size, one, one};
  }
  gpu::LaunchFuncOp::create(builder, loc, kernels.front(), {blocks, one, one},
                            {index(plan.getThreads()), one, one},
                            /*dynamicSharedMemorySize=*/nullptr,
                            interface.getArguments(), /*asyncTokenType=*/Type(),
                            /*asyncDependencies=*/ValueRange(), cluster);
}

/// A grid of no blocks is an error of the driver: no rows, no launch.
void Launcher::emit(ArrayRef<GPUPlan> plans, ArrayRef<gpu::GPUFuncOp> kernels) {
  OpBuilder::InsertionGuard guard(builder);
  Value rows = multiplyExtents(plans.front().parallelDims);
  std::optional<int64_t> known = getConstantIntValue(rows);
  if (known && *known == 0)
    return;
  if (!known) {
    Value any = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne,
                                      rows, index(0));
    auto ifOp = scf::IfOp::create(builder, loc, any);
    builder.setInsertionPointToStart(ifOp.thenBlock());
  }
  emitChoice(plans, kernels, rows);
}
