//===- VectorLoops.h - The loops of a vectorized row program -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_CPU_VECTORLOOPS_H
#define NORM_LIB_CPU_VECTORLOOPS_H

#include "VectorValues.h"

namespace mlir::norm {

/// Emits the loops of one norm.generic on buffers, before the op; the op stays.
class VectorLoops {
public:
  VectorLoops(const RowProgram &program, const VectorPlan &plan,
              const VectorOptions &options, OpBuilder &builder);

  void emit();
  ArrayRef<Operation *> getMathOps() const { return values.mathOps; }

private:
  using CarriedBody = function_ref<SmallVector<Value>(ValueRange)>;

  Value index(int64_t value);
  void emitLoop(Value lower, Value upper, Value step, unsigned dim,
                ValueRange inits, CarriedBody body,
                SmallVectorImpl<Value> &results);

  void emitParallelLoops(unsigned dim);
  void emitLanesOfRows();
  void emitJammedRows();
  void emitRows(unsigned numRows);

  SmallVector<Value> emitReductionLoops(ValueRange inits, CarriedBody body);
  SmallVector<Value> emitReductionLoop(unsigned number, ValueRange inits,
                                       CarriedBody body);
  SmallVector<Value> emitLaneLoop(ValueRange inits, CarriedBody body);

  SmallVector<Value>
  emitAccumulation(ArrayRef<std::pair<Combiner, Type>> accumulators,
                   function_ref<Value(unsigned)> contribute);
  void emitPass(ArrayRef<ReduceOp> pass);
  void emitCentredPass(ArrayRef<std::pair<ReduceOp, unsigned>> moments);
  Value divideByCount(Value sum);
  void emitStores();
  void emitElementStores(bool streaming);
  void emitRowStores();
  Value emitNextRow();
  void emitPrefetch();
  Value emitStreamingCondition();

  const RowProgram &program;
  const VectorPlan &plan;
  const VectorOptions &options;
  OpBuilder &builder;
  GenericOp op;
  Location loc;
  VectorValues values;
  SmallVector<utils::IteratorType> iterators;
  SmallVector<unsigned> reductionDims; // in loop order, that of lanes last
  unsigned numRows = 1;                // in flight
  Value streamingCondition, nextJammed;
};

} // namespace mlir::norm

#endif // NORM_LIB_CPU_VECTORLOOPS_H
