//===- Bufferize.cpp - Tensors to buffers, and free what that allocates -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DynamicGroups.h"
#include "Norm/CPU/ManualDeallocations.h"
#include "Norm/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMBUFFERIZEPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;

static bool hasTensors(func::FuncOp function) {
  auto isTensor = [](Type type) { return isa<TensorType>(type); };
  return function
      .walk([&](Operation *op) {
        bool found = llvm::any_of(op->getResultTypes(), isTensor) ||
                     llvm::any_of(op->getOperandTypes(), isTensor);
        for (Region &region : op->getRegions())
          for (Block &block : region)
            found |= llvm::any_of(block.getArgumentTypes(), isTensor);
        return found ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Few bytes, and in a block that runs once: in a loop the stack would grow.
static bool fitsOnStack(Value buffer) {
  constexpr int64_t maxBytes = 1024;
  auto type = dyn_cast<MemRefType>(buffer.getType());
  return type && type.hasStaticShape() &&
         type.getElementType().isIntOrIndexOrFloat() &&
         isa<func::FuncOp>(buffer.getParentBlock()->getParentOp()) &&
         buffer.getParentBlock()->isEntryBlock() &&
         type.getNumElements() * 8 <= maxBytes;
}

static void addBufferization(OpPassManager &pm) {
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.allowReturnAllocsFromLoops = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(bufferization::createBufferLoopHoistingPass());
  functions.addPass(
      bufferization::createPromoteBuffersToStackPass(fitsOnStack));
}

static void addDeallocation(OpPassManager &pm) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(bufferization::createBufferDeallocationSimplificationPass());
  pm.addPass(bufferization::createLowerDeallocationsPass());
  pm.addPass(createCSEPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createConvertBufferizationToMemRefPass());
}

namespace {
/// A reshaped value into a buffer is the value itself into the buffer reshaped
/// back, so that the op that makes it can make it there.
struct MaterializeUnreshaped
    : OpRewritePattern<bufferization::MaterializeInDestinationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(bufferization::MaterializeInDestinationOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<MemRefType>(op.getDest().getType());
    if (!type || !type.getLayout().isIdentity())
      return rewriter.notifyMatchFailure(op, "no buffer, or with a layout");
    Location loc = op.getLoc();
    Value dest = op.getDest();
    auto expand = op.getSource().getDefiningOp<tensor::ExpandShapeOp>();
    auto collapse = op.getSource().getDefiningOp<tensor::CollapseShapeOp>();
    if (!expand && !collapse)
      return rewriter.notifyMatchFailure(op, "no reshaped value");
    if (collapse && norm::hasOpenGroup(collapse.getSrcType().getShape(),
                                       collapse.getReassociationIndices()))
      return rewriter.notifyMatchFailure(op, "extents that are not known");
    // Where the op that makes the value sees it.
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointAfterValue(dest);
    if (expand) {
      dest = memref::CollapseShapeOp::create(rewriter, loc, dest,
                                             expand.getReassociationIndices());
    } else {
      RankedTensorType wanted = collapse.getSrcType();
      SmallVector<ReassociationIndices> groups =
          collapse.getReassociationIndices();
      std::optional<SmallVector<OpFoldResult>> sizes =
          inferExpandShapeOutputShape(
              rewriter, loc, wanted, groups,
              memref::getMixedSizes(rewriter, loc, dest));
      dest = memref::ExpandShapeOp::create(rewriter, loc, wanted.getShape(),
                                           dest, groups, *sizes);
    }
    Value source = expand ? expand.getSrc() : collapse.getSrc();
    rewriter.setInsertionPoint(op);
    rewriter.replaceOpWithNewOp<bufferization::MaterializeInDestinationOp>(
        op, /*result=*/Type(), source, dest, op.getRestrict(),
        op.getWritable());
    return success();
  }
};

struct NormBufferizePass
    : norm::impl::NormBufferizePassBase<NormBufferizePass> {
  using Base::Base;

  void getDependentDialects(DialectRegistry &registry) const override {
    OpPassManager pm(ModuleOp::getOperationName());
    addBufferization(pm);
    addDeallocation(pm);
    pm.getDependentDialects(registry);
  }

  void runOnOperation() override {
    SmallVector<func::FuncOp> ours;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && hasTensors(function))
        ours.push_back(function);

    RewritePatternSet patterns(&getContext());
    patterns.add<MaterializeUnreshaped>(&getContext());
    tensor::populateFoldTensorEmptyPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();

    OpPassManager bufferize(ModuleOp::getOperationName());
    addBufferization(bufferize);
    if (failed(runPipeline(bufferize, getOperation())))
      return signalPassFailure();

    SymbolTableCollection symbolTables;
    for (func::FuncOp function : ours) {
      norm::markManualDeallocations(function);
      if (failed(bufferization::deallocateBuffersOwnershipBased(function, {},
                                                                symbolTables)))
        return signalPassFailure();
    }

    OpPassManager deallocate(ModuleOp::getOperationName());
    addDeallocation(deallocate);
    if (failed(runPipeline(deallocate, getOperation())))
      return signalPassFailure();
  }
};
} // namespace
