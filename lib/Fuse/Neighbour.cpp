//===- Neighbour.cpp - What stands beside a norm -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Neighbour.h"
#include "GenericBuilder.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::norm;

LogicalResult mlir::norm::checkFusible(RewriterBase &rewriter,
                                       RowOpInterface norm) {
  if (!norm.hasPureTensorSemantics())
    return rewriter.notifyMatchFailure(norm, "is on buffers");
  if (isa<GroupNormOp>(norm))
    return rewriter.notifyMatchFailure(norm,
                                       "fuses as the layer norm of its groups");
  return success();
}

LogicalResult mlir::norm::refuse(RewriterBase &rewriter, Operation *neighbour,
                                 Operation *norm, const Twine &reason) {
  return rewriter.notifyMatchFailure(neighbour, [&](Diagnostic &diag) {
    diag << neighbour->getName().getStringRef() << " stays outside "
         << norm->getName().getStringRef() << ": " << reason;
  });
}

std::string mlir::norm::findObstacle(linalg::LinalgOp op) {
  return op.hasPureTensorSemantics() ? findBodyObstacle(op)
                                     : "it is not on tensors";
}

std::string mlir::norm::findBodyObstacle(linalg::LinalgOp op) {
  if (op.hasIndexSemantics())
    return "it reads its loop index";
  for (OpOperand *input : op.getDpsInputOperands())
    if (!op.getMatchingIndexingMap(input).isProjectedPermutation(
            /*allowZeroInResults=*/true))
      return ("its operand #" + Twine(input->getOperandNumber()) +
              " is not indexed by a projected permutation")
          .str();
  for (Operation &nested : op.getBlock()->without_terminator()) {
    StringRef name = nested.getName().getStringRef();
    if (nested.getNumRegions() != 0)
      return (name + " in its body has a region").str();
    if (!isPure(&nested))
      return (name + " in its body is not pure").str();
    auto isScalar = [](Type type) { return type.isIntOrIndexOrFloat(); };
    if (!llvm::all_of(nested.getOperandTypes(), isScalar) ||
        !llvm::all_of(nested.getResultTypes(), isScalar))
      return (name + " in its body does not work on scalars").str();
  }
  for (BlockArgument arg : op.getRegionInputArgs())
    if (!arg.getType().isIntOrIndexOrFloat())
      return "its elements are not scalars";
  if (op.getNumReductionLoops() != 0)
    return "";
  for (auto [init, arg] :
       llvm::zip_equal(op.getDpsInitsMutable(), op.getRegionOutputArgs())) {
    if (!arg.use_empty())
      return "it reads its init";
    if (!op.getMatchingIndexingMap(&init).isPermutation())
      return "its result is not indexed by a permutation";
  }
  return "";
}

SmallVector<Value> mlir::norm::inlineBody(OpBuilder &builder,
                                          linalg::LinalgOp op,
                                          ValueRange elements) {
  IRMapping mapping;
  mapping.map(op.getRegionInputArgs(), elements);
  Block *body = op.getBlock();
  for (Operation &nested : body->without_terminator())
    builder.clone(nested, mapping);
  return llvm::map_to_vector(
      body->getTerminator()->getOperands(),
      [&](Value value) { return mapping.lookupOrDefault(value); });
}

/// The map of the norm for `value`: of a result, or of an input.
static AffineMap findMap(RowOpInterface norm, Value value) {
  auto result = dyn_cast<OpResult>(value);
  if (result && result.getOwner() == norm)
    return norm.getMatchingIndexingMap(
        norm.getDpsInitOperand(result.getResultNumber()));
  for (OpOperand *input : norm.getDpsInputOperands())
    if (input->get() == value)
      return norm.getMatchingIndexingMap(input);
  return {};
}

bool mlir::norm::isRowMap(RowOpInterface norm, AffineMap dims) {
  for (auto [dim, iterator] : llvm::enumerate(norm.getRowIteratorTypes()))
    if (dims.isFunctionOfDim(dim) !=
        (iterator == utils::IteratorType::parallel))
      return false;
  return true;
}

AffineMap mlir::norm::inferDims(linalg::LinalgOp consumer,
                                RowOpInterface norm) {
  AffineMap rows;
  for (OpOperand *input : consumer.getDpsInputOperands()) {
    AffineMap map = consumer.getMatchingIndexingMap(input);
    AffineMap normMap = findMap(norm, input->get());
    if (!normMap || !map.isPermutation())
      continue;
    AffineMap dims = inversePermutation(map).compose(normMap);
    if (dims.isPermutation())
      return dims;
    if (isRowMap(norm, dims))
      rows = dims;
  }
  return rows;
}

std::string mlir::norm::findMisread(linalg::LinalgOp consumer,
                                    RowOpInterface norm, AffineMap dims) {
  for (OpOperand *input : consumer.getDpsInputOperands())
    if (input->get().getDefiningOp() == norm &&
        consumer.getMatchingIndexingMap(input).compose(dims) !=
            findMap(norm, input->get()))
      return "it reads another element of the result than is at hand";
  return "";
}

SmallVector<Value> mlir::norm::getElements(GenericBuilder &builder,
                                           linalg::LinalgOp consumer,
                                           RowOpInterface norm,
                                           AffineMap dims) {
  return llvm::map_to_vector(
      consumer.getDpsInputOperands(), [&](OpOperand *input) {
        auto result = dyn_cast<OpResult>(input->get());
        if (result && result.getOwner() == norm)
          return builder.getYielded(result);
        return builder.getElement(
            input->get(), consumer.getMatchingIndexingMap(input).compose(dims));
      });
}

SmallVector<OpResult> mlir::norm::findLastReads(Operation *norm,
                                                Operation *consumer) {
  SmallVector<OpResult> lastReads;
  for (OpResult result : norm->getResults()) {
    auto readers =
        llvm::make_filter_range(result.getUsers(), [](Operation *user) {
          return !isa<tensor::DimOp>(user);
        });
    if (!readers.empty() && llvm::all_of(readers, [&](Operation *reader) {
          return reader == consumer;
        }))
      lastReads.push_back(result);
  }
  return lastReads;
}

bool mlir::norm::othersFollow(Operation *position, Operation *op,
                              Operation *except) {
  DominanceInfo dominance;
  return llvm::all_of(op->getUsers(), [&](Operation *user) {
    return user == except || isa<tensor::DimOp>(user) ||
           dominance.properlyDominates(position, user,
                                       /*enclosingOpOk=*/false);
  });
}

void mlir::norm::queryInitsForExtents(RewriterBase &rewriter,
                                      DestinationStyleOpInterface op) {
  for (OpResult result : op->getResults())
    for (OpOperand &use : llvm::make_early_inc_range(result.getUses()))
      if (isa<tensor::DimOp>(use.getOwner()))
        rewriter.modifyOpInPlace(use.getOwner(), [&] {
          use.set(op.getTiedOpOperand(result)->get());
        });
}

Operation *mlir::norm::findCommonPosition(RewriterBase &rewriter,
                                          Operation *first, Operation *second) {
  if (first->getBlock() != second->getBlock())
    return nullptr;
  SetVector<Value> read;
  getUsedValuesDefinedAbove(second->getRegions(), read);
  if (llvm::any_of(read,
                   [&](Value value) { return value.getDefiningOp() == first; }))
    return nullptr;
  if (othersFollow(second, first, /*except=*/second))
    return second;
  for (Value operand : second->getOperands())
    if (operand.getDefiningOp() != first)
      read.insert(operand);
  if (succeeded(moveValueDefinitions(rewriter, read.getArrayRef(), first)))
    return first;
  return nullptr;
}

void mlir::norm::eraseIfDead(RewriterBase &rewriter, ValueRange values) {
  SetVector<Operation *> worklist;
  auto push = [&](ValueRange values) {
    for (Value value : values)
      if (Operation *definingOp = value.getDefiningOp())
        worklist.insert(definingOp);
  };
  push(values);
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (!isOpTriviallyDead(op))
      continue;
    push(op->getOperands());
    rewriter.eraseOp(op);
  }
}
