//===- ApplySchedule.cpp - A transform script for the norms -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/VectorPlan.h"
#include "Norm/Decompose/TransformOps.h"
#include "Norm/Passes.h"
#include "mlir/Dialect/Linalg/TransformOps/DialectExtension.h"
#include "mlir/Dialect/SCF/TransformOps/SCFTransformOps.h"
#include "mlir/Dialect/Tensor/TransformOps/TensorTransformOps.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/Transforms/TransformInterpreterUtils.h"
#include "mlir/Dialect/Vector/TransformOps/VectorTransformOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMAPPLYSCHEDULEPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;
using utils::IteratorType;

static constexpr llvm::StringLiteral librarySchedule =
#include "CPU/Schedule.inc"
    ;

static constexpr llvm::StringLiteral rowsAttr = "norm.rows";

/// Why a schedule cannot take the norm; empty if it can.
static std::string getObstacle(GenericOp op) {
  if (!op.hasPureTensorSemantics())
    return "no schedule: works on buffers";
  SmallVector<IteratorType> rows{IteratorType::parallel,
                                 IteratorType::reduction};
  if (op.getRowIteratorTypes() != rows)
    return "no schedule: its iterators are not (parallel, reduction)";
  for (auto [i, type] : llvm::enumerate(op->getOperandTypes())) {
    Type element = getElementTypeOrSelf(type);
    if (isPackedInVectors(element))
      return llvm::formatv("no schedule: operand #{0} has elements of {1}, "
                           "which memory does not pack as vectors do",
                           i, element);
  }
  return "";
}

namespace {
struct NormApplySchedulePass
    : norm::impl::NormApplySchedulePassBase<NormApplySchedulePass> {
  using Base::Base;

  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<transform::TransformDialect>();
    norm::registerTransformDialectExtension(registry);
    linalg::registerTransformDialectExtension(registry);
    scf::registerTransformDialectExtension(registry);
    tensor::registerTransformDialectExtension(registry);
    vector::registerTransformDialectExtension(registry);
  }

  LogicalResult initialize(MLIRContext *context) override {
    OwningOpRef<ModuleOp> parsed;
    if (schedule.empty())
      parsed = parseSourceString<ModuleOp>(librarySchedule, context,
                                           "the library's schedule");
    else if (failed(transform::detail::parseTransformModuleFromFile(
                 context, schedule, parsed)))
      return failure();
    if (!parsed)
      return failure();
    script = std::make_shared<OwningOpRef<ModuleOp>>(std::move(parsed));
    return success();
  }

  void runOnOperation() override {
    bool found = false;
    getOperation()->walk([&](GenericOp op) {
      std::string obstacle = getObstacle(op);
      if (!obstacle.empty()) {
        auto remark =
            remark::RemarkOpts::name("schedule").category("norm-plan");
        remark::missed(op.getLoc(), remark) << obstacle;
        return;
      }
      op->setAttr(rowsAttr, UnitAttr::get(&getContext()));
      found = true;
    });
    // Most of the cost of a script is the same without anything to do.
    if (!found && schedule.empty())
      return;
    // The script's own entry, whatever scripts the payload brings along.
    transform::TransformOpInterface entry =
        transform::detail::findTransformEntryPoint(script->get(), {});
    if (!entry || failed(transform::applyTransformNamedSequence(getOperation(),
                                                                entry, {}, {})))
      return signalPassFailure();
    getOperation()->walk([](GenericOp op) { op->removeAttr(rowsAttr); });
  }

  std::shared_ptr<OwningOpRef<ModuleOp>> script;
};
} // namespace
