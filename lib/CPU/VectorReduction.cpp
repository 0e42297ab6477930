//===- VectorReduction.cpp - From lanes to one value per row ----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorReduction.h"
#include "Norm/IR/ScalarBuilder.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

/// So many rows are transposed together.
constexpr int64_t rowsPerTree = 4;

/// `a` and `b` each hold `period` rows, lane i that of row i modulo `period`.
/// Makes one vector with twice the period by taking both apart and adding up:
/// by halves of 128 bits, as the unpack instructions of x86 do, or by whole
/// periods where these are larger.
static Value interleave(ScalarBuilder &scalars, Combiner kind, Value a, Value b,
                        int64_t period) {
  auto type = cast<VectorType>(a.getType());
  int64_t lanes = type.getNumElements();
  int64_t group =
      std::max<int64_t>(128 / type.getElementTypeBitWidth(), 2 * period);
  group = std::min(group, lanes);
  Value parts[2];
  for (int64_t half : {0, 1}) {
    SmallVector<int64_t> order;
    for (int64_t start = half * group / 2; start < lanes; start += group)
      for (int64_t at = start; at < start + group / 2; at += period)
        for (int64_t from : {at, lanes + at})
          for (int64_t i = 0; i < period; ++i)
            order.push_back(from + i);
    parts[half] =
        vector::ShuffleOp::create(scalars.builder, scalars.loc, a, b, order);
  }
  return scalars.combine(kind, parts[0], parts[1]);
}

/// The lanes from `first` on.
static Value slice(ScalarBuilder &scalars, Value vector, int64_t first,
                   int64_t size) {
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq(first, first + size));
  return vector::ShuffleOp::create(scalars.builder, scalars.loc, vector, vector,
                                   order);
}

/// Four rows to a vector of four.
static Value reduceFour(ScalarBuilder &scalars, Combiner kind,
                        ArrayRef<Value> rows) {
  SmallVector<Value> parts(rows);
  for (int64_t period = 1; period < rowsPerTree; period *= 2) {
    SmallVector<Value> next;
    for (unsigned i = 0; i < parts.size(); i += 2)
      next.push_back(interleave(scalars, kind, parts[i], parts[i + 1], period));
    parts = next;
  }
  Value sum = parts.front();
  for (int64_t lanes = cast<VectorType>(sum.getType()).getNumElements();
       lanes > rowsPerTree; lanes /= 2)
    sum = scalars.combine(kind, slice(scalars, sum, 0, lanes / 2),
                          slice(scalars, sum, lanes / 2, lanes / 2));
  return sum;
}

Value mlir::norm::reduceLanes(OpBuilder &builder, Location loc, Combiner kind,
                              ArrayRef<Value> rows) {
  auto type = cast<VectorType>(rows.front().getType());
  int64_t lanes = type.getNumElements(), numRows = rows.size();
  ScalarBuilder scalars{builder, loc, arith::FastMathFlags::contract};
  SmallVector<Value> sums;
  if (lanes < rowsPerTree || !llvm::isPowerOf2_64(lanes)) {
    for (Value row : rows)
      sums.push_back(
          vector::ReductionOp::create(builder, loc, getCombiningKind(kind), row,
                                      arith::FastMathFlags::reassoc));
  } else {
    for (int64_t first = 0; first < numRows; first += rowsPerTree) {
      SmallVector<Value> four;
      for (int64_t i = 0; i < rowsPerTree; ++i)
        four.push_back(rows[std::min(first + i, numRows - 1)]);
      Value sum = reduceFour(scalars, kind, four);
      if (numRows == rowsPerTree)
        return sum;
      for (int64_t i = 0; i < std::min(rowsPerTree, numRows - first); ++i)
        sums.push_back(vector::ExtractOp::create(builder, loc, sum, i));
    }
  }
  if (numRows == 1)
    return sums.front();
  return vector::FromElementsOp::create(
      builder, loc, VectorType::get({numRows}, type.getElementType()), sums);
}
