//===- Plan.h - Which threads take what of a row -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_GPU_PLAN_H
#define NORM_GPU_PLAN_H

#include "Norm/GPU/Chip.h"
#include "Norm/IR/RowProgram.h"

namespace mlir::norm {

constexpr int64_t warpSize = 32;

/// How the threads of a kernel share the rows. Thread t of the T that share a
/// row takes vectors t, t + T, t + 2T … of it. A pure function of the op's
/// shape and types and of the chip: never of the number of rows, so that a row
/// gives the same bits whatever stands beside it.
struct GPUPlan {
  /// The dims that number the elements of a row and the rows; the last one of
  /// each is the fastest.
  SmallVector<unsigned> reductionDims, parallelDims;
  /// Elements a thread takes at once, along the last reduction dim.
  int64_t vectorWidth = 1;
  /// A power of two below a warp, else a number of whole warps; of all blocks.
  int64_t threadsPerRow = warpSize;
  /// 1 unless rows are of a warp or less.
  int64_t rowsPerBlock = 1;
  /// 1 unless a cluster shares the row: a power of two.
  int64_t blocksPerRow = 1;
  /// Vectors a thread has in flight: all of its row if `isHeld`.
  int64_t vectorsPerThread = 1;
  /// Rows stay in registers, or in shared memory; otherwise every pass reads
  /// them again, and so do the stores.
  bool isHeld = true;
  /// Of a row that is held: what is reduced is in shared memory, each element
  /// where the thread that loaded it finds it again.
  bool isInShared = false;
  /// How often that is.
  int64_t numReads = 1;
  /// Many blocks share a row, each taking what the threads of one have in
  /// flight, in turn, and leave what they know of it in memory; every pass is a
  /// launch of its own. `threadsPerRow` is then of a block.
  bool isSplit = false;
  /// The longest row that it is for.
  int64_t maxLength = std::numeric_limits<int64_t>::max();
  /// That ptxas may use for a thread; as many as it likes if 0.
  int64_t registers = 0;

  /// Of a block.
  int64_t getThreads() const {
    return threadsPerRow * rowsPerBlock / blocksPerRow;
  }
  /// Of a warp, those that share a row.
  int64_t getLanesPerRow() const { return std::min(threadsPerRow, warpSize); }
  int64_t getWarpsPerRow() const {
    return std::max<int64_t>(1, threadsPerRow / warpSize);
  }
  /// Elements that the threads of a row have in flight.
  int64_t getElementsInFlight() const {
    return threadsPerRow * vectorWidth * vectorsPerThread;
  }

  std::string str() const;
};

/// Blocks that share the longest of rows: no more than a block has threads, so
/// that each thread of the next launch reads one of their results.
constexpr int64_t maxBlocksOfSplitRow = 512;
/// The longest row that every chip with clusters holds in one.
constexpr int64_t longestHeldRow = 131072;

/// What the op is lowered to: the first of these whose conditions hold at run
/// time. All but the last one may have conditions: that operands are aligned to
/// vectors, and that a dynamic row is no longer than the plan is for. Rows of
/// more than `longestWhole` elements are split among blocks. Fails with the
/// reason why the op has no kernel.
FailureOr<SmallVector<GPUPlan>> getGPUPlans(const RowProgram &program,
                                            const GPUChip &chip,
                                            int64_t longestWhole,
                                            std::string &reason);

/// True if an out of a value per row may be the buffer of an input: it is
/// written once all threads of the row have read that.
bool mayOverwriteRowInput(GenericOp op);

/// What `width` elements of operand number `operand` must be aligned to to be
/// accessed at once, in bytes.
int64_t getAccessAlignment(GenericOp op, unsigned operand, int64_t width);

} // namespace mlir::norm

#endif // NORM_GPU_PLAN_H
