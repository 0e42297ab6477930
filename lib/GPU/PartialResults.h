//===- PartialResults.h - What blocks know of a row -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_GPU_PARTIALRESULTS_H
#define NORM_LIB_GPU_PARTIALRESULTS_H

#include "Norm/IR/RowProgram.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace mlir::norm {

/// What the blocks that share a row leave in memory for the next launch: of
/// each number, one per block, row by row. The grid is rows × blocks of a row.
/// All are f64, which holds what sums are taken in.
class PartialResults {
public:
  /// Numbers per block that the program needs.
  static int64_t getNumber(const RowProgram &program);

  PartialResults() = default;
  /// In `buffer`, for the row that the block at hand works on.
  PartialResults(OpBuilder &builder, Location loc, Value buffer);

  /// The number of the block, among those of its row, and how many there are.
  Value getRank() const { return rank; }
  Value getNumBlocks() const { return numBlocks; }

  /// Number `number`, that of block `block`, as `type`.
  Value load(unsigned number, Value block, Type type);
  /// By the thread that calls it.
  void store(unsigned number, Value value);

private:
  Value getView(unsigned number);

  OpBuilder *builder = nullptr;
  std::optional<Location> loc;
  Value buffer, row, numRows, rank, numBlocks;
};

} // namespace mlir::norm

#endif // NORM_LIB_GPU_PARTIALRESULTS_H
