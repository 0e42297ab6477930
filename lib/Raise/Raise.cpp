//===- Raise.cpp - Recognise norms in what exporters write ------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Passes.h"
#include "Norm/Raise/Anchors.h"
#include "Norm/Raise/Rewrite.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMRAISEPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

/// A sum onto an init that is not 0 has no value of its own; what adds the init
/// has one.
static Location getLocation(const Node *sum, Block &block) {
  if (!sum->values.empty())
    return sum->values.front().getLoc();
  for (const Node *user : sum->users)
    if (!user->values.empty())
      return user->values.front().getLoc();
  return block.getParentOp()->getLoc();
}

static std::string getText(const Refusal &refusal) {
  std::string text = getDescription(refusal.condition).str();
  return refusal.detail.empty() ? text : text + ": " + refusal.detail;
}

/// True if the block has a sum or a root that a norm could be built on.
static bool hasAnchor(Block &block) {
  auto isRoot = [](Operation &op) {
    return isa<math::SqrtOp, math::RsqrtOp, math::PowFOp>(op);
  };
  return llvm::any_of(block, [&](Operation &op) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    return isRoot(op) ||
           (linalgOp && (linalgOp.getNumReductionLoops() != 0 ||
                         llvm::any_of(*linalgOp.getBlock(), isRoot)));
  });
}

static StringRef getFunctionName(Block *block) {
  for (Operation *op = block->getParentOp(); op; op = op->getParentOp())
    if (isa<FunctionOpInterface>(op))
      return SymbolTable::getSymbolName(op);
  return "";
}

namespace {
/// A remark, kept until the end: what is emitted while ops change may be lost.
struct PendingRemark {
  Location loc;
  std::string function, name, text;
  bool isRaised;

  /// The text's, for as long as the context lives: an engine that emits in the
  /// end keeps references.
  StringRef keep(StringRef text) const {
    return StringAttr::get(loc.getContext(), text).getValue();
  }
};

struct NormRaisePass : norm::impl::NormRaisePassBase<NormRaisePass> {
  using Base::Base;
  void runOnOperation() override;

private:
  void raiseBlock(Block &block);
  SmallVector<PendingRemark> remarks;
};
} // namespace

void NormRaisePass::raiseBlock(Block &block) {
  ExprGraph graph;
  GraphBuilder builder(graph);
  builder.build(block);
  NormSearch search(graph, {mode, keepF64});
  search.run();
  std::string function = getFunctionName(&block).str();

  // Locations first: the rewrite erases ops.
  DenseSet<std::pair<Node *, unsigned>> seen;
  for (const RefusedAnchor &refused : search.refusals) {
    ++numRefused;
    if (!seen.insert({refused.x, unsigned(refused.refusal.condition)}).second)
      continue;
    remarks.push_back({getLocation(refused.sum, block), function,
                       norm::getName(refused.refusal.condition).str(),
                       getText(refused.refusal), false});
  }
  for (const Match &match : search.matches) {
    Operation *raised = rewriteMatch(graph, match, builder.assertions);
    if (!raised)
      continue;
    ++numRaised;
    remarks.push_back({raised->getLoc(), function, "raised",
                       raised->getName().getStringRef().str(), true});
  }
}

void NormRaisePass::runOnOperation() {
  remarks.clear();
  SmallVector<Block *> blocks;
  getOperation()->walk([&](Block *block) {
    if (!isa<linalg::LinalgOp, GenericOp>(block->getParentOp()) &&
        hasAnchor(*block))
      blocks.push_back(block);
  });
  for (Block *block : blocks)
    raiseBlock(*block);
  for (const PendingRemark &remark : remarks) {
    auto options = remark::RemarkOpts::name(remark.keep(remark.name))
                       .category("norm-raise")
                       .function(remark.keep(remark.function));
    if (remark.isRaised)
      remark::passed(remark.loc, options) << remark.text;
    else
      remark::missed(remark.loc, options) << remark.text;
  }
}
