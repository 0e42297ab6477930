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

/// Bytes of a cache line.
constexpr int64_t cacheLine = 64;

/// Below so many elements, a team of threads costs more than it saves.
constexpr int64_t minThreadedElements = 1 << 16;

/// So many vectors are summed one after the other; longer rows are summed in
/// chunks of them, whose sums are summed: rounding errors of a sum grow with
/// the number of its terms.
constexpr int64_t chunkVectors = 1024;

/// Emits the loops of one norm.generic on buffers, before the op; the op stays.
class VectorLoops {
public:
  VectorLoops(const RowProgram &program, const VectorPlan &plan,
              const VectorOptions &options, OpBuilder &builder);

  void emit();
  ArrayRef<Operation *> getOpsToExpand() const { return values.opsToExpand; }

private:
  using CarriedBody = function_ref<SmallVector<Value>(ValueRange)>;
  using Branch = function_ref<SmallVector<Value>()>;
  /// How a long row is taken in chunks: each starts with `identities`, and
  /// `merge` combines what is carried with what a chunk made of them.
  struct Chunks {
    ValueRange identities;
    function_ref<SmallVector<Value>(ValueRange, ValueRange)> merge;
  };

  Value index(int64_t value);
  Value roundDown(Value extent, int64_t step);
  static bool mayHaveRest(Value extent, int64_t step);
  void emitLoop(Value lower, Value upper, Value step, unsigned dim,
                ValueRange inits, CarriedBody body,
                SmallVectorImpl<Value> &results);

  void emitRowLoop(Value lower, Value upper, Value step, unsigned dim,
                   function_ref<void()> body);
  void emitThreads(Value lower, Value upper, Value step, unsigned dim,
                   function_ref<void()> body);
  void emitParallelLoops(unsigned dim);
  void emitLanesOfRows();
  void emitJammedRows();
  void emitRows(unsigned rows);
  void emitBlockOfRows(unsigned rows);

  SmallVector<Value> emitReductionLoops(ValueRange inits, CarriedBody innermost,
                                        unsigned number = 0);
  SmallVector<Value> emitElements(ValueRange inits, CarriedBody body,
                                  const Chunks *chunks = nullptr);
  SmallVector<Value> emitLaneLoop(Value lower, ValueRange inits,
                                  CarriedBody body,
                                  const Chunks *chunks = nullptr);
  SmallVector<Value> emitChunks(Value lower, Value upper, ValueRange inits,
                                CarriedBody body, const Chunks &chunks);
  SmallVector<Value> emitIf(Value condition, TypeRange types, Branch then,
                            Branch otherwise);
  SmallVector<Value> emitRowByRow(ValueRange packed, Branch body);
  void emitMasked(Value lower, Value count, function_ref<void()> body);

  struct Accumulator {
    Combiner kind;
    Type type;
    /// A maximum of absolute values.
    bool isMagnitude = false;
  };
  Value combine(const Accumulator &accumulator, Value a, Value b);
  /// What an element of a row adds to an accumulator.
  using Contribution = function_ref<Value(unsigned accumulator, unsigned row)>;
  SmallVector<Value> emitAccumulation(ArrayRef<Accumulator> accumulators,
                                      Contribution contribute,
                                      bool fetchesAhead = false);
  void emitPass(ArrayRef<ReduceOp> pass);
  /// The moments of the rows in flight, packed: their means are `mean` +
  /// `delta`.
  struct Moments {
    ReduceOp reduce;
    Value mean, delta, variance;
    /// Whether the shift was too far from the mean; null without a shift.
    Value isFar;
    bool isAboutMean = false;
  };
  void finishMoments(Moments &moments, Value sum, Value sumOfSquares);
  bool canShift() const;
  bool isRowOneVector() const;
  Value emitFirstVector(ReduceOp reduce, unsigned row, Value length);
  Value emitShift(ReduceOp reduce);
  Value emitIsFar(const Moments &moments);
  void emitTwoPassesIf(Value condition, MutableArrayRef<Moments> moments);
  void emitCentredPass(MutableArrayRef<Moments> moments);
  Value divideByCount(Value sum);
  /// How the outs are stored: through the caches, or past them.
  enum class Store {
    Cached,
    Streaming, ///< every vector of every row starts a cache line
    Peeled     ///< each row has a head of its own up to the first line
  };
  void emitStores();
  void emitElementStores(Store store);
  void emitVectorStores(Store store);
  void emitOuts(ArrayRef<unsigned> outs, unsigned row, bool isScalar,
                Store store);
  void emitPrefetchOfEnd();
  Value emitHead();
  void emitPeeledLaneLoop();
  void emitRowStores();
  void emitComingRows();
  void emitPrefetch(unsigned row, Value rows);
  void emitStreamingConditions();

  const RowProgram &program;
  const VectorPlan &plan;
  const VectorOptions &options;
  OpBuilder &builder;
  GenericOp op;
  Location loc;
  VectorValues values;
  SmallVector<utils::IteratorType> iterators;
  SmallVector<unsigned> reductionDims; // in loop order, that of lanes last
  SmallVector<unsigned> elementOuts;
  /// Whether to store past the caches, and then whether rows are aligned; null
  /// where that is known to be false.
  Value streams, isAligned;
  /// The first of the rows that the stores fetch ahead, that the statistics
  /// fetch again, and that the stores fetch too; null if none is.
  Value comingRows, rowsAgain, laterRows;
};

} // namespace mlir::norm

#endif // NORM_LIB_CPU_VECTORLOOPS_H
