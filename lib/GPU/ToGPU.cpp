//===- ToGPU.cpp - norm.generic to kernels and their launches -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "Launcher.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/GPU/Patterns.h"
#include "Norm/IR/ExpandFunctions.h"
#include "Norm/Passes.h"
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
struct NormToGPUPass : norm::impl::NormToGPUPassBase<NormToGPUPass> {
  using Base::Base;
  void runOnOperation() override;
};
} // namespace

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
  populateExtendF8Patterns(patterns);
  populateTruncateToF8Patterns(patterns);
  SmallVector<Operation *> ops;
  kernel.walk([&](Operation *op) {
    if (isa<math::MathDialect>(op->getDialect()) ||
        isa<arith::DivFOp, arith::ExtFOp, arith::TruncFOp>(op))
      ops.push_back(op);
  });
  GreedyRewriteConfig config;
  config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
  (void)applyOpPatternsGreedily(ops, std::move(patterns), config);
}

void NormToGPUPass::runOnOperation() {
  // Of the options, and not of what the module has, which is not shown.
  auto error = [&] { return emitError(getOperation().getLoc()); };
  FailureOr<GPUChip> chip = GPUChip::get(chipName, error);
  if (failed(chip))
    return signalPassFailure();
  if (splitRowsAbove < 0) {
    error() << "norm-to-gpu: split-rows-above is " << int64_t(splitRowsAbove)
            << ", but must be at least 0";
    return signalPassFailure();
  }
  RewritePatternSet generalize(&getContext());
  populateGeneralizePatterns(generalize);
  walkAndApplyPatterns(getOperation(), std::move(generalize));

  llvm::DenseMap<ModuleOp, gpu::GPUModuleOp> modules;
  SmallVector<GenericOp> ops;
  getOperation()->walk([&](GenericOp op) { ops.push_back(op); });
  for (GenericOp op : ops) {
    if (all && op->getParentOfType<ModuleOp>() != getOperation()) {
      op.emitOpError("is in a module of its own within the module, where no "
                     "kernels are made");
      return signalPassFailure();
    }
    expandPowers(op);
    RowProgram program(op);
    std::string reason;
    FailureOr<SmallVector<GPUPlan>> plans =
        getGPUPlans(program, *chip, splitRowsAbove, reason);
    auto remark = remark::RemarkOpts::name("gpu").category("norm-plan");
    if (failed(plans) && all) {
      op.emitOpError("has no kernel: ") << reason;
      return signalPassFailure();
    }
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
    SmallVector<PlannedKernels> kernels;
    for (const GPUPlan &plan : *plans) {
      remark::passed(op.getLoc(), remark) << plan.str();
      std::string name = llvm::formatv(
          "{0}_{1}x{2}x{3}", parent ? parent.getName() : "norm",
          plan.threadsPerRow, plan.vectorsPerThread, plan.vectorWidth);
      kernels.push_back({plan, {}});
      unsigned launches = plan.isSplit ? program.getPasses().size() + 1 : 1;
      for (unsigned i = 0; i < launches; ++i) {
        KernelEmitter kernel(program, plan, interface, builder, i);
        kernels.back().functions.push_back(kernel.emit(
            module,
            plan.isSplit ? name + "_launch" + std::to_string(i) : name));
        expandMath(kernels.back().functions.back());
      }
    }
    Launcher(program, interface, builder).emit(kernels);
    op.erase();
  }
}
