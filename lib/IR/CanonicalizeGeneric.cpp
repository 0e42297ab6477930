//===- CanonicalizeGeneric.cpp - Simpler row programs -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/Norm.h"
#include "Norm/IR/RowProgram.h"
#include "Norm/IR/ScalarBuilder.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace mlir::norm;

/// The op without some inputs and outs, before `op`; takes its body, whose
/// arguments and yielded values the caller has already dropped.
static GenericOp takeOver(GenericOp op, RewriterBase &rewriter,
                          const llvm::SmallBitVector &keptInputs,
                          const llvm::SmallBitVector &keptOuts) {
  SmallVector<Value> inputs, outs;
  SmallVector<AffineMap> maps;
  SmallVector<Type> types;
  for (unsigned i : keptInputs.set_bits()) {
    inputs.push_back(op.getInputs()[i]);
    maps.push_back(op.getInputMap(i));
  }
  for (unsigned i : keptOuts.set_bits()) {
    outs.push_back(op.getOutputs()[i]);
    maps.push_back(op.getOutputMap(i));
    if (isa<TensorType>(outs.back().getType()))
      types.push_back(outs.back().getType());
  }
  auto simpler = GenericOp::create(rewriter, op.getLoc(), types, inputs, outs,
                                   maps, op.getRowIteratorTypes());
  rewriter.inlineRegionBefore(op.getBody(), simpler.getBody(),
                              simpler.getBody().begin());
  simpler->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  return simpler;
}

/// True if each dim is still indexed by a kept operand: extents must stay
/// known.
static bool coversAllDims(GenericOp op, const llvm::SmallBitVector &keptInputs,
                          const llvm::SmallBitVector &keptOuts) {
  llvm::SmallBitVector covered(op.getIteratorTypes().size());
  auto cover = [&](AffineMap map) {
    for (AffineExpr expr : map.getResults())
      covered.set(cast<AffineDimExpr>(expr).getPosition());
  };
  for (unsigned i : keptInputs.set_bits())
    cover(op.getInputMap(i));
  for (unsigned i : keptOuts.set_bits())
    cover(op.getOutputMap(i));
  return covered.all();
}

namespace {
/// An input that the body does not read, or that it already has.
struct DropUnusedInputs : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp op,
                                PatternRewriter &rewriter) const override {
    Block *body = op.getBodyBlock();
    unsigned numInputs = op.getInputs().size();
    llvm::SmallBitVector kept(numInputs, true);
    llvm::SmallBitVector outs(op.getOutputs().size(), true);
    SmallVector<unsigned> sameAs(numInputs);
    for (unsigned i = 0; i < numInputs; ++i) {
      sameAs[i] = i;
      for (unsigned j = 0; j < i && sameAs[i] == i; ++j)
        if (op.getInputs()[i] == op.getInputs()[j] &&
            op.getInputMap(i) == op.getInputMap(j))
          sameAs[i] = j;
      if (sameAs[i] == i && !body->getArgument(i).use_empty())
        continue;
      kept.reset(i);
      if (!coversAllDims(op, kept, outs)) {
        kept.set(i);
        sameAs[i] = i;
      }
    }
    if (kept.all())
      return rewriter.notifyMatchFailure(op, "every input is read, and once");
    for (unsigned i = 0; i < numInputs; ++i)
      if (sameAs[i] != i)
        rewriter.replaceAllUsesWith(body->getArgument(i),
                                    body->getArgument(sameAs[i]));
    // A duplicate may have been the one that was read.
    for (unsigned i = 0; i < numInputs; ++i)
      if (!body->getArgument(i).use_empty())
        kept.set(i);
    llvm::BitVector dropped(numInputs);
    for (unsigned i = 0; i < numInputs; ++i)
      dropped[i] = !kept[i];
    rewriter.modifyOpInPlace(op, [&] { body->eraseArguments(dropped); });
    GenericOp simpler = takeOver(op, rewriter, kept, outs);
    rewriter.replaceOp(op, simpler);
    return success();
  }
};

/// An out whose result nobody reads.
struct DropUnusedOuts : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "writes to buffers");
    llvm::SmallBitVector inputs(op.getInputs().size(), true);
    llvm::SmallBitVector kept(op.getOutputs().size(), true);
    for (auto [i, result] : llvm::enumerate(op.getResults()))
      if (result.use_empty())
        kept.reset(i);
    if (kept.all() || kept.none())
      return rewriter.notifyMatchFailure(op, "all outs are used, or none");
    if (!coversAllDims(op, inputs, kept))
      return rewriter.notifyMatchFailure(op, "an unused out gives an extent");
    Operation *yield = op.getBodyBlock()->getTerminator();
    rewriter.modifyOpInPlace(yield, [&] {
      llvm::BitVector dropped(kept.size());
      for (unsigned i = 0; i < kept.size(); ++i)
        dropped[i] = !kept[i];
      yield->eraseOperands(dropped);
    });
    GenericOp simpler = takeOver(op, rewriter, inputs, kept);
    for (auto [old, replacement] :
         llvm::zip_equal(kept.set_bits(), simpler.getResults()))
      rewriter.replaceAllUsesWith(op.getResult(old), replacement);
    rewriter.eraseOp(op);
    return success();
  }
};

/// A reduce of a value that is the same in the whole row. `add` becomes n·v,
/// which rounds once instead of n times; the others are exact. v − v keeps the
/// NaN that the variance of an infinite row is.
struct FoldUniformReduce : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp op,
                                PatternRewriter &rewriter) const override {
    RowProgram program(op);
    for (ArrayRef<ReduceOp> pass : program.getPasses())
      for (ReduceOp reduce : pass) {
        Value v = reduce.getValue();
        if (variesInRow(program.getVariation(v)))
          continue;
        rewriter.setInsertionPoint(reduce);
        ScalarBuilder b{rewriter, reduce.getLoc()};
        switch (reduce.getKind()) {
        case Combiner::add:
          rewriter.replaceOp(
              reduce, b.mul(v, CountOp::create(rewriter, b.loc, v.getType())));
          break;
        case Combiner::moments:
          rewriter.replaceOp(reduce, {v, b.sub(v, v)});
          break;
        case Combiner::max:
        case Combiner::min:
          rewriter.replaceOp(reduce, v);
          break;
        }
        return success();
      }
    return rewriter.notifyMatchFailure(op, "no reduce of a uniform value");
  }
};
} // namespace

void GenericOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<DropUnusedInputs, DropUnusedOuts, FoldUniformReduce>(context);
}
