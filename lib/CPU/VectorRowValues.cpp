//===- VectorRowValues.cpp - What is one per row ----------------*- C++ -*-===//
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorValues.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

Value VectorValues::pack(ArrayRef<Value> rows) {
  if (rows.size() == 1)
    return rows.front();
  auto type = VectorType::get({int64_t(rows.size())}, rows.front().getType());
  return vector::FromElementsOp::create(builder, loc, type, rows);
}

Value VectorValues::extractRow(Value packed, unsigned row) {
  if (!plan.reducesAcrossLanes || numRows == 1)
    return packed;
  return vector::ExtractOp::create(builder, loc, packed, int64_t(row));
}

SmallVector<Value> VectorValues::unpack(Value packed) {
  SmallVector<Value> rows;
  for (unsigned row = 0; row < numRows; ++row)
    rows.push_back(extractRow(packed, row));
  return rows;
}

/// True if the value is one of each row, and is computed for all rows at once.
bool VectorValues::isPacked(Value value) const {
  Operation *op = value.getDefiningOp();
  if (!op || !program.isInBody(value))
    return false;
  if (isa<ReduceOp>(op))
    return true;
  auto it = dims.find(value);
  return plan.reducesAcrossLanes && numRows > 1 && it != dims.end() &&
         getScope(value) == rowScope && it->second.test(*plan.jammedDim) &&
         OpTrait::hasElementwiseMappableTraits(op);
}

Value VectorValues::getPacked(Value value) {
  if (Value known = scopes[rowScope].packed.lookup(value))
    return known;
  OpBuilder::InsertionGuard guard(builder);
  setInsertionPoint(rowScope);
  Value computed = computePacked(value);
  scopes[rowScope].packed[value] = computed;
  return computed;
}

Value VectorValues::computePacked(Value value) {
  Operation *op = value.getDefiningOp();
  if (isa<ReduceOp>(op)) {
    RowStatistic statistic = statistics.lookup(value);
    if (!statistic.delta)
      return statistic.value;
    return arith::AddFOp::create(builder, loc, statistic.value,
                                 statistic.delta);
  }
  auto getType = [&](Type type) {
    return VectorType::get({int64_t(numRows)}, type);
  };
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    if (isPacked(operand)) {
      operands.push_back(getPacked(operand));
      continue;
    }
    SmallVector<Value> rows;
    for (unsigned row = 0; row < numRows; ++row)
      rows.push_back(get(operand, row));
    operands.push_back(
        llvm::all_equal(rows)
            ? Value(vector::BroadcastOp::create(
                  builder, loc, getType(operand.getType()), rows.front()))
            : pack(rows));
  }
  Operation *made =
      clone(op, operands,
            llvm::map_to_vector(op->getResultTypes(), [&](Type type) -> Type {
              return getType(type);
            }));
  for (auto [result, computed] :
       llvm::zip_equal(op->getResults(), made->getResults()))
    scopes[rowScope].packed[result] = computed;
  return made->getResult(cast<OpResult>(value).getResultNumber());
}

void VectorValues::packRows() {
  for (Operation &op : program.getOp().getBodyBlock()->without_terminator())
    for (Value result : op.getResults())
      if (isPacked(result))
        getPacked(result);
}

VectorValues::Rows VectorValues::enterRow(Value row) {
  Rows rows{numRows, jammedIndices, std::move(statistics),
            std::move(scopes[rowScope])};
  auto extract = [&](Value packed) -> Value {
    if (!packed)
      return packed;
    return vector::ExtractOp::create(builder, loc, packed, OpFoldResult(row));
  };
  statistics.clear();
  scopes[rowScope] = LoopScope();
  for (Operation &op : program.getOp().getBodyBlock()->without_terminator())
    for (Value result : op.getResults()) {
      if (auto it = rows.statistics.find(result); it != rows.statistics.end())
        statistics[result] = {extract(it->second.value),
                              extract(it->second.delta)};
      else if (Value packed = rows.scope.packed.lookup(result))
        scopes[rowScope].values[{result, 0}] = extract(packed);
    }
  numRows = 1;
  jammedIndices = {arith::AddIOp::create(builder, loc, jammedIndices[0], row)};
  return rows;
}

void VectorValues::leaveRow(Rows rows) {
  numRows = rows.number;
  jammedIndices = std::move(rows.jammedIndices);
  statistics = std::move(rows.statistics);
  scopes[rowScope] = std::move(rows.scope);
}
