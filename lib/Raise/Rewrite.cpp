//===- Rewrite.cpp - A proven norm as an op ---------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/MatchRewriter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mlir::norm;

void MatchRewriter::eraseIfDead(ValueRange values) {
  SmallVector<Operation *> producers;
  for (Value value : values)
    if (Operation *producer = value.getDefiningOp();
        producer && !llvm::is_contained(producers, producer))
      producers.push_back(producer);
  eraseIfDead(std::move(producers));
}

/// Erases the ops that have no use, and what then has none.
void MatchRewriter::eraseIfDead(SmallVector<Operation *> worklist) {
  while (!worklist.empty()) {
    Operation *candidate = worklist.pop_back_val();
    if (!isOpTriviallyDead(candidate))
      continue;
    SmallPtrSet<Operation *, 4> producers;
    candidate->walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        if (Operation *producer = operand.getDefiningOp();
            producer && !candidate->isAncestor(producer) &&
            producer != candidate)
          producers.insert(producer);
    });
    graph.forget(candidate);
    candidate->erase();
    for (Operation *other : worklist)
      producers.erase(other);
    worklist.append(producers.begin(), producers.end());
  }
}

/// A body that computes y, with the tensor as one more input in its place, and
/// without the inputs that it then does not read.
void MatchRewriter::replaceInBody(Value bodyValue, Value tensor) {
  auto host = bodyValue.getDefiningOp()->getParentOfType<linalg::GenericOp>();
  Block *body = host.getBody();
  AffineMap map = getBodyMap(graph, bodyValue, host);
  BlockArgument argument = body->insertArgument(
      host.getNumDpsInputs(), bodyValue.getType(), bodyValue.getLoc());
  bodyValue.replaceAllUsesWith(argument);
  for (Operation &bodyOp : llvm::make_early_inc_range(llvm::reverse(*body)))
    if (isOpTriviallyDead(&bodyOp)) {
      graph.forget(&bodyOp);
      bodyOp.erase();
    }

  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  llvm::BitVector unused(body->getNumArguments());
  SmallVector<AffineMap> hostMaps = host.getIndexingMapsArray();
  for (OpOperand *input : host.getDpsInputOperands()) {
    unsigned number = input->getOperandNumber();
    if (body->getArgument(number).use_empty()) {
      unused.set(number);
      continue;
    }
    inputs.push_back(input->get());
    maps.push_back(hostMaps[number]);
  }
  inputs.push_back(tensor);
  maps.push_back(map);
  llvm::append_range(maps,
                     ArrayRef(hostMaps).drop_front(host.getNumDpsInputs()));
  body->eraseArguments(unused);

  builder.setInsertionPoint(host);
  auto pruned = linalg::GenericOp::create(
      builder, host.getLoc(), host->getResultTypes(), inputs,
      host.getDpsInits(), maps, host.getIteratorTypesArray());
  pruned->setDiscardableAttrs(host->getDiscardableAttrDictionary());
  pruned.getRegion().takeBody(host.getRegion());
  for (auto [before, after] :
       llvm::zip_equal(host.getResults(), pruned.getResults())) {
    before.replaceAllUsesWith(after);
    if (Node *node = graph.lookup(before))
      graph.bind(after, node);
  }
  SmallVector<Value> operands(host->getOperands());
  graph.forget(host);
  host.erase();
  eraseIfDead(operands);
}

void MatchRewriter::replaceResult(Value result) {
  builder.setInsertionPointAfter(op);
  Value y =
      regroupDims(builder, loc, graph.extents, result, pieces, match.yIndex);
  SmallVector<Operation *> hosts;
  for (Value value : match.y->values) {
    if (!isa<RankedTensorType>(value.getType()))
      continue;
    Value replacement = y;
    if (value.getType() != y.getType())
      replacement = tensor::CastOp::create(builder, loc, value.getType(), y);
    value.replaceAllUsesWith(replacement);
    if (!llvm::is_contained(hosts, value.getDefiningOp()))
      hosts.push_back(value.getDefiningOp());
  }
  eraseIfDead(std::move(hosts));
  SmallVector<Value> rest(ArrayRef<Value>(match.y->values));
  for (Value value : rest)
    if (llvm::is_contained(match.y->values, value) &&
        !isa<RankedTensorType>(value.getType()) &&
        value.getDefiningOp()->getParentOfType<linalg::GenericOp>() &&
        !value.use_empty())
      replaceInBody(value, y);
  match.y->values.clear();
  graph.bind(y, match.y);
}

/// Statistics that something else still uses become results of the op.
void MatchRewriter::replaceStatistics() {
  Type meanType, rstdType;
  auto getLateUses = [&](const Match::Statistic &statistic) {
    SmallVector<OpOperand *> uses;
    for (Value value : statistic.node->values) {
      if (!isa<RankedTensorType>(value.getType()))
        continue;
      for (OpOperand &use : value.getUses())
        if (Operation *user =
                op->getBlock()->findAncestorOpInBlock(*use.getOwner());
            user && op->isBeforeInBlock(user))
          uses.push_back(&use);
    }
    return uses;
  };
  auto hasDigitsOf = [&](const Match::Statistic &statistic) {
    SmallVector<Digit> read, own;
    for (auto [digits, ownDigits] :
         llvm::zip_equal(statistic.xIndex, match.xIndex))
      for (auto [digit, ownDigit] : llvm::zip_equal(digits, ownDigits))
        if (!match.isReduced(ownDigit))
          read.push_back(digit);
    for (ArrayRef<Digit> digits : statistic.index)
      llvm::append_range(own, digits);
    llvm::sort(read);
    llvm::sort(own);
    return read == own;
  };
  SmallVector<const Match::Statistic *> used;
  for (const Match::Statistic &statistic : match.statistics) {
    Type &type = statistic.isMean ? meanType : rstdType;
    auto statisticType = cast<FloatType>(statistic.node->type);
    if (!hasDigitsOf(statistic) || getLateUses(statistic).empty() ||
        !holdsExactly(match.acc, statisticType) ||
        (type && type != statistic.node->type))
      continue;
    type = statistic.node->type;
    used.push_back(&statistic);
  }
  if (used.empty())
    return;
  if (groups != 0)
    expandGroups();
  builder.setInsertionPoint(op);
  Operation *withStatistics = emitOp(meanType, rstdType);
  op->getResult(0).replaceAllUsesWith(withStatistics->getResult(0));
  if (Node *node = graph.lookup(op->getResult(0)))
    graph.bind(withStatistics->getResult(0), node);
  eraseIfDead(SmallVector<Operation *>{op});
  op = withStatistics;
  for (const Match::Statistic *statistic : used) {
    // The digits of the rows, as the statistic names them.
    Index rows;
    size_t piece = 0;
    for (auto [digits, ownDigits] :
         llvm::zip_equal(statistic->xIndex, match.xIndex)) {
      size_t next = 0;
      do {
        size_t size = pieces[piece].size();
        if (!llvm::is_contained(dims, int64_t(piece)))
          rows.emplace_back(ArrayRef<Digit>(digits).slice(next, size));
        next += size;
        ++piece;
      } while (next < ownDigits.size());
    }
    SmallVector<OpOperand *> uses = getLateUses(*statistic);
    builder.setInsertionPointAfter(op);
    Value result = op->getResult(meanType && !statistic->isMean ? 2 : 1);
    result = regroupDims(builder, loc, graph.extents, result, rows,
                         statistic->index);
    SmallVector<Value> replaced;
    for (OpOperand *use : uses) {
      replaced.push_back(use->get());
      Value replacement = result;
      if (use->get().getType() != result.getType())
        replacement =
            tensor::CastOp::create(builder, loc, use->get().getType(), result);
      use->set(replacement);
    }
    eraseIfDead(replaced);
    graph.bind(result, statistic->node);
  }
}

void MatchRewriter::eraseProvenAssertions() {
  for (Assertion &assertion : assertions) {
    if (!assertion.op)
      continue;
    Node *condition = assertion.condition;
    bool isProven = condition->isConstant() && condition->value != 0;
    if (condition->op == ScalarOp::compareFloat &&
        condition->args[1]->isConstant() && condition->args[1]->value == 0) {
      auto predicate = arith::CmpFPredicate(getPredicate(condition));
      isProven |= llvm::is_contained(
                      {arith::CmpFPredicate::ONE, arith::CmpFPredicate::UNE,
                       arith::CmpFPredicate::OGT, arith::CmpFPredicate::UGT},
                      predicate) &&
                  llvm::is_contained(match.positive, condition->args[0]);
    }
    if (!isProven)
      continue;
    assertion.op->erase();
    assertion.op = nullptr;
  }
}

Operation *MatchRewriter::run() {
  // In program order; a value of a body counts where its op stands.
  for (Value value : match.y->values) {
    Operation *producer = value.getDefiningOp();
    while (producer && isa<linalg::LinalgOp>(producer->getParentOp()))
      producer = producer->getParentOp();
    if (!first || producer->isBeforeInBlock(first))
      first = producer;
  }
  layOut();
  if (!emitOperands())
    return nullptr;
  eraseProvenAssertions();
  op = emitOp({}, {});
  replaceResult(op->getResult(0));
  replaceStatistics();
  return op;
}

Operation *mlir::norm::rewriteMatch(ExprGraph &graph, const Match &match,
                                    MutableArrayRef<Assertion> assertions) {
  if (match.y->values.empty())
    return nullptr;
  return MatchRewriter(graph, match, assertions).run();
}
