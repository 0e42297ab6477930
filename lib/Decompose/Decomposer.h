//===- Decomposer.h - norm.generic as stages of linalg.generic --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_DECOMPOSE_DECOMPOSER_H
#define NORM_LIB_DECOMPOSE_DECOMPOSER_H

#include "Norm/IR/RowProgram.h"
#include "Norm/IR/ScalarBuilder.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::norm {

/// Emits the stages of one norm.generic. Values of the body that are known per
/// row live in tensors (or buffers) of the rows' shape; everything else is
/// recomputed where a stage needs it.
class Decomposer {
public:
  Decomposer(GenericOp op, OpBuilder &builder)
      : op(op), program(op), builder(builder), loc(op.getLoc()),
        iterators(op.getRowIteratorTypes()) {
    MLIRContext *context = op.getContext();
    AffineMap identity =
        AffineMap::getMultiDimIdentityMap(iterators.size(), context);
    SmallVector<unsigned> rowDims;
    for (auto [dim, iterator] : llvm::enumerate(iterators))
      if (iterator == utils::IteratorType::parallel)
        rowDims.push_back(dim);
    rowMap = identity.getSubMap(rowDims);
    isRowsByElements = iterators == SmallVector<utils::IteratorType>{
                                        utils::IteratorType::parallel,
                                        utils::IteratorType::reduction};
    results.resize(op.getOutputs().size());
  }

  SmallVector<Value> run();

private:
  using Body =
      function_ref<SmallVector<Value>(ScalarBuilder &, ValueRange, ValueRange)>;
  SmallVector<Value> emitStage(StringRef name, ArrayRef<Value> computed,
                               ArrayRef<Value> inits,
                               ArrayRef<AffineMap> initMaps,
                               ArrayRef<utils::IteratorType> stageIterators,
                               Body body);
  Value emitReduction(Combiner kind, ArrayRef<Value> computed, Body body);
  void emitRowStage(unsigned level);
  void emitPass(ArrayRef<ReduceOp> pass);
  void emitElementStage();

  SmallVector<Value> collectLeaves(ArrayRef<Value> computed);
  Value emitSlice(Value value, IRMapping &mapping, ScalarBuilder &b);
  bool isNeededPerRow(Value value, unsigned level);
  Value createRowInit(Type elementType);
  void emitCounts();

  GenericOp op;
  RowProgram program;
  OpBuilder &builder;
  Location loc;
  SmallVector<utils::IteratorType> iterators;
  AffineMap rowMap;
  bool isRowsByElements;
  /// Row values already computed: tensors or buffers indexed by rowMap. The
  /// sum of centred squares stands for a variance until it is divided.
  llvm::MapVector<Value, Value> rowValues;
  llvm::DenseMap<Type, Value> counts;
  SmallVector<Value> buffers;
  SmallVector<Value> results;
};

} // namespace mlir::norm

#endif // NORM_LIB_DECOMPOSE_DECOMPOSER_H
