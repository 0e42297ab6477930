//===- RowProgram.cpp - What a row program needs, and when -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/RowProgram.h"

using namespace mlir;
using namespace mlir::norm;

/// What an operand read through `map` varies with.
static Variation variationOfMap(AffineMap map,
                                ArrayRef<utils::IteratorType> iterators) {
  Variation variation = Variation::None;
  for (auto [dim, iterator] : llvm::enumerate(iterators))
    if (map.isFunctionOfDim(dim))
      variation = variation | (iterator == utils::IteratorType::parallel
                                   ? Variation::Row
                                   : Variation::Column);
  return variation;
}

RowProgram::RowProgram(GenericOp op) : op(op), body(op.getBodyBlock()) {
  SmallVector<utils::IteratorType> iterators = op.getRowIteratorTypes();
  for (auto [i, arg] : llvm::enumerate(body->getArguments()))
    variations[arg] = variationOfMap(op.getInputMap(i), iterators);

  for (Operation &nested : body->without_terminator()) {
    unsigned level = 0;
    Variation variation = Variation::None;
    for (Value operand : nested.getOperands()) {
      level = std::max(level, getLevel(operand));
      variation = variation | getVariation(operand);
    }
    if (auto reduce = dyn_cast<ReduceOp>(nested)) {
      if (passes.size() <= level)
        passes.resize(level + 1);
      passes[level].push_back(reduce);
      ++level;
      // Even of a value that varies with the column only: that sum is one per
      // row, the same in all, and is taken in the row's own pass.
      variation = Variation::Row;
    }
    for (Value result : nested.getResults()) {
      levels[result] = level;
      variations[result] = variation;
    }
  }
}
