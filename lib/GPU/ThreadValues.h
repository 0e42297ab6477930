//===- ThreadValues.h - A row program as one thread sees it -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_GPU_THREADVALUES_H
#define NORM_LIB_GPU_THREADVALUES_H

#include "KernelInterface.h"
#include "Norm/GPU/Plan.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::norm {

/// Moments are known as mean = `value` + `delta`, so that v − mean is
/// (v − value) − delta, which rounds the mean to no type. Others as `value`.
struct TeamStatistic {
  Value value;
  Value delta;
};

/// One of the vectors of a row that a thread takes.
struct Chunk {
  /// Index of each dim; of the last reduction dim: of the first element.
  SmallVector<Value> indices;
  /// Whether the row has it; null if that is certain.
  Value inBounds;
};

/// Evaluates values of the body on demand: a scalar for what is uniform in the
/// row, a vector per chunk for the rest. What was computed once is not computed
/// again, unless the loop that it was computed in has ended.
class ThreadValues {
public:
  ThreadValues(const RowProgram &program, const GPUPlan &plan,
               OpBuilder &builder);

  Value get(Value value, unsigned chunk);
  /// Of a scalar or a vector at hand, or of a value of the body, the vector.
  Value spread(Value value);
  Value getSpread(Value value, unsigned chunk) {
    return spread(get(value, chunk));
  }
  Type getSpreadType(Type type) const;
  /// An index as a float.
  Value toFloat(Value number, Type type);
  /// The number of elements in a row.
  Value getCount(Type type) { return toFloat(length, type); }
  /// v − mean for any v of the row.
  Value emitCentred(Value v, const TeamStatistic &mean, unsigned chunk);
  SmallVector<Value> getIndices(unsigned operand, const Chunk &chunk);

  /// What is uniform in the row goes before the loop from here on.
  void enterLoop(Operation *op);
  void leaveLoop();
  /// Leaves the chunks of `input` in `memory`, which has room for those of the
  /// block, at the place of `thread`. Once other threads have been waited for,
  /// and no sooner, forgetChunks(): they are read from there.
  void hold(unsigned input, Value memory, Value thread);
  bool isInShared(unsigned input) const { return held.contains(input); }
  void forgetChunks() { chunkValues.clear(); }

  const RowProgram &program;
  const GPUPlan &plan;
  OpBuilder &builder;
  GenericOp op;
  Location loc;
  /// From values of the host to those of the kernel.
  IRMapping mapping;
  /// Of each buffer, the elements that the row has in it.
  SmallVector<Value> views;
  SmallVector<Chunk> chunks;
  llvm::DenseMap<Value, TeamStatistic> statistics;
  /// The number of elements in a row.
  Value length;

private:
  Value compute(Value value, unsigned chunk);
  Value emitScaledCentred(Value centred, Value factor, unsigned chunk);
  Value load(BlockArgument arg, unsigned chunk);
  Value getPlaceInShared(Value thread, unsigned chunk);
  llvm::MaybeAlign getAlignmentInShared(Type type) const;
  Value emitClone(Operation *op, unsigned result, unsigned chunk);

  Operation *loop = nullptr;
  /// Of inputs in shared memory: where, and the thread.
  llvm::DenseMap<unsigned, std::pair<Value, Value>> held;
  llvm::DenseMap<Value, Value> rowValues;
  llvm::DenseMap<std::pair<Value, unsigned>, Value> chunkValues;
};

} // namespace mlir::norm

#endif // NORM_LIB_GPU_THREADVALUES_H
