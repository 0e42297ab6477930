//===- KernelEmitter.cpp - The kernel of a row program -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "Norm/IR/NoUnroll.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::norm;

KernelEmitter::KernelEmitter(const RowProgram &program, const GPUPlan &plan,
                             const KernelInterface &interface,
                             OpBuilder &builder, unsigned launch)
    : program(program), plan(plan), interface(interface), builder(builder),
      op(program.getOp()), loc(op.getLoc()), values(program, plan, builder),
      launch(launch) {}

Value KernelEmitter::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

/// A value of the host in the kernel.
Value KernelEmitter::getValue(OpFoldResult value) {
  if (auto dynamic = dyn_cast<Value>(value))
    return values.mapping.lookup(dynamic);
  return getValueOrCreateConstantIndexOp(builder, loc, value);
}

gpu::GPUFuncOp KernelEmitter::emit(gpu::GPUModuleOp module, StringRef name) {
  OpBuilder::InsertionGuard guard(builder);
  createFunction(module, name);
  emitRow();
  emitViews();
  values.length = index(1);
  for (unsigned dim : plan.reductionDims)
    values.length = builder.createOrFold<arith::MulIOp>(
        loc, values.length, getValue(interface.getExtents()[dim]));
  staticLength = getConstantIntValue(values.length);
  if (plan.isHeld)
    createChunks(index(0));
  for (ArrayRef<ReduceOp> pass : program.getPasses())
    if (!isDone)
      emitPass(pass);
  if (plan.blocksPerRow > 1 && !hasMetCluster)
    NVVM::ClusterWaitOp::create(builder, loc, builder.getUnitAttr());
  if (!isDone)
    emitStores();
  gpu::ReturnOp::create(builder, loc);
  return function;
}

void KernelEmitter::createFunction(gpu::GPUModuleOp module, StringRef name) {
  // Before the kernel is there: a name that is taken gets a number.
  SymbolTable symbols(module);
  builder.setInsertionPointToEnd(module.getBody());
  ArrayRef<Value> arguments = interface.getArguments();
  SmallVector<Type> types(ValueRange(arguments).getTypes());
  if (hasPartials())
    types.push_back(MemRefType::get({1}, builder.getF64Type()));
  function = gpu::GPUFuncOp::create(builder, loc, name,
                                    builder.getFunctionType(types, {}));
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                    builder.getUnitAttr());
  function.setKnownBlockSize(
      ArrayRef<int32_t>{int32_t(plan.getThreads()), 1, 1});
  if (plan.registers)
    function->setAttr(NVVM::NVVMDialect::getMaxnregAttrName(),
                      builder.getI32IntegerAttr(plan.registers));
  if (plan.blocksPerRow > 1)
    function.setKnownClusterSize(
        ArrayRef<int32_t>{int32_t(plan.blocksPerRow), 1, 1});
  symbols.insert(function);
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    values.mapping.map(argument, function.getArgument(i));
    if (!interface.isReadOnly(argument))
      continue;
    function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                        builder.getUnitAttr());
    function.setArgAttr(i, LLVM::LLVMDialect::getReadonlyAttrName(),
                        builder.getUnitAttr());
  }
  builder.setInsertionPointToStart(&function.getBody().front());
}

/// Whether the launches of a row have anything to leave for each other.
bool KernelEmitter::hasPartials() const {
  return plan.isSplit && PartialResults::getNumber(program) > 0;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// The indices of `dims` at element or row number `number`; the last dim is the
/// fastest.
void KernelEmitter::delinearize(Value number, ArrayRef<unsigned> dims,
                                MutableArrayRef<Value> indices) {
  for (unsigned dim : llvm::reverse(dims)) {
    if (dim == dims.front()) {
      indices[dim] = number;
      return;
    }
    // What has no elements is divided by something, and then not accessed.
    Value extent = builder.createOrFold<arith::MaxUIOp>(
        loc, getValue(interface.getExtents()[dim]), index(1));
    indices[dim] = builder.createOrFold<arith::RemUIOp>(loc, number, extent);
    number = builder.createOrFold<arith::DivUIOp>(loc, number, extent);
  }
}

/// Which row the thread works on. One that has none keeps to the first: it
/// takes part in what the warp does together, and stores nothing.
void KernelEmitter::emitRow() {
  thread = gpu::ThreadIdOp::create(builder, loc, gpu::Dimension::x);
  Value row = gpu::BlockIdOp::create(builder, loc, gpu::Dimension::x);
  member = thread;
  if (plan.isSplit)
    partials = PartialResults(
        builder, loc,
        hasPartials() ? Value(function.getArguments().back()) : Value());
  if (plan.blocksPerRow > 1) {
    // No block writes to another before that runs; see reduceAcrossWarps.
    NVVM::ClusterArriveRelaxedOp::create(builder, loc, builder.getUnitAttr());
    Value shift = index(llvm::Log2_64(plan.blocksPerRow));
    rank =
        arith::AndIOp::create(builder, loc, row, index(plan.blocksPerRow - 1));
    row = arith::ShRUIOp::create(builder, loc, row, shift);
    Value first =
        arith::MulIOp::create(builder, loc, rank, index(plan.getThreads()));
    member = arith::AddIOp::create(builder, loc, first, thread);
  }
  if (plan.rowsPerBlock > 1) {
    Value shift = index(llvm::Log2_64(plan.threadsPerRow));
    member = builder.createOrFold<arith::AndIOp>(loc, thread,
                                                 index(plan.threadsPerRow - 1));
    Value rowOfBlock = builder.createOrFold<arith::ShRUIOp>(loc, thread, shift);
    row = arith::MulIOp::create(builder, loc, row, index(plan.rowsPerBlock));
    row = arith::AddIOp::create(builder, loc, row, rowOfBlock);
    Value rows = index(1);
    for (unsigned dim : plan.parallelDims)
      rows = builder.createOrFold<arith::MulIOp>(
          loc, rows, getValue(interface.getExtents()[dim]));
    std::optional<int64_t> known = getConstantIntValue(rows);
    if (!known || *known % plan.rowsPerBlock != 0) {
      hasRow = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult,
                                     row, rows);
      row = arith::SelectOp::create(builder, loc, hasRow, row, index(0));
    }
  }
  rowIndices.resize(interface.getExtents().size());
  delinearize(row, plan.parallelDims, rowIndices);
}

/// Each buffer from the row's first element on, with the dims of the row.
void KernelEmitter::emitViews() {
  values.views.resize(op->getNumOperands());
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    if (!type)
      continue;
    const OperandLayout &layout = interface.getOperands()[i];
    Value offset = getValue(layout.offset);
    SmallVector<OpFoldResult> sizes, strides;
    for (auto [expr, stride] :
         llvm::zip_equal(op.getInputMap(i).getResults(), layout.strides)) {
      unsigned dim = cast<AffineDimExpr>(expr).getPosition();
      if (Value row = rowIndices[dim]) {
        Value step =
            builder.createOrFold<arith::MulIOp>(loc, row, getValue(stride));
        offset = builder.createOrFold<arith::AddIOp>(loc, offset, step);
        continue;
      }
      sizes.push_back(getAsOpFoldResult(getValue(interface.getExtents()[dim])));
      strides.push_back(getAsOpFoldResult(getValue(stride)));
    }
    values.views[i] = memref::ReinterpretCastOp::create(
        builder, loc, values.mapping.lookup(layout.base),
        getAsOpFoldResult(offset), sizes, strides);
  }
}

//===----------------------------------------------------------------------===//
// Elements of a row
//===----------------------------------------------------------------------===//

Chunk KernelEmitter::getChunk(Value first, bool isCertain) {
  Chunk chunk;
  chunk.indices.resize(rowIndices.size());
  delinearize(first, plan.reductionDims, chunk.indices);
  if (!isCertain)
    chunk.inBounds = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::ult, first, values.length);
  return chunk;
}

/// What the thread takes of the elements from `base` on.
void KernelEmitter::createChunks(Value base) {
  values.chunks.clear();
  Value first =
      builder.createOrFold<arith::MulIOp>(loc, member, index(plan.vectorWidth));
  first = builder.createOrFold<arith::AddIOp>(loc, base, first);
  int64_t step = plan.threadsPerRow * plan.vectorWidth;
  int64_t inFlight = plan.getElementsInFlight();
  for (int64_t i = 0; i < plan.vectorsPerThread; ++i) {
    bool isCertain =
        staticLength && (plan.isHeld ? (i + 1) * step <= *staticLength
                                     : *staticLength % inFlight == 0);
    Value at = builder.createOrFold<arith::AddIOp>(loc, first, index(i * step));
    values.chunks.push_back(getChunk(at, isCertain));
  }
}

/// Calls `body` for the chunks in flight: once for a row that is held, else in
/// a loop over the row. `body` is passed what the last call returned.
SmallVector<Value>
KernelEmitter::forEachChunk(ValueRange inits,
                            function_ref<SmallVector<Value>(ValueRange)> body) {
  if (plan.isHeld)
    return body(inits);
  Value first = index(0), step = index(plan.getElementsInFlight());
  if (plan.isSplit) {
    first = arith::MulIOp::create(builder, loc, partials.getRank(), step);
    step = arith::MulIOp::create(builder, loc, partials.getNumBlocks(), step);
  }
  auto loop =
      scf::ForOp::create(builder, loc, first, values.length, step, inits);
  setNoUnroll(loop);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  values.enterLoop(loop);
  createChunks(loop.getInductionVar());
  SmallVector<Value> carried = body(loop.getRegionIterArgs());
  if (!inits.empty())
    scf::YieldOp::create(builder, loc, carried);
  values.leaveLoop();
  return SmallVector<Value>(loop.getResults());
}
