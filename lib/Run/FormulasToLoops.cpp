//===- FormulasToLoops.cpp - What norm ops mean, as plain loops -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/Norm.h"
#include "Norm/Run/Passes.h"
#include "RowLoops.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMFORMULASTOLOOPSPASS
#include "Norm/Run/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

//===----------------------------------------------------------------------===//
// Named ops
//===----------------------------------------------------------------------===//

static Value emitRstd(RowLoops &loops, LayerNormOp op, Value q) {
  ScalarMath m = loops.math();
  return m.div(m.constant(1),
               m.sqrt(m.add(m.div(q, loops.getCount()),
                            m.constant(op.getEps().convertToDouble()))));
}

static Value emitRstd(RowLoops &loops, RmsNormOp op, Value q) {
  ScalarMath m = loops.math();
  return m.div(m.constant(1),
               m.sqrt(m.add(m.div(q, loops.getCount()),
                            m.constant(op.getEps().convertToDouble()))));
}

static Value emitRstd(RowLoops &loops, L2NormOp op, Value q) {
  ScalarMath m = loops.math();
  Value eps = m.constant(op.getEps().convertToDouble());
  Value root = op.getEpsMode() == EpsMode::add ? m.sqrt(m.add(q, eps))
                                               : m.max(m.sqrt(q), eps);
  return m.div(m.constant(1), root);
}

template <typename Op> static void emitNamedOp(OpBuilder &builder, Op op) {
  int64_t rank = op.getXType().getRank();
  SmallVector<int64_t> allDims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  SmallVector<int64_t> rowDims = llvm::filter_to_vector(
      allDims, [&](int64_t d) { return !llvm::is_contained(op.getDims(), d); });
  llvm::SmallBitVector reduced(rank);
  for (int64_t dim : op.getDims())
    reduced.set(dim);

  RowLoops loops(builder, op.getLoc(), getExtents(builder, op.getX()), reduced);
  Buffer x = loops.read(op.getX(), allDims);
  Buffer y = loops.write(op.getInit(), allDims);
  Buffer gamma, beta, mean, rstd;
  if (op.getScale())
    gamma = loops.read(op.getScale(), op.getScaleDimsOrDefault());
  if (op.getShift())
    beta = loops.read(op.getShift(), op.getShiftDimsOrDefault());
  if (op.getMeanInit())
    mean = loops.write(op.getMeanInit(), rowDims);
  if (op.getRstdInit())
    rstd = loops.write(op.getRstdInit(), rowDims);

  loops.forEachRow([&] {
    ScalarMath m = loops.math();
    Value mu = m.constant(0);
    if (isa<LayerNormOp>(op)) {
      Value sum = loops.fold(m.constant(0), [&](Value acc) {
        return loops.math().add(acc, loops.load(x));
      });
      mu = m.div(sum, loops.getCount());
    }
    Value q = loops.fold(m.constant(0), [&](Value acc) {
      ScalarMath m = loops.math();
      Value centred = m.sub(loops.load(x), mu);
      return m.add(acc, m.mul(centred, centred));
    });
    Value rho = emitRstd(loops, op, q);
    loops.forEachElement([&] {
      ScalarMath m = loops.math();
      Value value = m.mul(m.sub(loops.load(x), mu), rho);
      if (gamma.memory)
        value = m.mul(value,
                      m.add(loops.load(gamma),
                            m.constant(op.getScaleOffset().convertToDouble())));
      if (beta.memory)
        value = m.add(value, loops.load(beta));
      loops.store(value, y);
    });
    if (mean.memory)
      loops.store(mu, mean);
    if (rstd.memory)
      loops.store(rho, rstd);
  });
  loops.replace(op);
}

static void emitBatchNorm(OpBuilder &builder, BatchNormOp op) {
  int64_t rank = op.getXType().getRank(), channel = op.getChannelDim();
  SmallVector<int64_t> allDims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  RowLoops loops(builder, op.getLoc(), getExtents(builder, op.getX()),
                 llvm::SmallBitVector(rank));
  Buffer x = loops.read(op.getX(), allDims);
  Buffer y = loops.write(op.getInit(), allDims);
  Buffer mean = loops.read(op.getMean(), channel);
  Buffer variance = loops.read(op.getVariance(), channel);
  Buffer gamma, beta;
  if (op.getScale())
    gamma = loops.read(op.getScale(), op.getScaleDimsOrDefault());
  if (op.getShift())
    beta = loops.read(op.getShift(), op.getShiftDimsOrDefault());
  loops.forEachRow([&] {
    loops.forEachElement([&] {
      ScalarMath m = loops.math();
      Value root = m.sqrt(m.add(loops.load(variance),
                                m.constant(op.getEps().convertToDouble())));
      Value value = m.div(m.sub(loops.load(x), loops.load(mean)), root);
      if (gamma.memory)
        value = m.mul(value,
                      m.add(loops.load(gamma),
                            m.constant(op.getScaleOffset().convertToDouble())));
      if (beta.memory)
        value = m.add(value, loops.load(beta));
      loops.store(value, y);
    });
  });
  loops.replace(op);
}

/// The layer norm of its groups: only the views are shared with the lowering.
static void emitGroupNorm(OpBuilder &builder, GroupNormOp op) {
  ExpandedGroupNorm expanded = expandGroupNorm(builder, op);
  op->replaceAllUsesWith(expanded.results);
  op->erase();
  builder.setInsertionPoint(expanded.layerNorm);
  emitNamedOp(builder, expanded.layerNorm);
}

//===----------------------------------------------------------------------===//
// norm.generic
//===----------------------------------------------------------------------===//

namespace {
/// Evaluates values of the body of a norm.generic at the current point.
class BodyEvaluator {
public:
  BodyEvaluator(RowLoops &loops, GenericOp op) : loops(loops), op(op) {
    for (auto [i, input] : llvm::enumerate(op.getInputs()))
      inputs.push_back(isa<ShapedType>(input.getType())
                           ? loops.read(input, getDims(op.getInputMap(i)))
                           : Buffer{input, {}});
  }

  static SmallVector<int64_t> getDims(AffineMap map) {
    return llvm::map_to_vector(map.getResults(), [](AffineExpr expr) {
      return int64_t(cast<AffineDimExpr>(expr).getPosition());
    });
  }

  /// Computes every reduce of the current row, in body order.
  void evaluateReduces() {
    stats.clear();
    for (auto reduce : op.getBodyBlock()->getOps<ReduceOp>())
      evaluate(reduce);
  }

  /// The value at the current point.
  Value evaluate(Value value) {
    IRMapping known = stats;
    return evaluate(value, known);
  }

private:
  Value fold(double init, Value value,
             function_ref<Value(ScalarMath, Value, Value)> combine) {
    return loops.fold(loops.math().constant(init), [&](Value acc) {
      Value element = evaluate(value);
      return combine(loops.math(), acc, element);
    });
  }

  void evaluate(ReduceOp reduce) {
    Value v = reduce.getValue();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    auto add = [](ScalarMath m, Value acc, Value e) { return m.add(acc, e); };
    auto max = [](ScalarMath m, Value acc, Value e) { return m.max(acc, e); };
    auto min = [](ScalarMath m, Value acc, Value e) { return m.min(acc, e); };
    switch (reduce.getKind()) {
    case Combiner::add:
      return stats.map(reduce.getStats()[0], fold(0, v, add));
    case Combiner::max:
      return stats.map(reduce.getStats()[0], fold(-infinity, v, max));
    case Combiner::min:
      return stats.map(reduce.getStats()[0], fold(infinity, v, min));
    case Combiner::moments:
      Value n = loops.getCount();
      Value mean = loops.math().div(fold(0, v, add), n);
      Value q = fold(0, v, [&](ScalarMath m, Value acc, Value e) {
        Value centred = m.sub(e, mean);
        return m.add(acc, m.mul(centred, centred));
      });
      stats.map(reduce.getStats()[0], mean);
      stats.map(reduce.getStats()[1], loops.math().div(q, n));
    }
  }

  Value evaluate(Value value, IRMapping &known) {
    if (Value result = known.lookupOrNull(value))
      return result;
    if (value.getParentBlock() != op.getBodyBlock())
      return value;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      const Buffer &input = inputs[argument.getArgNumber()];
      Value result = isa<ShapedType>(input.memory.getType()) ? loops.load(input)
                                                             : input.memory;
      known.map(value, result);
      return result;
    }
    Operation *definition = value.getDefiningOp();
    if (isa<CountOp>(definition))
      return loops.getCount();
    for (Value operand : definition->getOperands())
      known.map(operand, evaluate(operand, known));
    loops.getBuilder().clone(*definition, known);
    return known.lookup(value);
  }

  RowLoops &loops;
  GenericOp op;
  SmallVector<Buffer> inputs;
  /// The results of the reduces of the current row.
  IRMapping stats;
};
} // namespace

/// The extent of each dim, from the first operand that has it.
static SmallVector<Value> getGenericExtents(OpBuilder &builder, GenericOp op) {
  SmallVector<Value> extents(op.getRowIteratorTypes().size());
  for (auto [operand, map] :
       llvm::zip_equal(op.getOperands(), op.getIndexingMapsArray())) {
    if (!isa<ShapedType>(operand.getType()))
      continue;
    SmallVector<Value> sizes = getExtents(builder, operand);
    for (auto [dim, size] : llvm::zip_equal(BodyEvaluator::getDims(map), sizes))
      if (!extents[dim])
        extents[dim] = size;
  }
  return extents;
}

static void emitGeneric(OpBuilder &builder, GenericOp op) {
  llvm::SmallBitVector reduced;
  for (utils::IteratorType iterator : op.getRowIteratorTypes())
    reduced.push_back(iterator == utils::IteratorType::reduction);
  RowLoops loops(builder, op.getLoc(), getGenericExtents(builder, op), reduced);
  BodyEvaluator body(loops, op);
  SmallVector<Buffer> outs;
  for (auto [i, init] : llvm::enumerate(op.getOutputs()))
    outs.push_back(
        loops.write(init, BodyEvaluator::getDims(op.getOutputMap(i))));

  // An out may be the buffer of an input: nothing is stored before all that is
  // computed of what is there.
  auto evaluateOuts = [&](bool elementwise) {
    SmallVector<std::pair<Value, Buffer>> stored;
    for (auto [i, value] : llvm::enumerate(op.getYields()))
      if (op.isElementwiseOut(i) == elementwise)
        stored.push_back({body.evaluate(value), outs[i]});
    return stored;
  };
  loops.forEachRow([&] {
    body.evaluateReduces();
    auto rowOuts = evaluateOuts(/*elementwise=*/false);
    loops.forEachElement([&] {
      for (auto [value, out] : evaluateOuts(/*elementwise=*/true))
        loops.store(value, out);
    });
    for (auto [value, out] : rowOuts)
      loops.store(value, out);
  });
  loops.replace(op);
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct NormFormulasToLoopsPass
    : norm::impl::NormFormulasToLoopsPassBase<NormFormulasToLoopsPass> {
  using Base::Base;
  void runOnOperation() override {
    WalkResult result = getOperation().walk([](RowOpInterface op) {
      for (Type type : op->getOperandTypes())
        if (isa<FloatType>(getElementTypeOrSelf(type)) &&
            !getElementTypeOrSelf(type).isF64()) {
          op->emitOpError("is evaluated in f64 only");
          return WalkResult::interrupt();
        }
      OpBuilder builder(op);
      llvm::TypeSwitch<Operation *>(op)
          .Case<LayerNormOp, RmsNormOp, L2NormOp>(
              [&](auto named) { emitNamedOp(builder, named); })
          .Case([&](GroupNormOp group) { emitGroupNorm(builder, group); })
          .Case([&](BatchNormOp batch) { emitBatchNorm(builder, batch); })
          .Case([&](GenericOp generic) { emitGeneric(builder, generic); });
      return WalkResult::skip();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
