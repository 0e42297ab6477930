//===- Fuse.cpp - The pass that collects the fusions -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/Norm.h"
#include "Norm/Passes.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Rewrite/FrozenRewritePatternSet.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMFUSEPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

namespace {
/// Where, which fusion, and what to say about it.
using Event = std::tuple<Location, StringRef, StringAttr>;

/// Hears what was fused, and why the rest was not. Remarks wait until the end:
/// a refusal may be gone once something else has been fused.
class FusionListener : public RewriterBase::Listener {
public:
  void notifyPatternBegin(const Pattern &pattern, Operation *op) override {
    label = pattern.getDebugLabels().front();
    loc = op->getLoc();
    name = op->getName().getStringRef();
  }
  void notifyPatternEnd(const Pattern &, LogicalResult status) override {
    if (failed(status))
      return;
    ++counts[label];
    fusions.emplace_back(
        *loc, label,
        StringAttr::get(loc->getContext(), name + ": fused " + label));
  }
  void notifyMatchFailure(Location loc,
                          function_ref<void(Diagnostic &)> describe) override {
    Diagnostic diag(loc, DiagnosticSeverity::Remark);
    describe(diag);
    refusals.insert(
        {loc, label, StringAttr::get(loc.getContext(), diag.str())});
  }

  void notifyOperationErased(Operation *op) override { softmaxes.erase(op); }

  /// A norm that no fusion applies to.
  void refuse(Operation *norm, StringRef reason) {
    refusals.insert(
        {norm->getLoc(), "buffers",
         StringAttr::get(norm->getContext(),
                         norm->getName().getStringRef() + " " + reason)});
  }

  llvm::StringMap<unsigned> counts;
  SmallVector<Event> fusions;
  SetVector<Event> refusals;
  /// Those that nothing has been fused with.
  SoftmaxPrograms softmaxes;

private:
  std::optional<Location> loc;
  StringRef label, name;
};

struct NormFusePass : norm::impl::NormFusePassBase<NormFusePass> {
  using Base::Base;
  LogicalResult initialize(MLIRContext *context) override;
  void runOnOperation() override;

private:
  bool applyOnce(FusionListener &listener);
  std::shared_ptr<const FrozenRewritePatternSet> patterns;
};
} // namespace

/// The labels of the patterns are the names that `only` and `disable` take.
static LogicalResult checkNames(MLIRContext *context, StringRef option,
                                ArrayRef<std::string> names,
                                ArrayRef<StringRef> labels) {
  for (StringRef name : names)
    if (!llvm::is_contained(labels, name))
      return emitError(UnknownLoc::get(context))
             << "norm-fuse: " << option << " names no fusion '" << name
             << "'; there are " << llvm::join(labels, ", ");
  return success();
}

LogicalResult NormFusePass::initialize(MLIRContext *context) {
  RewritePatternSet all(context);
  populateFusePatterns(all, foldWeights);
  SmallVector<StringRef> labels;
  for (const std::unique_ptr<RewritePattern> &pattern : all.getNativePatterns())
    for (StringRef label : pattern->getDebugLabels())
      if (!llvm::is_contained(labels, label))
        labels.push_back(label);
  if (failed(checkNames(context, "only", only, labels)) ||
      failed(checkNames(context, "disable", disable, labels)))
    return failure();
  patterns = std::make_shared<FrozenRewritePatternSet>(
      std::move(all), llvm::to_vector(disable), llvm::to_vector(only));
  return success();
}

/// Lets every norm take in its neighbours. Only norms are visited, and nothing
/// is folded: the rest of the program stays as it is.
bool NormFusePass::applyOnce(FusionListener &listener) {
  bool changed = false;
  for (Region &region : getOperation()->getRegions()) {
    SmallVector<Operation *> norms;
    region.walk([&](RowOpInterface norm) {
      if (norm.hasPureTensorSemantics())
        norms.push_back(norm);
      else
        listener.refuse(norm, "is on buffers: fusion is on tensors");
    });
    bool regionChanged = false;
    (void)applyOpPatternsGreedily(
        norms, *patterns,
        GreedyRewriteConfig()
            .setScope(&region)
            .setStrictness(GreedyRewriteStrictness::ExistingAndNewOps)
            .setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled)
            .enableFolding(false)
            .enableConstantCSE(false)
            .setListener(&listener),
        &regionChanged);
    changed |= regionChanged;
  }
  return changed;
}

void NormFusePass::runOnOperation() {
  FusionListener listener;
  listener.softmaxes = generalizeSoftmaxes(getOperation());
  convertElementwiseNeighbours(getOperation());
  IRRewriter rewriter(&getContext());
  SmallVector<tensor::CollapseShapeOp> collapses;
  getOperation()->walk([&](GroupNormOp op) {
    if (!op.hasPureTensorSemantics())
      return;
    rewriter.setInsertionPoint(op);
    ExpandedGroupNorm expanded = expandGroupNorm(rewriter, op);
    rewriter.replaceOp(op, expanded.results);
    for (Value result : expanded.results)
      collapses.push_back(result.getDefiningOp<tensor::CollapseShapeOp>());
  });
  for (tensor::CollapseShapeOp collapse : collapses)
    expandConsumers(rewriter, collapse);

  // The refusals of the last round, which changed nothing, are those that hold.
  do {
    listener.refusals.clear();
    // What was fused has brought others beside a norm.
    convertElementwiseNeighbours(getOperation());
  } while (applyOnce(listener));
  restoreSoftmaxes(rewriter, listener.softmaxes);

  numProducers += listener.counts.lookup("producers");
  numConsumers += listener.counts.lookup("consumers");
  numRowReductions += listener.counts.lookup("row-reductions");
  numSiblings += listener.counts.lookup("siblings");
  numAffine += listener.counts.lookup("affine");
  numBatchNorms += listener.counts.lookup("batch-norm");
  numReshapes += listener.counts.lookup("reshapes");
  for (const auto &[loc, label, text] : listener.fusions)
    remark::passed(loc, remark::RemarkOpts::name(label).category("norm-fuse"))
        << text.getValue();
  for (const auto &[loc, label, text] : listener.refusals)
    remark::missed(loc, remark::RemarkOpts::name(label).category("norm-fuse"))
        << text.getValue();
}

void mlir::norm::populateFusePatterns(RewritePatternSet &patterns,
                                      bool foldWeights) {
  populateFoldAffineIntoWeightsPatterns(patterns, foldWeights);
  populateFoldBatchNormPatterns(patterns, foldWeights);
  populateShareStatisticsPatterns(patterns);
  populateFuseProducersPatterns(patterns);
  populateFuseConsumersPatterns(patterns);
  populateFuseRowReductionsPatterns(patterns);
  populateFuseReshapesPatterns(patterns);
}
