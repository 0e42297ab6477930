//===- ToGPU.cpp - norm.generic to kernels and their launches -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/GPU/Patterns.h"
#include "Norm/Passes.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMTOGPUPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

namespace {
/// Emits the launch of one of an op's kernels.
class Launcher {
public:
  Launcher(GenericOp op, const KernelInterface &interface, OpBuilder &builder)
      : op(op), interface(interface), builder(builder), loc(op.getLoc()) {}

  void emit(ArrayRef<GPUPlan> plans, ArrayRef<gpu::GPUFuncOp> kernels);

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value getValue(OpFoldResult value) {
    return getValueOrCreateConstantIndexOp(builder, loc, value);
  }
  Value multiplyExtents(ArrayRef<unsigned> dims);
  Value emitMisalignment(const GPUPlan &plan);
  Value emitCondition(const GPUPlan &plan);
  void emitChoice(ArrayRef<GPUPlan> plans, ArrayRef<gpu::GPUFuncOp> kernels,
                  Value rows);

  GenericOp op;
  const KernelInterface &interface;
  OpBuilder &builder;
  Location loc;
};

struct NormToGPUPass : norm::impl::NormToGPUPassBase<NormToGPUPass> {
  using Base::Base;
  void runOnOperation() override;
};
} // namespace

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

/// The module for the kernels of `host`, with the chip as its target.
static gpu::GPUModuleOp createKernelModule(ModuleOp host, const GPUChip &chip) {
  OpBuilder builder(host.getContext());
  host->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                builder.getUnitAttr());
  Attribute target = NVVM::NVVMTargetAttr::get(
      host.getContext(), /*optLevel=*/3, "nvptx64-nvidia-cuda", chip.name,
      chip.getFeatures());
  auto module = gpu::GPUModuleOp::create(builder, host.getLoc(), "norm_kernels",
                                         ArrayRef<Attribute>(target));
  SymbolTable(host).insert(module);
  return module;
}

static void expandMath(gpu::GPUFuncOp kernel) {
  RewritePatternSet patterns(kernel.getContext());
  populateExpandMathOnGPUPatterns(patterns);
  populateTruncateToF8Patterns(patterns);
  SmallVector<Operation *> ops;
  kernel.walk([&](Operation *op) {
    if (isa<math::MathDialect>(op->getDialect()) ||
        isa<arith::DivFOp, arith::TruncFOp>(op))
      ops.push_back(op);
  });
  GreedyRewriteConfig config;
  config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
  (void)applyOpPatternsGreedily(ops, std::move(patterns), config);
}

void NormToGPUPass::runOnOperation() {
  FailureOr<GPUChip> chip =
      GPUChip::get(chipName, [&] { return getOperation()->emitError(); });
  if (failed(chip))
    return signalPassFailure();
  RewritePatternSet generalize(&getContext());
  populateGeneralizePatterns(generalize);
  walkAndApplyPatterns(getOperation(), std::move(generalize));

  llvm::DenseMap<ModuleOp, gpu::GPUModuleOp> modules;
  SmallVector<GenericOp> ops;
  getOperation()->walk([&](GenericOp op) { ops.push_back(op); });
  for (GenericOp op : ops) {
    RowProgram program(op);
    std::string reason;
    FailureOr<SmallVector<GPUPlan>> plans = getGPUPlans(program, *chip, reason);
    auto remark = remark::RemarkOpts::name("gpu").category("norm-plan");
    if (failed(plans)) {
      remark::missed(op.getLoc(), remark) << reason;
      continue;
    }
    auto host = op->getParentOfType<ModuleOp>();
    gpu::GPUModuleOp &module = modules[host];
    if (!module)
      module = createKernelModule(host, *chip);
    OpBuilder builder(op);
    KernelInterface interface(op, builder);
    auto parent = op->getParentOfType<FunctionOpInterface>();
    SmallVector<gpu::GPUFuncOp> kernels;
    for (const GPUPlan &plan : *plans) {
      remark::passed(op.getLoc(), remark) << plan.str();
      std::string name = llvm::formatv(
          "{0}_{1}x{2}x{3}", parent ? parent.getName() : "norm",
          plan.threadsPerRow, plan.vectorsPerThread, plan.vectorWidth);
      Kernel kernel(program, plan, interface, builder);
      kernels.push_back(kernel.emit(module, name));
      expandMath(kernels.back());
    }
    Launcher(op, interface, builder).emit(*plans, kernels);
    op.erase();
  }
}
