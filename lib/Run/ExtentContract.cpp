//===- ExtentContract.cpp - What a call's extents must satisfy --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/ExtentContract.h"
#include "Norm/Run/ExtentChecks.h"
#include "Norm/Run/Passes.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMEXTENTCONTRACTPASS
#include "Norm/Run/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

/// Extents of results in terms of extents of arguments.
static LogicalResult resolveExtents(func::FuncOp function) {
  MLIRContext *context = function.getContext();
  RewritePatternSet patterns(context);
  memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
  memref::populateResolveShapedTypeResultDimsPatterns(patterns);
  for (Dialect *dialect : context->getLoadedDialects())
    dialect->getCanonicalizationPatterns(patterns);
  for (RegisteredOperationName name : context->getRegisteredOperations())
    name.getCanonicalizationPatterns(patterns, context);
  return applyPatternsGreedily(function, std::move(patterns));
}

/// A check that holds only under conditions (of extents that are not 0, say)
/// becomes one that includes them, at the top of the function.
static LogicalResult hoist(cf::AssertOp op, func::FuncOp function) {
  while (op->getParentOp() != function) {
    auto ifOp = dyn_cast<scf::IfOp>(op->getParentOp());
    if (!ifOp || op->getBlock() != ifOp.thenBlock())
      return op.emitError(
                 "a check within a region cannot be made before the call: ")
             << op.getMsg();
    Location loc = op.getLoc();
    SetVector<Operation *> computation;
    BackwardSliceOptions options;
    options.filter = [&](Operation *producer) {
      return producer->getBlock() == op->getBlock();
    };
    if (failed(getBackwardSlice(op.getOperation(), &computation, options)))
      return failure();
    for (Operation *producer : computation) {
      if (!isSpeculatable(producer) || !isMemoryEffectFree(producer))
        return producer->emitError("a check depends on it, so that it cannot "
                                   "be made before the call");
      producer->moveBefore(ifOp);
    }
    op->moveBefore(ifOp);
    OpBuilder builder(op);
    Value always = arith::ConstantIntOp::create(builder, loc, 1, 1);
    Value holds = arith::SelectOp::create(builder, loc, ifOp.getCondition(),
                                          op.getArg(), always);
    op.getArgMutable().assign(holds);
  }
  return success();
}

/// Replaces the asserts by one number: how many hold before one does not.
static FailureOr<Value> countChecks(OpBuilder &builder, func::FuncOp function,
                                    SmallVector<std::string> &messages) {
  SmallVector<cf::AssertOp> asserts;
  function.walk([&](cf::AssertOp op) { asserts.push_back(op); });
  for (cf::AssertOp op : asserts)
    if (failed(hoist(op, function)))
      return failure();
  Location loc = function.getLoc();
  Value count = arith::ConstantIndexOp::create(builder, loc, asserts.size());
  for (size_t i = asserts.size(); i-- > 0;) {
    Location at = asserts[i].getLoc();
    Value index = arith::ConstantIndexOp::create(builder, at, i);
    count =
        arith::SelectOp::create(builder, at, asserts[i].getArg(), count, index);
  }
  for (cf::AssertOp op : asserts) {
    messages.push_back(op.getMsg().str());
    op.erase();
  }
  return count;
}

static void store(OpBuilder &builder, Value value, Value memory, int64_t at) {
  Location loc = memory.getLoc();
  Value index = arith::ConstantIndexOp::create(builder, loc, at);
  memref::StoreOp::create(builder, loc, value, memory, index);
}

/// Erases what no store into `memory` depends on. What remains may read extents
/// of arguments, but no data.
static LogicalResult keepOnlyExtents(func::FuncOp function, Value memory) {
  SetVector<Operation *> needed;
  BackwardSliceOptions options;
  options.inclusive = true;
  for (Operation *user : memory.getUsers())
    if (failed(getBackwardSlice(user, &needed, options)))
      return user->emitError("its operands have no order");
  Block &body = function.getBody().front();
  for (Operation *op : needed)
    for (Value result : op->getResults())
      if (isa<ShapedType>(result.getType()) || op->getBlock() != &body ||
          isa<tensor::ExtractOp, memref::LoadOp>(op))
        return op->emitError("extents depend on its result, so that they are "
                             "not known before the call");
  SmallVector<Operation *> superfluous;
  for (Operation &op : body.without_terminator())
    if (!needed.contains(&op))
      superfluous.push_back(&op);
  for (Operation *op : llvm::reverse(superfluous))
    op->erase();
  return success();
}

FailureOr<ExtentContract>
mlir::norm::createExtentContract(func::FuncOp original) {
  if (!llvm::hasSingleElement(original.getBody()))
    return original.emitError("has more than one block; the extents of its "
                              "results are not known before the call");
  original.getContext()
      ->loadDialect<arith::ArithDialect, cf::ControlFlowDialect,
                    memref::MemRefDialect, tensor::TensorDialect>();
  ExtentContract contract;
  OpBuilder builder(original.getContext());
  builder.setInsertionPointAfter(original);
  auto function = cast<func::FuncOp>(builder.clone(*original));
  function.setSymName((original.getSymName() + "_extents").str());
  contract.function = function;
  insertExtentChecks(function);

  auto returnOp = cast<func::ReturnOp>(function.front().getTerminator());
  builder.setInsertionPoint(returnOp);
  FailureOr<Value> count = countChecks(builder, function, contract.messages);
  SmallVector<Value> numbers;
  if (succeeded(count)) {
    numbers.push_back(*count);
    for (Value result : returnOp.getOperands())
      if (auto type = dyn_cast<RankedTensorType>(result.getType()))
        for (int64_t dim = 0; dim < type.getRank(); ++dim)
          numbers.push_back(builder.createOrFold<tensor::DimOp>(
              returnOp.getLoc(), result, dim));
  }
  unsigned position = function.getNumArguments();
  auto memoryType = MemRefType::get(numbers.size(), builder.getIndexType());
  if (failed(count) ||
      failed(function.insertArgument(position, memoryType, {},
                                     function.getLoc())) ||
      failed(function.eraseResults(
          llvm::BitVector(function.getNumResults(), true)))) {
    function.erase();
    return failure();
  }
  returnOp->setOperands({});
  Value memory = function.getArgument(position);
  for (auto [i, number] : llvm::enumerate(numbers))
    store(builder, number, memory, i);
  if (failed(resolveExtents(function)) ||
      failed(keepOnlyExtents(function, memory))) {
    function.erase();
    return failure();
  }
  return contract;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct NormExtentContractPass
    : norm::impl::NormExtentContractPassBase<NormExtentContractPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<func::FuncOp> functions;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function.isPublic() && !function.isExternal())
        functions.push_back(function);
    for (func::FuncOp function : functions) {
      FailureOr<ExtentContract> contract = createExtentContract(function);
      if (failed(contract))
        return signalPassFailure();
      SmallVector<StringRef> messages(contract->messages.begin(),
                                      contract->messages.end());
      contract->function->setAttr("norm.checks",
                                  Builder(function).getStrArrayAttr(messages));
    }
  }
};
} // namespace
