//===- FuseRowReductions.cpp - Statistics of a norm's result -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GenericBuilder.h"
#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/Splat.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
struct FuseRowReduction : OpInterfaceRewritePattern<RowOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(RowOpInterface norm,
                                PatternRewriter &rewriter) const override;
};

/// A linalg reduction, understood.
struct RowReduction {
  Operation *combination;
  Combiner kind;
  /// The value in the body that is combined.
  Value contribution;
  /// The scalar that the reduction starts from.
  OpFoldResult start;
};
} // namespace

static std::optional<Combiner> getCombiner(Operation *op) {
  if (isa<arith::AddFOp>(op))
    return Combiner::add;
  if (isa<arith::MaximumFOp>(op))
    return Combiner::max;
  if (isa<arith::MinimumFOp>(op))
    return Combiner::min;
  return std::nullopt;
}

/// Adding 0, or the maximum with −∞, changes nothing (but the sign of a zero).
static bool isIdentity(Combiner kind, OpFoldResult start) {
  auto attr = dyn_cast_or_null<FloatAttr>(dyn_cast<Attribute>(start));
  if (!attr)
    return false;
  APFloat value = attr.getValue();
  if (kind == Combiner::add)
    return value.isZero();
  return value.isInfinity() && value.isNegative() == (kind == Combiner::max);
}

static std::string findRefusal(linalg::LinalgOp reduction, RowOpInterface norm,
                               AffineMap dims) {
  std::string obstacle = findObstacle(reduction);
  if (!obstacle.empty())
    return obstacle;
  if (reduction->getBlock() != norm->getBlock())
    return "it is in another block";
  if (reduction->getNumResults() != 1)
    return "it has several results";
  if (!dims || !dims.isPermutation())
    return "its dims are not those of the norm";
  SmallVector<utils::IteratorType> iterators = norm.getRowIteratorTypes();
  for (auto [i, iterator] : llvm::enumerate(reduction.getIteratorTypesArray()))
    if (iterators[dims.getDimPosition(i)] != iterator)
      return "it reduces other dims than the norm";
  std::string misread = findMisread(reduction, norm, dims);
  if (!misread.empty())
    return misread;
  AffineMap written =
      reduction.getMatchingIndexingMap(reduction.getDpsInitOperand(0));
  if (!written.isProjectedPermutation(/*allowZeroInResults=*/true))
    return "its result is not indexed by a projected permutation";
  return "";
}

/// Reads the reduction off the body of `op`; otherwise sets `reason`.
static std::optional<RowReduction> matchRowReduction(linalg::LinalgOp op,
                                                     std::string &reason) {
  SmallVector<Operation *, 4> combinations;
  Value contribution =
      matchReduction(op.getRegionOutputArgs(), /*redPos=*/0, combinations);
  if (!contribution || combinations.size() != 1) {
    reason = "its body is not one combination of a value";
    return std::nullopt;
  }
  std::optional<Combiner> kind = getCombiner(combinations.front());
  if (!kind) {
    reason = (combinations.front()->getName().getStringRef() +
              " is no combiner of norm.reduce")
                 .str();
    return std::nullopt;
  }
  if (!isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(
          contribution.getType())) {
    reason = "its values are not f16, bf16, f32 or f64";
    return std::nullopt;
  }
  OpFoldResult start = getSplatElement(op.getDpsInits()[0]);
  if (!start) {
    reason = "it accumulates onto a tensor that is not one scalar";
    return std::nullopt;
  }
  return RowReduction{combinations.front(), *kind, contribution, start};
}

/// The reduction in the body of the norm; returns its value.
static Value emitReduction(linalg::LinalgOp reduction,
                           const RowReduction &matched, ValueRange elements,
                           OpBuilder &builder) {
  IRMapping mapping;
  mapping.map(reduction.getRegionInputArgs(), elements);
  for (Operation &nested : reduction.getBlock()->without_terminator())
    if (&nested != matched.combination)
      builder.clone(nested, mapping);
  Location loc = reduction.getLoc();
  Value reduced =
      ReduceOp::create(builder, loc, matched.kind,
                       mapping.lookupOrDefault(matched.contribution))
          .getStats()[0];
  if (isIdentity(matched.kind, matched.start))
    return reduced;
  mapping.map(reduction.getRegionOutputArgs()[0],
              getOrCreateScalar(builder, loc, matched.start));
  mapping.map(matched.contribution, reduced);
  return builder.clone(*matched.combination, mapping)->getResult(0);
}

static void absorb(linalg::LinalgOp reduction, const RowReduction &matched,
                   RowOpInterface norm, AffineMap dims, Operation *position,
                   PatternRewriter &rewriter) {
  queryInitsForExtents(rewriter, norm);
  SmallVector<OpResult> lastReads = findLastReads(norm, reduction);
  SmallVector<Value> inits(norm.getDpsInits());
  rewriter.setInsertionPoint(position);
  GenericBuilder builder(rewriter, norm);
  SmallVector<Value> elements = getElements(builder, reduction, norm, dims);
  Value reduced;
  {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(builder.getBody()->getTerminator());
    reduced = emitReduction(reduction, matched, elements, rewriter);
  }
  OpOperand *init = reduction.getDpsInitOperand(0);
  // What the reduction started from is in the body now: the fill's own init
  // will do, and no constant need be copied.
  Value destination = init->get();
  if (auto fill = destination.getDefiningOp<linalg::FillOp>())
    destination = fill.output();
  else
    destination = tensor::EmptyOp::create(
        rewriter, reduction.getLoc(),
        cast<RankedTensorType>(destination.getType()).getShape(),
        getElementTypeOrSelf(destination.getType()));
  builder.addOut(destination,
                 reduction.getMatchingIndexingMap(init).compose(dims), reduced,
                 reduction->getResult(0));
  for (OpResult result : lastReads)
    builder.dropOut(result);
  builder.finish();
  inits.push_back(init->get());
  rewriter.eraseOp(reduction);
  rewriter.eraseOp(norm);
  eraseIfDead(rewriter, inits);
}

LogicalResult
FuseRowReduction::matchAndRewrite(RowOpInterface norm,
                                  PatternRewriter &rewriter) const {
  if (failed(checkFusible(rewriter, norm)))
    return failure();
  for (OpResult result : norm->getResults())
    for (OpOperand &use : result.getUses()) {
      auto reduction = dyn_cast<linalg::LinalgOp>(use.getOwner());
      if (!reduction || !reduction.isDpsInput(&use) ||
          reduction.getNumReductionLoops() == 0)
        continue;
      AffineMap dims = inferDims(reduction, norm);
      std::string reason = findRefusal(reduction, norm, dims);
      std::optional<RowReduction> matched;
      if (reason.empty())
        matched = matchRowReduction(reduction, reason);
      if (!matched) {
        (void)refuse(rewriter, reduction, norm, reason);
        continue;
      }
      Operation *position = findCommonPosition(rewriter, norm, reduction);
      if (!position) {
        (void)refuse(rewriter, reduction, norm,
                     "another user of the norm comes before it, and what it "
                     "reads cannot be computed before the norm");
        continue;
      }
      linalg::LinalgOp dropped = dropKeptDims(rewriter, reduction);
      if (!dropped) {
        (void)refuse(rewriter, reduction, norm,
                     "its result keeps the reduced dims as unit dims");
        continue;
      }
      if (dropped != reduction) {
        reduction = dropped;
        matched = matchRowReduction(reduction, reason);
        position = findCommonPosition(rewriter, norm, reduction);
      }
      absorb(reduction, *matched, norm, dims, position, rewriter);
      return success();
    }
  return failure();
}

void mlir::norm::populateFuseRowReductionsPatterns(
    RewritePatternSet &patterns) {
  patterns.addWithLabel<FuseRowReduction>({"row-reductions"},
                                          patterns.getContext());
}
