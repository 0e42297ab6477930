//===- FuseProducers.cpp - What computes a norm's input -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GenericBuilder.h"
#include "Neighbour.h"
#include "Norm/Fuse/Patterns.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
struct FuseProducer : OpInterfaceRewritePattern<RowOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(RowOpInterface norm,
                                PatternRewriter &rewriter) const override;
};
} // namespace

/// Only moves or converts what it reads: recomputing it costs nothing.
static bool isFree(linalg::LinalgOp producer) {
  return llvm::all_of(producer.getBlock()->without_terminator(),
                      [](Operation &nested) {
                        return isa<CastOpInterface>(nested) ||
                               nested.hasTrait<OpTrait::ConstantLike>();
                      });
}

/// A few machine instructions: cheaper than reading the result from memory.
static bool isCheap(linalg::LinalgOp producer) {
  constexpr unsigned numCheapOps = 4;
  unsigned numOps = 0;
  for (Operation &nested : producer.getBlock()->without_terminator()) {
    if (nested.hasTrait<OpTrait::ConstantLike>())
      continue;
    if (!isa<CastOpInterface, arith::AddFOp, arith::SubFOp, arith::MulFOp,
             arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp, arith::AddIOp,
             arith::SubIOp, arith::MulIOp>(nested) ||
        ++numOps > numCheapOps)
      return false;
  }
  return true;
}

/// The dims of `producer` as a function of those of `norm`, which reads a
/// result of it through `input`.
static AffineMap getProducerDims(linalg::LinalgOp producer, RowOpInterface norm,
                                 OpOperand *input) {
  unsigned number = cast<OpResult>(input->get()).getResultNumber();
  AffineMap written =
      producer.getMatchingIndexingMap(producer.getDpsInitOperand(number));
  return inversePermutation(written).compose(
      norm.getMatchingIndexingMap(input));
}

/// The inputs through which `norm` reads `producer` at `dims`.
static SmallVector<OpOperand *> findReads(linalg::LinalgOp producer,
                                          RowOpInterface norm, AffineMap dims) {
  SmallVector<OpOperand *> reads;
  for (OpOperand *input : norm.getDpsInputOperands())
    if (input->get().getDefiningOp() == producer &&
        getProducerDims(producer, norm, input) == dims)
      reads.push_back(input);
  return reads;
}

/// The results that somebody reads other than `norm` through `reads`.
static SmallVector<OpResult> findKept(linalg::LinalgOp producer,
                                      RowOpInterface norm,
                                      ArrayRef<OpOperand *> reads) {
  SmallVector<OpResult> kept;
  for (OpResult result : producer->getResults())
    if (llvm::any_of(result.getUses(), [&](OpOperand &use) {
          bool isOverwritten = use.getOwner() == norm && norm.isDpsInit(&use);
          return !isa<tensor::DimOp>(use.getOwner()) && !isOverwritten &&
                 !llvm::is_contained(reads, &use);
        }))
      kept.push_back(result);
  return kept;
}

/// Why `producer`, which `norm` reads at `dims`, cannot be absorbed with the
/// results `kept` as further outs; empty if it can.
static std::string findRefusal(linalg::LinalgOp producer, RowOpInterface norm,
                               AffineMap dims, ArrayRef<OpOperand *> reads,
                               ArrayRef<OpResult> kept) {
  if (!isFree(producer) && producer->getBlock() != norm->getBlock())
    return "it is in another block, from where it may run less often";
  for (auto [dim, iterator] : llvm::enumerate(norm.getRowIteratorTypes()))
    if (iterator == utils::IteratorType::parallel &&
        !dims.isFunctionOfDim(dim) && !isCheap(producer))
      return "it would be recomputed in many rows";

  SmallVector<AffineMap> maps;
  for (OpOperand &operand : norm->getOpOperands())
    if (!llvm::is_contained(reads, &operand))
      maps.push_back(norm.getMatchingIndexingMap(&operand));
  for (OpOperand *input : producer.getDpsInputOperands())
    maps.push_back(producer.getMatchingIndexingMap(input).compose(dims));
  if (!coversAllDims(norm.getRowIteratorTypes().size(), maps))
    return "the extents of its result are known from nothing else";

  if (kept.empty())
    return "";
  if (!dims.isPermutation() && !isRowMap(norm, dims))
    return "it has other users, and too few dims to become a result of the "
           "norm";
  if (llvm::any_of(norm.getDpsInputOperands(), [&](OpOperand *input) {
        return llvm::is_contained(kept, input->get()) &&
               !llvm::is_contained(reads, input);
      }))
    return "the norm reads it at other indices too";
  if (!othersFollow(norm, producer, /*except=*/norm))
    return "another user of it comes before the norm";
  return "";
}

static void absorb(linalg::LinalgOp producer, RowOpInterface norm,
                   AffineMap dims, ArrayRef<OpOperand *> reads,
                   ArrayRef<OpResult> kept, PatternRewriter &rewriter) {
  if (!kept.empty())
    queryInitsForExtents(
        rewriter, cast<DestinationStyleOpInterface>(producer.getOperation()));
  SmallVector<std::pair<unsigned, unsigned>> readNumbers;
  for (OpOperand *read : reads)
    readNumbers.emplace_back(read->getOperandNumber(),
                             cast<OpResult>(read->get()).getResultNumber());
  rewriter.setInsertionPoint(norm);
  GenericBuilder builder(rewriter, norm);
  // A norm that overwrites the producer's result overwrites its init.
  for (OpResult result : producer->getResults())
    builder.replaceInit(
        result, producer.getDpsInitOperand(result.getResultNumber())->get());
  SmallVector<Value> elements;
  for (OpOperand *input : producer.getDpsInputOperands())
    elements.push_back(builder.getElement(
        input->get(), producer.getMatchingIndexingMap(input).compose(dims)));
  SmallVector<Value> values;
  {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointToStart(builder.getBody());
    values = inlineBody(rewriter, producer, elements);
  }
  for (auto [input, result] : readNumbers)
    builder.substituteInput(input, values[result]);
  for (OpResult result : kept) {
    OpOperand *init = producer.getDpsInitOperand(result.getResultNumber());
    builder.addOut(init->get(),
                   producer.getMatchingIndexingMap(init).compose(dims),
                   values[result.getResultNumber()], result);
  }
  builder.finish();
  rewriter.eraseOp(norm);
  eraseIfDead(rewriter, producer->getResults());
}

LogicalResult FuseProducer::matchAndRewrite(RowOpInterface norm,
                                            PatternRewriter &rewriter) const {
  if (failed(checkFusible(rewriter, norm)))
    return failure();
  for (OpOperand *input : norm.getDpsInputOperands()) {
    auto producer = input->get().getDefiningOp<linalg::LinalgOp>();
    if (!producer)
      continue;
    if (producer.getNumReductionLoops() != 0) {
      (void)refuse(rewriter, producer, norm, "it reduces");
      continue;
    }
    std::string reason = findObstacle(producer);
    if (!reason.empty()) {
      (void)refuse(rewriter, producer, norm, reason);
      continue;
    }
    AffineMap dims = getProducerDims(producer, norm, input);
    SmallVector<OpOperand *> reads = findReads(producer, norm, dims);
    SmallVector<OpResult> kept = findKept(producer, norm, reads);
    if (isFree(producer))
      kept.clear();
    reason = findRefusal(producer, norm, dims, reads, kept);
    if (!reason.empty()) {
      (void)refuse(rewriter, producer, norm, reason);
      continue;
    }
    absorb(producer, norm, dims, reads, kept, rewriter);
    return success();
  }
  return failure();
}

void mlir::norm::populateFuseProducersPatterns(RewritePatternSet &patterns) {
  patterns.addWithLabel<FuseProducer>({"producers"}, patterns.getContext());
  populateFuseSplatsPatterns(patterns);
}
