//===- VectorLoops.cpp - The loops of a vectorized row program -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLoops.h"
#include "Norm/IR/NoUnroll.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;
using utils::IteratorType;

VectorLoops::VectorLoops(const RowProgram &program, const VectorPlan &plan,
                         const VectorOptions &options, OpBuilder &builder)
    : program(program), plan(plan), options(options), builder(builder),
      op(program.getOp()), loc(op.getLoc()), values(program, plan, builder),
      iterators(op.getRowIteratorTypes()) {
  values.isScalar = plan.isScalar();
  for (unsigned dim = 0; dim < iterators.size(); ++dim)
    if (iterators[dim] == IteratorType::reduction && dim != plan.vectorDim)
      reductionDims.push_back(dim);
  if (plan.reducesAcrossLanes)
    reductionDims.push_back(plan.vectorDim);
  for (unsigned i = 0; i < op.getOutputs().size(); ++i)
    if (op.isElementwiseOut(i))
      elementOuts.push_back(i);
}

Value VectorLoops::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

/// One loop over elements: an scf.for whose body sees `dim` as its induction
/// variable. LLVM would unroll short static loops fully, which costs more than
/// it gains.
void VectorLoops::emitLoop(Value lower, Value upper, Value step, unsigned dim,
                           ValueRange inits, CarriedBody body,
                           SmallVectorImpl<Value> &results) {
  auto loop = scf::ForOp::create(builder, loc, lower, upper, step, inits);
  setNoUnroll(loop);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value outer = values.indices[dim];
  values.indices[dim] = loop.getInductionVar();
  values.enterScope(loop);
  SmallVector<Value> carried = body(loop.getRegionIterArgs());
  if (!inits.empty())
    scf::YieldOp::create(builder, loc, carried);
  values.leaveScope();
  values.indices[dim] = outer;
  llvm::append_range(results, loop.getResults());
}

void VectorLoops::emit() {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  SmallVector<Range> domain =
      cast<TilingInterface>(op.getOperation()).getIterationDomain(builder);
  for (Range &range : domain)
    values.extents.push_back(
        getValueOrCreateConstantIndexOp(builder, loc, range.size));

  // n, in every type that is divided by it.
  llvm::SetVector<Type> types;
  op.getBody().walk([&](Operation *nested) {
    if (isa<CountOp, ReduceOp>(nested))
      types.insert(nested->getResult(0).getType());
  });
  if (!types.empty()) {
    Value count = index(1);
    for (unsigned dim : reductionDims)
      count =
          builder.createOrFold<arith::MulIOp>(loc, count, values.extents[dim]);
    Value integer = builder.createOrFold<arith::IndexCastOp>(
        loc, builder.getI64Type(), count);
    for (Type type : types)
      values.counts[type] =
          builder.createOrFold<arith::SIToFPOp>(loc, type, integer);
  }
  emitStreamingConditions();
  emitParallelLoops(0);
  if (streams) {
    // Streaming stores are weakly ordered: whoever is told that this is done
    // must see them.
    auto ifOp = scf::IfOp::create(builder, loc, streams);
    builder.setInsertionPointToStart(ifOp.thenBlock());
    LLVM::FenceOp::create(builder, loc, LLVM::AtomicOrdering::seq_cst,
                          StringRef());
  }
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// One loop over rows. The outermost one is shared out to the threads.
void VectorLoops::emitRowLoop(Value lower, Value upper, Value step,
                              unsigned dim, function_ref<void()> body) {
  bool isOutermost = values.getCurrentScope() == 0 && !values.hasInnerLoop();
  if (isOutermost && options.threads != 1)
    return emitThreads(lower, upper, step, dim, body);
  auto loop = scf::ForOp::create(builder, loc, lower, upper, step);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  values.indices[dim] = loop.getInductionVar();
  if (isOutermost)
    values.setInnerLoop(loop);
  body();
  if (isOutermost)
    values.setInnerLoop(nullptr);
}

/// Rows over OpenMP threads. A team is not worth its start for few bytes.
void VectorLoops::emitThreads(Value lower, Value upper, Value step,
                              unsigned dim, function_ref<void()> body) {
  Value elements = index(1);
  for (Value extent : values.extents)
    elements = builder.createOrFold<arith::MulIOp>(loc, elements, extent);
  omp::ParallelOperands parallelOperands;
  parallelOperands.ifExpr = builder.createOrFold<arith::CmpIOp>(
      loc, arith::CmpIPredicate::uge, elements, index(minThreadedElements));
  if (options.threads != 0)
    parallelOperands.numThreads = arith::ConstantIntOp::create(
        builder, loc, options.threads, /*width=*/32);
  auto parallel = omp::ParallelOp::create(builder, loc, parallelOperands);
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&parallel.getRegion());
  auto wsloop = omp::WsloopOp::create(builder, loc, omp::WsloopOperands());
  omp::TerminatorOp::create(builder, loc);
  builder.createBlock(&wsloop.getRegion());
  omp::LoopNestOperands nestOperands;
  nestOperands.loopLowerBounds = {lower};
  nestOperands.loopUpperBounds = {upper};
  nestOperands.loopSteps = {step};
  auto nest = omp::LoopNestOp::create(builder, loc, nestOperands);
  Block *block =
      builder.createBlock(&nest.getRegion(), {}, builder.getIndexType(), loc);
  omp::YieldOp::create(builder, loc);
  builder.setInsertionPointToStart(block);
  values.indices[dim] = block->getArgument(0);
  values.setInnerLoop(parallel);
  body();
  values.setInnerLoop(nullptr);
}

/// Loops over the parallel dims from `dim` on. The jammed one and that of the
/// lanes go innermost.
void VectorLoops::emitParallelLoops(unsigned dim) {
  while (dim < iterators.size() &&
         (iterators[dim] == IteratorType::reduction || dim == plan.jammedDim ||
          dim == plan.vectorDim))
    ++dim;
  if (dim < iterators.size())
    return emitRowLoop(index(0), values.extents[dim], index(1), dim,
                       [&] { emitParallelLoops(dim + 1); });
  if (!plan.reducesAcrossLanes)
    return emitLanesOfRows();
  if (plan.jammedDim)
    return emitJammedRows();
  emitRows(1);
}

/// Every lane is a row: a vector of rows at a time, then the rest.
void VectorLoops::emitLanesOfRows() {
  unsigned dim = plan.vectorDim;
  Value extent = values.extents[dim];
  Value main = roundDown(extent, plan.lanes);
  emitRowLoop(index(0), main, index(plan.lanes), dim, [&] { emitRows(1); });
  if (!mayHaveRest(extent, plan.lanes))
    return;
  if (!plan.hasMaskedTails) {
    values.isScalar = true;
    emitRowLoop(main, extent, index(1), dim, [&] { emitRows(1); });
    values.isScalar = false;
    return;
  }
  // At most one iteration: a loop, so that there is none without a rest.
  emitRowLoop(main, extent, index(plan.lanes), dim, [&] {
    Value rest =
        arith::SubIOp::create(builder, loc, extent, values.indices[dim]);
    values.mask = vector::CreateMaskOp::create(
        builder, loc, VectorType::get({plan.lanes}, builder.getI1Type()), rest);
    emitRows(1);
    values.mask = {};
  });
}

/// Blocks of plan.rows rows, then single rows.
void VectorLoops::emitJammedRows() {
  unsigned dim = *plan.jammedDim;
  Value extent = values.extents[dim];
  Value main = roundDown(extent, plan.rows);
  emitRowLoop(index(0), main, index(plan.rows), dim,
              [&] { emitBlockOfRows(plan.rows); });
  if (mayHaveRest(extent, plan.rows))
    emitRowLoop(main, extent, index(1), dim, [&] { emitBlockOfRows(1); });
}

void VectorLoops::emitBlockOfRows(unsigned rows) {
  values.jammedIndices.clear();
  for (unsigned row = 0; row < rows; ++row)
    values.jammedIndices.push_back(builder.createOrFold<arith::AddIOp>(
        loc, values.indices[*plan.jammedDim], index(row)));
  emitRows(rows);
}

void VectorLoops::emitRows(unsigned rows) {
  values.numRows = rows;
  values.statistics.clear();
  values.enterScope(nullptr);
  emitComingRows();
  for (ArrayRef<ReduceOp> pass : program.getPasses())
    emitPass(pass);
  emitStores();
  values.leaveScope();
}
