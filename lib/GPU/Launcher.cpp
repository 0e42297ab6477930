//===- Launcher.cpp - The launches of an op's kernels -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launcher.h"
#include "PartialResults.h"
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
  if (plan.maxLength == GPUPlan().maxLength)
    return condition;
  Value fits = builder.createOrFold<arith::CmpIOp>(
      loc, arith::CmpIPredicate::ule, multiplyExtents(plan.reductionDims),
      index(plan.maxLength));
  return builder.createOrFold<arith::AndIOp>(loc, condition, fits);
}

void Launcher::emitLaunch(gpu::GPUFuncOp kernel, const GPUPlan &plan,
                          Value gridX, Value gridY, ValueRange arguments,
                          std::optional<gpu::KernelDim3> cluster) {
  Value one = index(1);
  gpu::LaunchFuncOp::create(builder, loc, kernel, {gridX, gridY, one},
                            {index(plan.getThreads()), one, one},
                            /*dynamicSharedMemorySize=*/nullptr, arguments,
                            /*asyncTokenType=*/Type(),
                            /*asyncDependencies=*/ValueRange(), cluster);
}

void Launcher::emitLaunches(const PlannedKernels &kernels, Value rows) {
  const GPUPlan &plan = kernels.plan;
  if (plan.isSplit)
    return emitSplitLaunches(kernels, rows);
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
  emitLaunch(kernels.functions.front(), plan, blocks, one,
             interface.getArguments(), cluster);
}

/// As many blocks a row as it has of what a block has in flight, up to a limit:
/// again nothing that depends on the number of rows.
void Launcher::emitSplitLaunches(const PlannedKernels &kernels, Value rows) {
  const GPUPlan &plan = kernels.plan;
  Value blocks = builder.createOrFold<arith::CeilDivUIOp>(
      loc, multiplyExtents(plan.reductionDims),
      index(plan.getElementsInFlight()));
  blocks = builder.createOrFold<arith::MinUIOp>(loc, blocks,
                                                index(maxBlocksOfSplitRow));
  blocks = builder.createOrFold<arith::MaxUIOp>(loc, blocks, index(1));
  SmallVector<Value> arguments(interface.getArguments());
  Value partials;
  if (int64_t number = PartialResults::getNumber(program)) {
    Value size = builder.createOrFold<arith::MulIOp>(loc, rows, blocks);
    size = builder.createOrFold<arith::MulIOp>(loc, size, index(number));
    Type type = builder.getF64Type();
    partials = gpu::AllocOp::create(
                   builder, loc, MemRefType::get({ShapedType::kDynamic}, type),
                   /*asyncToken=*/Type(), ValueRange(), size,
                   /*symbolOperands=*/ValueRange())
                   .getMemref();
    OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
    arguments.push_back(memref::ReinterpretCastOp::create(
        builder, loc, MemRefType::get({1}, type), partials, zero,
        ArrayRef<OpFoldResult>(one), ArrayRef<OpFoldResult>(one)));
  }
  for (gpu::GPUFuncOp kernel : kernels.functions)
    emitLaunch(kernel, plan, rows, blocks, arguments);
  if (partials)
    gpu::DeallocOp::create(builder, loc, /*asyncToken=*/Type(), ValueRange(),
                           partials);
}

void Launcher::emitChoice(ArrayRef<PlannedKernels> kernels, Value rows) {
  OpBuilder::InsertionGuard guard(builder);
  if (kernels.size() > 1) {
    auto ifOp =
        scf::IfOp::create(builder, loc, emitCondition(kernels.front().plan),
                          /*withElseRegion=*/true);
    builder.setInsertionPointToStart(ifOp.elseBlock());
    emitChoice(kernels.drop_front(), rows);
    builder.setInsertionPointToStart(ifOp.thenBlock());
  }
  emitLaunches(kernels.front(), rows);
}

/// A grid of no blocks is an error of the driver: no rows, no launch.
void Launcher::emit(ArrayRef<PlannedKernels> kernels) {
  OpBuilder::InsertionGuard guard(builder);
  Value rows = multiplyExtents(kernels.front().plan.parallelDims);
  std::optional<int64_t> known = getConstantIntValue(rows);
  if (known && *known == 0)
    return;
  if (!known) {
    Value any = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne,
                                      rows, index(0));
    auto ifOp = scf::IfOp::create(builder, loc, any);
    builder.setInsertionPointToStart(ifOp.thenBlock());
  }
  emitChoice(kernels, rows);
}
