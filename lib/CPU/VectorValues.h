//===- VectorValues.h - Values of a row program as vectors and scalars -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_CPU_VECTORVALUES_H
#define NORM_LIB_CPU_VECTORVALUES_H

#include "Norm/CPU/VectorPlan.h"
#include "llvm/ADT/SmallBitVector.h"

namespace mlir::norm {

/// The loops that are open around the point of emission. A value belongs to
/// the innermost loop that it varies with: it is emitted there, before the next
/// loop inside, and remembered until that loop is left.
struct LoopScope {
  /// Where values of this scope go while a loop inside it is open.
  Operation *innerLoop = nullptr;
  llvm::DenseMap<std::pair<Value, unsigned>, Value> values;
  llvm::DenseMap<Value, Value> splats;
  /// Of all rows in flight.
  llvm::DenseMap<Value, Value> packed;
  /// δ·ρ of a mean's rounding error δ and a row's factor ρ.
  llvm::DenseMap<std::pair<Value, Value>, Value> products;
  /// The inner loop of the scope around, while this one is open.
  Operation *outerInnerLoop = nullptr;
};

/// The scope of what is known per row.
constexpr unsigned rowScope = 1;

/// A statistic of the rows in flight, packed: a scalar for one row, a vector
/// with an element each for several. A mean is `value` + `delta`, where delta
/// is what the first pass lost to rounding.
struct RowStatistic {
  Value value;
  Value delta;
};

/// Evaluates values of the body on demand: once outside the loops, once per
/// row (for all rows in flight at once, in the lanes of one vector), once per
/// element for all jammed rows, or per element, by what they vary with. Nothing
/// is cloned that is not needed at the place.
class VectorValues {
public:
  VectorValues(const RowProgram &program, const VectorPlan &plan,
               OpBuilder &builder);

  /// The value for jammed row number `row`: a vector if it varies along the
  /// lanes, a scalar otherwise (and always in scalar mode).
  Value get(Value value, unsigned row);
  /// The same as a vector, broadcast if need be; a scalar in scalar mode.
  Value getSpread(Value value, unsigned row);
  /// One value of each row, as one; and back.
  Value pack(ArrayRef<Value> rows);
  SmallVector<Value> unpack(Value packed);
  /// A scalar or vector that is at hand, as a vector in vector mode.
  Value spread(Value value, unsigned scope);

  Type getSpreadType(Type elementType) const {
    return isScalar ? elementType : Type(VectorType::get({lanes}, elementType));
  }
  SmallVector<Value> getIndices(AffineMap map, unsigned row) const;
  unsigned getScope(Value value) const;
  bool variesAlongLanes(Value value) const;

  /// What there is one of per row in flight, for all of them.
  struct Rows {
    unsigned number;
    SmallVector<Value> jammedIndices;
    llvm::DenseMap<Value, RowStatistic> statistics;
    LoopScope scope;
  };
  /// Until leaveRow(), the row in flight is number `row` of several, which is
  /// known at run time only.
  Rows enterRow(Value row);
  void leaveRow(Rows rows);
  /// Computes what is one of each row and is computed for all at once.
  void packRows();

  /// Opens the scope of one more loop; `loop` is null where code runs without
  /// one, as tails do.
  void enterScope(Operation *loop);
  void leaveScope();
  /// Values of the current scope go before `op` until it is reset to null.
  void setInnerLoop(Operation *op) { scopes[current].innerLoop = op; }
  unsigned getCurrentScope() const { return current; }
  bool hasInnerLoop() const { return scopes[current].innerLoop; }

  const RowProgram &program;
  const VectorPlan &plan;
  OpBuilder &builder;
  Location loc;
  /// Extent of each dim.
  SmallVector<Value> extents;
  /// Index of each dim at the point of emission; of the jammed dim per row.
  SmallVector<Value> indices, jammedIndices;
  /// Lanes that are in bounds, or null if all are.
  Value mask;
  bool isScalar = false;
  int64_t lanes;        // of a vector at the point of emission
  unsigned numRows = 1; // in flight
  llvm::DenseMap<Value, RowStatistic> statistics;
  llvm::DenseMap<Type, Value> counts;
  /// Ops that LLVM would make calls of, unless they are expanded.
  SmallVector<Operation *> opsToExpand;

private:
  Value compute(Value value, unsigned row);
  Value load(BlockArgument arg, unsigned row);
  Value emitCentred(Operation *op, unsigned row);
  Value emitClone(Operation *op, unsigned result, unsigned row);
  Operation *clone(Operation *op, ValueRange operands, TypeRange types);
  bool isPacked(Value value) const;
  Value getPacked(Value value);
  Value computePacked(Value value);
  Value emitCentredPacked(Operation *op);
  Value extractRow(Value packed, unsigned row);
  const RowStatistic *getMean(Value value) const;
  void setInsertionPoint(unsigned scope);

  SmallVector<LoopScope> scopes;
  unsigned current = 0;
  SmallVector<unsigned> dimScopes;
  llvm::DenseMap<Value, llvm::SmallBitVector> dims;
};

} // namespace mlir::norm

#endif // NORM_LIB_CPU_VECTORVALUES_H
