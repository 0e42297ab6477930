//===- ToVector.cpp - norm.generic to vector loops -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Patterns.h"
#include "Norm/CPU/VectorPlan.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/ExpandFunctions.h"
#include "Norm/Passes.h"
#include "VectorLoops.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMTOVECTORPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

namespace {
struct NormToVectorPass : norm::impl::NormToVectorPassBase<NormToVectorPass> {
  using Base::Base;
  void runOnOperation() override;
};
} // namespace

/// Keeps transcendentals of the loops just made in vector registers, and
/// roundings to bf16 free of calls where the target has no instruction.
static void expandOps(ArrayRef<Operation *> ops, const VectorTarget &target) {
  if (ops.empty())
    return;
  RewritePatternSet patterns(ops.front()->getContext());
  populateExpandFunctionsPatterns(patterns);
  populateExpandExp2Patterns(patterns);
  populateExpandOnePlusPatterns(patterns);
  if (!target.hasBFloat16)
    arith::populateExpandBFloat16Patterns(patterns);
  if (!target.hasFMA)
    math::populateExpansionPatterns(patterns, {"fma"});
  GreedyRewriteConfig config;
  config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
  (void)applyOpPatternsGreedily(ops, std::move(patterns), config);
}

void NormToVectorPass::runOnOperation() {
  // Vectors and blocks of rows beyond this are no code that anybody wants.
  constexpr int64_t most = 1024, any = INT64_MAX;
  const std::tuple<StringRef, int64_t, int64_t> ranges[] = {
      {"lanes", lanes, most},
      {"rows", rows, most},
      {"threads", threads, INT32_MAX},
      {"streaming-bytes", streamingBytes, any}};
  for (auto [name, value, limit] : ranges) {
    if (value >= 0 && value <= limit)
      continue;
    getOperation()->emitError() << "norm-to-vector: " << name << " is " << value
                                << ", but must be in [0, " << limit << "]";
    return signalPassFailure();
  }

  FailureOr<CPUTarget> machine =
      CPUTarget::get(getOperation(), {triple, cpu, features});
  if (failed(machine))
    return signalPassFailure();
  FailureOr<VectorTarget> target =
      VectorTarget::get(*machine, [&] { return getOperation()->emitError(); });
  if (failed(target))
    return signalPassFailure();
  VectorOptions vectorOptions;
  vectorOptions.accuracy = accuracy;
  vectorOptions.lanes = lanes;
  vectorOptions.rows = rows;
  vectorOptions.threads = threads;
  vectorOptions.streamingBytes = streamingBytes;

  RewritePatternSet generalize(&getContext());
  populateGeneralizePatterns(generalize);
  walkAndApplyPatterns(getOperation(), std::move(generalize));

  SmallVector<GenericOp> ops;
  getOperation()->walk([&](GenericOp op) { ops.push_back(op); });
  for (GenericOp op : ops) {
    expandPowers(op);
    RowProgram program(op);
    std::string reason;
    FailureOr<VectorPlan> plan =
        VectorPlan::get(program, *target, vectorOptions, reason);
    auto remark = remark::RemarkOpts::name("vector").category("norm-plan");
    if (failed(plan)) {
      remark::missed(op.getLoc(), remark) << reason;
      continue;
    }
    remark::passed(op.getLoc(), remark) << plan->str();
    OpBuilder builder(op);
    VectorLoops loops(program, *plan, vectorOptions, builder);
    loops.emit();
    op.erase();
    expandOps(loops.getOpsToExpand(), *target);
  }
}
