//===- Decomposer.cpp - norm.generic as stages of linalg.generic -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decomposer.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::norm;
using utils::IteratorType;

//===----------------------------------------------------------------------===//
// Slices of the body
//===----------------------------------------------------------------------===//

/// The arguments of the body and the row values that `computed` depends on,
/// in operand order.
SmallVector<Value> Decomposer::collectLeaves(ArrayRef<Value> computed) {
  SetVector<Value> leaves;
  DenseSet<Value> seen;
  SmallVector<Value> worklist(llvm::reverse(computed));
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (!program.isInBody(value) || !seen.insert(value).second)
      continue;
    if (rowValues.contains(value) || isa<BlockArgument>(value))
      leaves.insert(value);
    else
      llvm::append_range(worklist,
                         llvm::reverse(value.getDefiningOp()->getOperands()));
  }
  return leaves.takeVector();
}

/// Clones what computes `value` from the leaves, which `mapping` has.
Value Decomposer::emitSlice(Value value, IRMapping &mapping, ScalarBuilder &b) {
  if (Value known = mapping.lookupOrNull(value))
    return known;
  if (!program.isInBody(value))
    return value;
  Operation *definingOp = value.getDefiningOp();
  if (isa<CountOp>(definingOp)) {
    mapping.map(value, counts.lookup(value.getType()));
    return mapping.lookup(value);
  }
  for (Value operand : definingOp->getOperands())
    emitSlice(operand, mapping, b);
  b.builder.clone(*definingOp, mapping);
  return mapping.lookup(value);
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

/// One linalg.generic that computes `computed` and hands the values, and its
/// own init arguments, to `body`, which returns what to yield.
SmallVector<Value>
Decomposer::emitStage(StringRef name, ArrayRef<Value> computed,
                      ArrayRef<Value> inits, ArrayRef<AffineMap> initMaps,
                      ArrayRef<IteratorType> stageIterators, Body body) {
  SmallVector<Value> leaves = collectLeaves(computed), inputs;
  SmallVector<AffineMap> maps;
  for (Value leaf : leaves) {
    if (Value rowValue = rowValues.lookup(leaf)) {
      inputs.push_back(rowValue);
      maps.push_back(rowMap);
      continue;
    }
    unsigned number = cast<BlockArgument>(leaf).getArgNumber();
    inputs.push_back(op.getInputs()[number]);
    maps.push_back(op.getInputMap(number));
  }
  // A stage over the rows alone has only the row dims.
  bool overRows = stageIterators.size() != iterators.size();
  if (overRows) {
    llvm::SmallDenseMap<AffineExpr, AffineExpr> renumber;
    for (auto [i, expr] : llvm::enumerate(rowMap.getResults()))
      renumber[expr] = builder.getAffineDimExpr(i);
    for (AffineMap &map : maps)
      map = AffineMap::get(stageIterators.size(), 0,
                           llvm::map_to_vector(map.getResults(),
                                               [&](AffineExpr expr) {
                                                 return renumber.lookup(expr);
                                               }),
                           op.getContext());
  }
  // linalg reads extents off its operands: each dim needs one that has it.
  for (unsigned dim = 0; dim < stageIterators.size(); ++dim) {
    auto hasDim = [&](AffineMap map) { return map.isFunctionOfDim(dim); };
    if (llvm::any_of(maps, hasDim) || llvm::any_of(initMaps, hasDim))
      continue;
    for (OpOperand &operand : op->getOpOperands())
      if (hasDim(op.getMatchingIndexingMap(&operand))) {
        inputs.push_back(operand.get());
        maps.push_back(op.getMatchingIndexingMap(&operand));
        break;
      }
  }
  llvm::append_range(maps, initMaps);

  SmallVector<Type> types;
  if (isa<RankedTensorType>(inits.front().getType()))
    llvm::append_range(types, ValueRange(inits).getTypes());
  auto stage = linalg::GenericOp::create(
      builder, loc, types, inputs, inits, maps, stageIterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        ScalarBuilder b{nested, loc};
        IRMapping mapping;
        mapping.map(leaves, args.take_front(leaves.size()));
        SmallVector<Value> values;
        for (Value value : computed)
          values.push_back(emitSlice(value, mapping, b));
        linalg::YieldOp::create(nested, loc,
                                body(b, values, args.take_back(inits.size())));
      });
  if (isRowsByElements)
    stage->setAttr("norm.stage", builder.getStringAttr(name));
  if (types.empty())
    return SmallVector<Value>(inits);
  return SmallVector<Value>(stage.getResults());
}

/// n in every type that the stages need it in, once, before them.
void Decomposer::emitCounts() {
  SetVector<Type> types;
  op.getBody().walk([&](Operation *nested) {
    if (isa<CountOp, ReduceOp>(nested))
      types.insert(nested->getResult(0).getType());
  });
  if (types.empty())
    return;
  AffineExpr a, b;
  bindSymbols(op.getContext(), a, b);
  OpFoldResult count = builder.getIndexAttr(1);
  for (auto [range, iterator] : llvm::zip_equal(
           cast<TilingInterface>(op.getOperation()).getIterationDomain(builder),
           iterators))
    if (iterator == IteratorType::reduction)
      count = affine::makeComposedFoldedAffineApply(builder, loc, a * b,
                                                    {count, range.size});
  Value integer;
  for (Type type : types) {
    ScalarBuilder scalars{builder, loc};
    if (std::optional<int64_t> known = getConstantIntValue(count)) {
      counts[type] = scalars.constant(double(*known), type);
      continue;
    }
    if (!integer)
      integer = arith::IndexCastOp::create(builder, loc, builder.getI64Type(),
                                           cast<Value>(count));
    counts[type] = arith::SIToFPOp::create(builder, loc, type, integer);
  }
}

/// Upstream's buffer deallocation leaves alone what is freed here.
static void markManual(Operation *op) {
  op->setAttr(bufferization::BufferizationDialect::kManualDeallocation,
              UnitAttr::get(op->getContext()));
}

/// Uninitialized room for one value per row.
Value Decomposer::createRowInit(Type elementType) {
  SmallVector<Range> domain =
      cast<TilingInterface>(op.getOperation()).getIterationDomain(builder);
  SmallVector<OpFoldResult> sizes =
      llvm::map_to_vector(rowMap.getResults(), [&](AffineExpr expr) {
        return domain[cast<AffineDimExpr>(expr).getPosition()].size;
      });
  if (op.hasPureTensorSemantics())
    return tensor::EmptyOp::create(builder, loc, sizes, elementType);
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamicSizes;
  dispatchIndexOpFoldResults(sizes, dynamicSizes, shape);
  auto buffer = memref::AllocOp::create(
      builder, loc, MemRefType::get(shape, elementType), dynamicSizes);
  markManual(buffer);
  buffers.push_back(buffer);
  return buffer;
}

/// A reduction of what `body` makes of `computed`, per row.
Value Decomposer::emitReduction(Combiner kind, ArrayRef<Value> computed,
                                Body body) {
  auto type = cast<FloatType>(computed.front().getType());
  Value identity =
      arith::ConstantOp::create(builder, loc, getIdentity(kind, type));
  Value init = createRowInit(type);
  auto fill = linalg::FillOp::create(builder, loc, identity, init);
  if (op.hasPureTensorSemantics())
    init = fill.getResult(0);
  return emitStage("reduce", computed, init, rowMap, iterators,
                   [&](ScalarBuilder &b, ValueRange values,
                       ValueRange accumulators) -> SmallVector<Value> {
                     Value v = body(b, values, {})[0];
                     return {b.combine(kind, accumulators[0], v)};
                   })[0];
}

/// One pass over the row; moments take a second one, for centred squares.
void Decomposer::emitPass(ArrayRef<ReduceOp> pass) {
  auto itself = [](ScalarBuilder &, ValueRange values,
                   ValueRange) -> SmallVector<Value> { return {values[0]}; };
  MLIRContext *context = op.getContext();
  unsigned numRowDims = rowMap.getNumResults();
  AffineMap rows = AffineMap::getMultiDimIdentityMap(numRowDims, context);
  for (ReduceOp reduce : pass) {
    Value value = reduce.getValue(), stat = reduce.getStats()[0];
    rowValues[stat] = emitReduction(reduce.getKind(), value, itself);
    if (reduce.getKind() != Combiner::moments)
      continue;
    auto divideByCount = [&](Value dividend) {
      Value init = createRowInit(value.getType());
      rowValues[dividend] = emitStage(
          "row", dividend, init, rows,
          SmallVector<IteratorType>(numRowDims, IteratorType::parallel),
          [&](ScalarBuilder &b, ValueRange values,
              ValueRange) -> SmallVector<Value> {
            return {b.div(values[0], counts.lookup(value.getType()))};
          })[0];
    };
    divideByCount(stat);
    Value variance = reduce.getStats()[1];
    rowValues[variance] = emitReduction(Combiner::add, {value, stat},
                                        [](ScalarBuilder &b, ValueRange values,
                                           ValueRange) -> SmallVector<Value> {
                                          Value centred =
                                              b.sub(values[0], values[1]);
                                          return {b.mul(centred, centred)};
                                        });
    divideByCount(variance);
  }
}

/// True for a value that is first known after `level` passes, is one per row,
/// and is used where it would otherwise be recomputed per element.
bool Decomposer::isNeededPerRow(Value value, unsigned level) {
  if (program.getLevel(value) != level || rowValues.contains(value) ||
      program.getVariation(value) != Variation::Row)
    return false;
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    return isa<YieldOp, ReduceOp>(user) ||
           variesInRow(program.getVariation(user->getResult(0)));
  });
}

/// What is computed once per row after `level` passes: rstd, scales.
void Decomposer::emitRowStage(unsigned level) {
  SmallVector<Value> computed, inits;
  for (Operation &nested : op.getBodyBlock()->without_terminator())
    for (Value value : nested.getResults())
      if (isNeededPerRow(value, level)) {
        computed.push_back(value);
        inits.push_back(createRowInit(value.getType()));
      }
  if (computed.empty())
    return;
  unsigned numRowDims = rowMap.getNumResults();
  SmallVector<AffineMap> maps(
      computed.size(),
      AffineMap::getMultiDimIdentityMap(numRowDims, op.getContext()));
  SmallVector<Value> stage =
      emitStage("row", computed, inits, maps,
                SmallVector<IteratorType>(numRowDims, IteratorType::parallel),
                [](ScalarBuilder &, ValueRange values, ValueRange) {
                  return SmallVector<Value>(values);
                });
  for (auto [value, rowValue] : llvm::zip_equal(computed, stage))
    rowValues[value] = rowValue;
}

/// The outs: those per element in one generic, those per row in another.
void Decomposer::emitElementStage() {
  for (bool elementwise : {true, false}) {
    SmallVector<Value> computed, inits;
    SmallVector<AffineMap> maps;
    SmallVector<unsigned> outs;
    for (auto [i, value] : llvm::enumerate(op.getYields())) {
      if (op.isElementwiseOut(i) != elementwise)
        continue;
      computed.push_back(value);
      inits.push_back(op.getOutputs()[i]);
      outs.push_back(i);
      AffineMap map = op.getOutputMap(i);
      maps.push_back(elementwise ? map : compressUnusedDims(map));
    }
    if (computed.empty())
      continue;
    unsigned numDims = elementwise ? iterators.size() : rowMap.getNumResults();
    SmallVector<Value> stage =
        emitStage(elementwise ? "element" : "row", computed, inits, maps,
                  SmallVector<IteratorType>(numDims, IteratorType::parallel),
                  [](ScalarBuilder &, ValueRange values, ValueRange) {
                    return SmallVector<Value>(values);
                  });
    for (auto [out, value] : llvm::zip_equal(outs, stage))
      results[out] = value;
  }
}

SmallVector<Value> Decomposer::run() {
  emitCounts();
  unsigned level = 0;
  for (ArrayRef<ReduceOp> pass : program.getPasses()) {
    emitPass(pass);
    emitRowStage(++level);
  }
  emitElementStage();
  for (Value buffer : buffers)
    markManual(memref::DeallocOp::create(builder, loc, buffer));
  return op.hasPureTensorSemantics() ? results : SmallVector<Value>();
}
