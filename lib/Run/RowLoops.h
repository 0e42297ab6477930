//===- RowLoops.h - Loops over rows and their elements ----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_RUN_ROWLOOPS_H
#define NORM_LIB_RUN_ROWLOOPS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SmallBitVector.h"

namespace mlir::norm {

/// f64 arithmetic.
struct ScalarMath {
  OpBuilder &builder;
  Location loc;

  Value constant(double value);
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  Value max(Value a, Value b);
  Value min(Value a, Value b);
  Value sqrt(Value a);
};

/// An operand in memory, and which dims of the iteration space index it.
struct Buffer {
  Value memory;
  SmallVector<int64_t> dims;
};

/// The extents of a tensor or memref.
SmallVector<Value> getExtents(OpBuilder &builder, Value shaped);

/// Emits loops over an iteration space whose reduced dims form the rows. Inside
/// a loop, load() and store() are at its point.
class RowLoops {
public:
  RowLoops(OpBuilder &builder, Location loc, SmallVector<Value> extents,
           const llvm::SmallBitVector &reduced);

  OpBuilder &getBuilder() { return builder; }
  ScalarMath math() { return {builder, loc}; }
  /// The number of elements of a row, an f64.
  Value getCount() { return count; }

  /// A tensor operand becomes a buffer to read.
  Buffer read(Value operand, ArrayRef<int64_t> dims);
  /// A tensor init becomes a new buffer.
  Buffer write(Value init, ArrayRef<int64_t> dims);

  void forEachRow(function_ref<void()> body);
  void forEachElement(function_ref<void()> body);
  /// Over the elements of the row.
  Value fold(Value init, function_ref<Value(Value acc)> step);

  Value load(const Buffer &buffer);
  void store(Value value, const Buffer &buffer);

  /// The written buffers take the place of the op's results.
  void replace(Operation *op);

private:
  void loop(bool overRow, function_ref<void()> body);
  SmallVector<Value> getPoint(const Buffer &buffer);

  OpBuilder &builder;
  Location loc;
  SmallVector<Value> extents, point;
  llvm::SmallBitVector reduced;
  Value count;
  SmallVector<Value> writtenTensors;
};

} // namespace mlir::norm

#endif // NORM_LIB_RUN_ROWLOOPS_H
