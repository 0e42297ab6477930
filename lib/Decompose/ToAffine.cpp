//===- ToAffine.cpp - norm.generic to affine.for, row by row -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Decompose/Patterns.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/RowProgram.h"
#include "Norm/IR/ScalarBuilder.h"
#include "Norm/Passes.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMTOAFFINEPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;
using affine::AffineForOp;
using utils::IteratorType;

namespace {
/// Emits the loops of one norm.generic. Values that are one per row are scalars
/// between the loops over the row; all others are recomputed in each of these.
class RowLoops {
public:
  RowLoops(GenericOp op, PatternRewriter &rewriter)
      : op(op), program(op), builder(rewriter), loc(op.getLoc()),
        iterators(op.getRowIteratorTypes()), ivs(iterators.size()) {}

  void emit();

private:
  /// Adds one accumulator: the value that each element contributes, given the
  /// mapping of the body's values in the loop.
  struct Accumulator {
    Combiner kind;
    Value value;
    Value mean; // set: the centred square of the value is added
  };

  AffineForOp openLoop(unsigned dim, ValueRange inits);
  SmallVector<Value> emitReductions(ArrayRef<Accumulator> accumulators);
  void emitPass(ArrayRef<ReduceOp> pass);
  void emitElements();
  void emitRowOuts();
  void emitStores(ArrayRef<unsigned> outs, IRMapping &mapping);
  Value emitValue(Value value, IRMapping &mapping);
  void emitRowParts(Value value);
  Value emitCount(Type type);
  SmallVector<unsigned> getDims(IteratorType type);

  GenericOp op;
  RowProgram program;
  OpBuilder &builder;
  Location loc;
  SmallVector<IteratorType> iterators;
  SmallVector<OpFoldResult> extents;
  SmallVector<Value> ivs;
  /// What is known of the row, statistics above all.
  IRMapping row;
};
} // namespace

SmallVector<unsigned> RowLoops::getDims(IteratorType type) {
  SmallVector<unsigned> dims;
  for (auto [dim, iterator] : llvm::enumerate(iterators))
    if (iterator == type)
      dims.push_back(dim);
  return dims;
}

/// A loop over one dim; the builder moves into it.
AffineForOp RowLoops::openLoop(unsigned dim, ValueRange inits) {
  MLIRContext *context = op.getContext();
  AffineMap zero = AffineMap::getConstantMap(0, context), extent;
  SmallVector<Value> operands;
  if (std::optional<int64_t> known = getConstantIntValue(extents[dim])) {
    extent = AffineMap::getConstantMap(*known, context);
  } else {
    extent = AffineMap::get(0, 1, getAffineSymbolExpr(0, context));
    operands.push_back(cast<Value>(extents[dim]));
  }
  auto loop = AffineForOp::create(builder, loc, ValueRange(), zero, operands,
                                  extent, 1, inits);
  ivs[dim] = loop.getInductionVar();
  if (inits.empty())
    builder.setInsertionPoint(loop.getBody()->getTerminator());
  else
    builder.setInsertionPointToEnd(loop.getBody());
  return loop;
}

/// The value for the point at which the builder stands; `mapping` has what is
/// known there.
Value RowLoops::emitValue(Value value, IRMapping &mapping) {
  if (Value known = mapping.lookupOrNull(value))
    return known;
  if (!program.isInBody(value))
    return value;
  if (auto arg = dyn_cast<BlockArgument>(value)) {
    Value input = op.getInputs()[arg.getArgNumber()];
    if (isa<MemRefType>(input.getType())) {
      AffineMap map = op.getInputMap(arg.getArgNumber());
      SmallVector<Value> indices;
      for (AffineExpr expr : map.getResults())
        indices.push_back(ivs[cast<AffineDimExpr>(expr).getPosition()]);
      input = affine::AffineLoadOp::create(builder, loc, input, indices);
    }
    mapping.map(value, input);
    return input;
  }
  Operation *definingOp = value.getDefiningOp();
  if (isa<CountOp>(definingOp)) {
    mapping.map(value, emitCount(value.getType()));
    return mapping.lookup(value);
  }
  for (Value operand : definingOp->getOperands())
    emitValue(operand, mapping);
  builder.clone(*definingOp, mapping);
  return mapping.lookup(value);
}

/// What `value` needs that is one per row, ahead of the loop over the elements.
void RowLoops::emitRowParts(Value value) {
  if (!program.isInBody(value))
    return;
  if (!variesInRow(program.getVariation(value))) {
    emitValue(value, row);
    return;
  }
  if (Operation *definingOp = value.getDefiningOp())
    for (Value operand : definingOp->getOperands())
      emitRowParts(operand);
}

/// n, as the type has it.
Value RowLoops::emitCount(Type type) {
  AffineExpr a, b;
  bindSymbols(op.getContext(), a, b);
  OpFoldResult count = builder.getIndexAttr(1);
  for (unsigned dim : getDims(IteratorType::reduction))
    count = affine::makeComposedFoldedAffineApply(builder, loc, a * b,
                                                  {count, extents[dim]});
  if (std::optional<int64_t> known = getConstantIntValue(count))
    return ScalarBuilder{builder, loc}.constant(double(*known), type);
  Value integer = arith::IndexCastOp::create(builder, loc, builder.getI64Type(),
                                             cast<Value>(count));
  return arith::SIToFPOp::create(builder, loc, type, integer);
}

/// One loop nest over the row that reduces all of `accumulators`.
SmallVector<Value>
RowLoops::emitReductions(ArrayRef<Accumulator> accumulators) {
  ScalarBuilder b{builder, loc};
  SmallVector<Value> carried;
  for (const Accumulator &accumulator : accumulators) {
    emitRowParts(accumulator.value);
    carried.push_back(arith::ConstantOp::create(
        builder, loc,
        getIdentity(accumulator.kind, accumulator.value.getType())));
  }

  OpBuilder::InsertionGuard guard(builder);
  SmallVector<AffineForOp> loops;
  for (unsigned dim : getDims(IteratorType::reduction)) {
    loops.push_back(openLoop(dim, carried));
    carried.assign(loops.back().getRegionIterArgs().begin(),
                   loops.back().getRegionIterArgs().end());
  }
  IRMapping element(row);
  for (auto [accumulator, sum] : llvm::zip_equal(accumulators, carried)) {
    Value value = emitValue(accumulator.value, element);
    if (accumulator.mean) {
      value = b.sub(value, accumulator.mean);
      value = b.mul(value, value);
    }
    sum = b.combine(accumulator.kind, sum, value);
  }
  for (AffineForOp loop : llvm::reverse(loops)) {
    builder.setInsertionPointToEnd(loop.getBody());
    affine::AffineYieldOp::create(builder, loc, carried);
    carried.assign(loop.getResults().begin(), loop.getResults().end());
  }
  return carried;
}

/// One pass over the row; moments take a second one, for centred squares.
void RowLoops::emitPass(ArrayRef<ReduceOp> pass) {
  ScalarBuilder b{builder, loc};
  SmallVector<Accumulator> sums, squares;
  for (ReduceOp reduce : pass)
    sums.push_back({reduce.getKind(), reduce.getValue(), {}});
  SmallVector<ReduceOp> moments;
  SmallVector<Value> results = emitReductions(sums);
  for (auto [i, stat] : llvm::enumerate(results)) {
    ReduceOp reduce = pass[i];
    if (reduce.getKind() == Combiner::moments) {
      stat = b.div(stat, emitCount(stat.getType()));
      squares.push_back({Combiner::add, reduce.getValue(), stat});
      moments.push_back(reduce);
    }
    row.map(reduce.getStats()[0], stat);
  }
  if (moments.empty())
    return;
  for (auto [reduce, sum] : llvm::zip_equal(moments, emitReductions(squares)))
    row.map(reduce.getStats()[1], b.div(sum, emitCount(sum.getType())));
}

void RowLoops::emitElements() {
  SmallVector<unsigned> outs;
  for (unsigned i = 0; i < op.getOutputs().size(); ++i)
    if (op.isElementwiseOut(i))
      outs.push_back(i);
  if (outs.empty())
    return;
  for (unsigned i : outs)
    emitRowParts(op.getYields()[i]);
  OpBuilder::InsertionGuard guard(builder);
  for (unsigned dim : getDims(IteratorType::reduction))
    openLoop(dim, {});
  IRMapping element(row);
  emitStores(outs, element);
}

void RowLoops::emitRowOuts() {
  SmallVector<unsigned> outs;
  for (unsigned i = 0; i < op.getOutputs().size(); ++i)
    if (!op.isElementwiseOut(i))
      outs.push_back(i);
  emitStores(outs, row);
}

/// All loads ahead of all stores: an out may be an input in place.
void RowLoops::emitStores(ArrayRef<unsigned> outs, IRMapping &mapping) {
  SmallVector<Value> values;
  for (unsigned i : outs)
    values.push_back(emitValue(op.getYields()[i], mapping));
  for (auto [i, value] : llvm::zip_equal(outs, values)) {
    SmallVector<Value> indices;
    for (AffineExpr expr : op.getOutputMap(i).getResults())
      indices.push_back(ivs[cast<AffineDimExpr>(expr).getPosition()]);
    affine::AffineStoreOp::create(builder, loc, value, op.getOutputs()[i],
                                  indices);
  }
}

void RowLoops::emit() {
  for (Range range :
       cast<TilingInterface>(op.getOperation()).getIterationDomain(builder))
    extents.push_back(range.size);
  for (unsigned dim : getDims(IteratorType::parallel))
    openLoop(dim, {});
  for (ArrayRef<ReduceOp> pass : program.getPasses())
    emitPass(pass);
  emitElements();
  emitRowOuts();
}

/// Why affine cannot express the op; empty if it can.
static StringRef getRefusal(GenericOp op) {
  if (!op.hasPureBufferSemantics())
    return "affine works on buffers";
  Region *scope = affine::getAffineScope(op);
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    if (!type)
      continue;
    if (!type.getLayout().isIdentity())
      return "the affine vectorizer takes no buffer with a layout";
    // The extent of a buffer is a symbol where the buffer is at the top.
    if (!type.hasStaticShape() && operand.getParentRegion() != scope)
      return "a dynamic extent inside of control flow is no affine symbol";
  }
  return "";
}

namespace {
struct GenericToAffine : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (StringRef reason = getRefusal(op); !reason.empty())
      return rewriter.notifyMatchFailure(op, reason);
    RowLoops(op, rewriter).emit();
    rewriter.eraseOp(op);
    return success();
  }
};

struct NormToAffinePass : norm::impl::NormToAffinePassBase<NormToAffinePass> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet generalize(&getContext()), lower(&getContext());
    populateGeneralizePatterns(generalize);
    populateNormToAffinePatterns(lower);
    walkAndApplyPatterns(getOperation(), std::move(generalize));
    walkAndApplyPatterns(getOperation(), std::move(lower));
    getOperation()->walk([](GenericOp op) {
      op.emitRemark("left to the linalg road: ") << getRefusal(op);
    });
  }
};
} // namespace

void mlir::norm::populateNormToAffinePatterns(RewritePatternSet &patterns) {
  patterns.add<GenericToAffine>(patterns.getContext());
}
