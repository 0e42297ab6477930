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

/// What the blocks of an earlier launch have found: that of one block a thread.
SmallVector<RowPart> KernelEmitter::loadPartials(ArrayRef<ReduceOp> pass) {
  SmallVector<Value> identities;
  for (ReduceOp reduce : pass) {
    auto [kind, type] = getAccumulator(reduce);
    identities.append(
        reduce.getKind() == Combiner::moments ? 3 : 1,
        arith::ConstantOp::create(builder, loc, getIdentity(kind, type)));
  }
  Value isBlock = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult,
                                        thread, partials.getNumBlocks());
  auto ifOp = scf::IfOp::create(builder, loc, ValueRange(identities).getTypes(),
                                isBlock, /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(ifOp.thenBlock());
    SmallVector<Value> loaded;
    for (Value identity : identities)
      loaded.push_back(
          partials.load(numPartials++, thread, identity.getType()));
    scf::YieldOp::create(builder, loc, loaded);
    builder.setInsertionPointToStart(ifOp.elseBlock());
    scf::YieldOp::create(builder, loc, identities);
  }
  SmallVector<RowPart> parts;
  unsigned i = 0;
  for (ReduceOp reduce : pass) {
    RowPart &part = parts.emplace_back();
    part.value = ifOp.getResult(i++);
    if (reduce.getKind() != Combiner::moments)
      continue;
    part.count = ifOp.getResult(i++);
    part.squares = ifOp.getResult(i++);
  }
  return parts;
}

/// The first thread leaves what the block has found, and the shifts that this
/// is about.
void KernelEmitter::storePartials(ArrayRef<RowPart> parts) {
  Value isFirst = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                        thread, index(0));
  auto ifOp = scf::IfOp::create(builder, loc, isFirst);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(ifOp.thenBlock());
  for (auto [i, shift] : llvm::enumerate(shifts))
    partials.store(numPartials - shifts.size() + i, shift);
  for (const RowPart &part : parts)
    for (Value value : {part.value, part.count, part.squares})
      if (value)
        partials.store(numPartials++, value);
}
