//===- KernelSplit.cpp - Among the blocks of a row -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "Norm/IR/ScalarBuilder.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::norm;

/// What all blocks of an earlier launch have found: one of them a thread, which
/// are then combined as those of the threads are, in one order in every block.
SmallVector<Value>
KernelEmitter::loadPartials(ArrayRef<Accumulator> accumulators) {
  Value isBlock = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult,
                                        thread, partials.getNumBlocks());
  SmallVector<Value> identities;
  for (auto [kind, type] : accumulators)
    identities.push_back(
        arith::ConstantOp::create(builder, loc, getIdentity(kind, type)));
  auto ifOp = scf::IfOp::create(builder, loc, ValueRange(identities).getTypes(),
                                isBlock, /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(ifOp.thenBlock());
    SmallVector<Value> loaded;
    for (auto [i, accumulator] : llvm::enumerate(accumulators))
      loaded.push_back(
          partials.load(numPartials + i, thread, accumulator.second));
    scf::YieldOp::create(builder, loc, loaded);
    builder.setInsertionPointToStart(ifOp.elseBlock());
    scf::YieldOp::create(builder, loc, identities);
  }
  SmallVector<Value> results(ifOp.getResults());
  reduceInTeam(accumulators, results);
  return results;
}

/// The first thread leaves what the block has found, and the shifts that this
/// is about.
void KernelEmitter::storePartials(ValueRange results) {
  Value isFirst = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                        thread, index(0));
  auto ifOp = scf::IfOp::create(builder, loc, isFirst);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(ifOp.thenBlock());
  for (auto [i, shift] : llvm::enumerate(shifts))
    partials.store(numPartials - shifts.size() + i, shift);
  for (auto [i, result] : llvm::enumerate(results))
    partials.store(numPartials + i, result);
}
