//===- KernelEmitter.h - The kernel of a row program -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_GPU_KERNELEMITTER_H
#define NORM_LIB_GPU_KERNELEMITTER_H

#include "PartialResults.h"
#include "ThreadValues.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace mlir::norm {

/// What is known of some elements of a row for one reduce: its value; of
/// moments the sum of their differences from the shift, and besides how many
/// they are and the squares about their own mean.
struct RowPart {
  Value value;
  Value count, squares;
};

/// Values of all warps of a row, as a thread has them.
struct FromWarps {
  /// Of each value, what is left to combine: that of every warp, or of some
  /// while other lanes have the rest.
  SmallVector<SmallVector<Value>> terms;
  /// Lanes that have different ones.
  int64_t lanes = 1;
  /// Whether there are any for this lane; null if that is certain.
  Value isThere;
};

/// Emits the code of one norm.generic for one plan.
class KernelEmitter {
public:
  /// Of a plan with a launch a pass, that of number `launch`: it reads what
  /// passes before have found, and ends with that pass, or with the stores.
  KernelEmitter(const RowProgram &program, const GPUPlan &plan,
                const KernelInterface &interface, OpBuilder &builder,
                unsigned launch = 0);

  /// The kernel, in `module`, named `name` or much like it.
  gpu::GPUFuncOp emit(gpu::GPUModuleOp module, StringRef name);

private:
  Value index(int64_t value);
  Value getValue(OpFoldResult value);
  void createFunction(gpu::GPUModuleOp module, StringRef name);
  bool hasPartials() const;

  // Which rows and elements.
  void emitRow();
  void emitViews();
  void delinearize(Value number, ArrayRef<unsigned> dims,
                   MutableArrayRef<Value> indices);
  Chunk getChunk(Value first, bool isCertain);
  void createChunks(Value base);
  SmallVector<Value>
  forEachChunk(ValueRange inits,
               function_ref<SmallVector<Value>(ValueRange)> body);

  // Statistics.
  using Accumulator = std::pair<Combiner, Type>;
  Accumulator getAccumulator(ReduceOp reduce);
  Value widen(Value value, Type type);
  Value orIdentity(Combiner kind, Value value, unsigned chunk);
  Value reduceLanes(Combiner kind, Value value);
  Value getShift(ReduceOp reduce);
  Value emitShift(ReduceOp reduce);
  Value orZero(Value value);
  TeamStatistic getMean(Value shift, Value delta);
  void setStatistic(ReduceOp reduce, unsigned number, Value result,
                    Value shift);
  void setStatistics(ArrayRef<ReduceOp> pass, ArrayRef<Value> shifts,
                     ArrayRef<RowPart> parts);
  void emitPass(ArrayRef<ReduceOp> pass);
  Value divideByLength(Value sum);

  // Of rows that are held.
  Value subtract(Value v, Value scalar);
  Value reduceChunks(Accumulator accumulator, Value value,
                     function_ref<Value(Value)> contribute);
  Value countInWarp(Type type);
  SmallVector<RowPart> sumInWarp(ArrayRef<ReduceOp> pass,
                                 ArrayRef<Value> shifts);
  void holdInShared(ArrayRef<ReduceOp> pass);
  void addSquares(ArrayRef<ReduceOp> pass, ArrayRef<Value> shifts,
                  MutableArrayRef<RowPart> parts);
  void emitHeldPass(ArrayRef<ReduceOp> pass, ArrayRef<Value> shifts);

  // Parts of a row, taken together.
  Value getOwnMean(const RowPart &part);
  Value getSquaresAbout(Value mean, Value own, const RowPart &part);
  void mergeInWarp(ArrayRef<ReduceOp> pass, MutableArrayRef<RowPart> parts);
  void mergeWarps(ArrayRef<ReduceOp> pass, MutableArrayRef<RowPart> parts);

  // Of rows that are read in a loop.
  void addChunks(ReduceOp reduce, Value shift, Value newCount, RowPart &part);
  Value countElements(Value before);
  SmallVector<RowPart> streamRow(ArrayRef<ReduceOp> pass,
                                 ArrayRef<Value> shifts);
  void emitStreamedPass(ArrayRef<ReduceOp> pass, ArrayRef<Value> shifts);

  // Among the threads of a row.
  void reduceInWarp(ArrayRef<Accumulator> accumulators,
                    MutableArrayRef<Value> values, int64_t lanes);
  Value addSharedMemory(int64_t size, Type type);
  FromWarps exchange(ArrayRef<Value> values);
  void publish(ArrayRef<Value> values, ArrayRef<Value> slots);
  void publishInCluster(ArrayRef<Value> values, ArrayRef<Value> slots);
  SmallVector<Value> readSlots(Value slots, Value first, int64_t number);
  Value combineAll(Combiner kind, SmallVector<Value> terms);
  Value shuffle(Value value, int64_t distance);

  // Among the blocks of a row, from one launch to the next.
  SmallVector<RowPart> loadPartials(ArrayRef<ReduceOp> pass);
  void storePartials(ArrayRef<RowPart> parts);

  // Outs.
  void emitStores();
  void emitElementStores(unsigned chunk);
  void emitRowStores();
  void waitForThreads();

  const RowProgram &program;
  const GPUPlan &plan;
  const KernelInterface &interface;
  OpBuilder &builder;
  GenericOp op;
  Location loc;
  ThreadValues values;
  gpu::GPUFuncOp function;
  std::optional<int64_t> staticLength;
  /// Of the thread, among those of the block and of its row; of the block,
  /// among those of its row.
  Value thread, member, rank;
  /// Whether all blocks of the cluster are known to run.
  bool hasMetCluster = false;
  /// Whether the thread has a row at all; null if that is certain.
  Value hasRow;
  SmallVector<Value> rowIndices;
  /// Of blocks that share a row: which launch this is, and how many passes and
  /// numbers of theirs have been met.
  unsigned launch, numPasses = 0, numPartials = 0;
  PartialResults partials;
  SmallVector<Value> shifts;
  /// What comes next is for the next launch.
  bool isDone = false;
};

} // namespace mlir::norm

#endif // NORM_LIB_GPU_KERNELEMITTER_H
