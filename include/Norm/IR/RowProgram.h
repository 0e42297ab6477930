//===- RowProgram.h - What a row program needs, and when -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_ROWPROGRAM_H
#define NORM_IR_ROWPROGRAM_H

#include "Norm/IR/Norm.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::norm {

/// What a value in the body of a norm.generic varies with. A bit set: an
/// element varies with both.
enum class Variation : uint8_t {
  None = 0,   ///< the same everywhere: constants, captured values, scalars
  Row = 1,    ///< one per row: statistics, and what is computed from them
  Column = 2, ///< one per element of a row, the same in every row: parameters
  Element = 3 ///< one per row and element
};

inline Variation operator|(Variation a, Variation b) {
  return Variation(uint8_t(a) | uint8_t(b));
}
/// True if the value differs between the elements of one row.
inline bool variesInRow(Variation v) { return uint8_t(v) & 2; }

/// The stages of a norm.generic, from data dependence alone; every lowering
/// starts here. Pass k over the row computes the reduces of level k: those
/// whose value needs the results of k passes, no more. Reduces of one level are
/// independent of each other and share the pass.
class RowProgram {
public:
  explicit RowProgram(GenericOp op);

  GenericOp getOp() const { return op; }
  /// The reduces of each pass, in body order.
  ArrayRef<SmallVector<ReduceOp>> getPasses() const { return passes; }
  /// How many passes must be complete before the value is known. Values from
  /// outside the body: 0.
  unsigned getLevel(Value value) const { return levels.lookup(value); }
  /// What the value varies with. Values from outside the body: None.
  Variation getVariation(Value value) const {
    return variations.lookup_or(value, Variation::None);
  }
  bool isInBody(Value value) const { return value.getParentBlock() == body; }

private:
  GenericOp op;
  Block *body;
  SmallVector<SmallVector<ReduceOp>> passes;
  llvm::DenseMap<Value, unsigned> levels;
  llvm::DenseMap<Value, Variation> variations;
};

} // namespace mlir::norm

#endif // NORM_IR_ROWPROGRAM_H
