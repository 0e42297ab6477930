//===- VectorLoops.cpp - The loops of a vectorized row program -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLoops.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
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
  for (unsigned dim = 0; dim < iterators.size(); ++dim)
    if (iterators[dim] == IteratorType::reduction && dim != plan.vectorDim)
      reductionDims.push_back(dim);
  if (plan.reducesAcrossLanes)
    reductionDims.push_back(plan.vectorDim);
}

Value VectorLoops::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

/// One scf.for whose body sees `dim` as its induction variable. LLVM would
/// unroll short static loops fully, which costs more than it gains.
void VectorLoops::emitLoop(Value lower, Value upper, Value step, unsigned dim,
                           ValueRange inits, CarriedBody body,
                           SmallVectorImpl<Value> &results) {
  auto loop = scf::ForOp::create(builder, loc, lower, upper, step, inits);
  MLIRContext *context = builder.getContext();
  auto noUnroll = LLVM::LoopUnrollAttr::get(context, builder.getBoolAttr(true),
                                            {}, {}, {}, {}, {}, {});
  loop->setAttr("llvm.loop_annotation",
                LLVM::LoopAnnotationAttr::get(context, {}, {}, {}, noUnroll, {},
                                              {}, {}, {}, {}, {}, {}, {}, {},
                                              {}, {}));
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
  streamingCondition = emitStreamingCondition();
  emitParallelLoops(0);
  if (streamingCondition) {
    // Streaming stores are weakly ordered: whoever is told that this is done
    // must see them.
    auto ifOp = scf::IfOp::create(builder, loc, streamingCondition);
    builder.setInsertionPointToStart(ifOp.thenBlock());
    LLVM::FenceOp::create(builder, loc, LLVM::AtomicOrdering::seq_cst,
                          StringRef());
  }
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Loops over the parallel dims from `dim` on. The jammed one and that of the
/// lanes go innermost.
void VectorLoops::emitParallelLoops(unsigned dim) {
  while (dim < iterators.size() &&
         (iterators[dim] == IteratorType::reduction || dim == plan.jammedDim ||
          dim == plan.vectorDim))
    ++dim;
  if (dim == iterators.size()) {
    if (!plan.reducesAcrossLanes)
      return emitLanesOfRows();
    if (plan.jammedDim)
      return emitJammedRows();
    values.enterScope(nullptr);
    emitRows(1);
    values.leaveScope();
    return;
  }
  auto loop =
      scf::ForOp::create(builder, loc, index(0), values.extents[dim], index(1));
  bool isOutermost = values.getCurrentScope() == 0 && !values.hasInnerLoop();
  if (isOutermost)
    values.setInnerLoop(loop);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  values.indices[dim] = loop.getInductionVar();
  emitParallelLoops(dim + 1);
  if (isOutermost)
    values.setInnerLoop(nullptr);
}

/// The largest multiple of `step` that is no larger than `extent`.
static Value roundDown(OpBuilder &builder, Location loc, Value extent,
                       int64_t step) {
  if (step == 1)
    return extent;
  Value stepValue = arith::ConstantIndexOp::create(builder, loc, step);
  Value rest = builder.createOrFold<arith::RemUIOp>(loc, extent, stepValue);
  return builder.createOrFold<arith::SubIOp>(loc, extent, rest);
}

/// True if `step` does not divide `extent`, as far as is known.
static bool mayHaveRest(Value extent, int64_t step) {
  std::optional<int64_t> known = getConstantIntValue(extent);
  return step != 1 && (!known || *known % step != 0);
}

/// Every lane is a row: a vector of rows at a time, then the rest.
void VectorLoops::emitLanesOfRows() {
  Value extent = values.extents[plan.vectorDim];
  Value main = roundDown(builder, loc, extent, plan.lanes);
  SmallVector<Value> none;
  auto body = [&](ValueRange) -> SmallVector<Value> {
    emitRows(1);
    return {};
  };
  emitLoop(index(0), main, index(plan.lanes), plan.vectorDim, {}, body, none);
  if (!mayHaveRest(extent, plan.lanes))
    return;
  Value step = index(1);
  if (plan.hasMaskedTails) {
    // At most one more: a loop so that it runs only if there is a rest.
    step = index(plan.lanes);
    auto masked = [&](ValueRange) -> SmallVector<Value> {
      Value rest = arith::SubIOp::create(builder, loc, extent,
                                         values.indices[plan.vectorDim]);
      values.mask = vector::CreateMaskOp::create(
          builder, loc, VectorType::get({plan.lanes}, builder.getI1Type()),
          rest);
      emitRows(1);
      values.mask = {};
      return {};
    };
    emitLoop(main, extent, step, plan.vectorDim, {}, masked, none);
    return;
  }
  values.isScalar = true;
  emitLoop(main, extent, step, plan.vectorDim, {}, body, none);
  values.isScalar = false;
}

/// Blocks of plan.rows rows, then single rows.
void VectorLoops::emitJammedRows() {
  unsigned dim = *plan.jammedDim;
  Value extent = values.extents[dim];
  Value main = roundDown(builder, loc, extent, plan.rows);
  auto emitBlocks = [&](Value lower, Value upper, unsigned rows) {
    SmallVector<Value> none;
    emitLoop(
        lower, upper, index(rows), dim, {},
        [&](ValueRange) -> SmallVector<Value> {
          values.jammedIndices.clear();
          for (unsigned row = 0; row < rows; ++row)
            values.jammedIndices.push_back(builder.createOrFold<arith::AddIOp>(
                loc, values.indices[dim], index(row)));
          emitRows(rows);
          return {};
        },
        none);
  };
  emitBlocks(index(0), main, plan.rows);
  if (mayHaveRest(extent, plan.rows))
    emitBlocks(main, extent, 1);
}

void VectorLoops::emitRows(unsigned rows) {
  numRows = rows;
  for (auto &statistics : values.statistics)
    statistics.clear();
  for (ArrayRef<ReduceOp> pass : program.getPasses())
    emitPass(pass);
  emitStores();
}

//===----------------------------------------------------------------------===//
// Elements of a row
//===----------------------------------------------------------------------===//

SmallVector<Value> VectorLoops::emitReductionLoops(ValueRange inits,
                                                   CarriedBody body) {
  return emitReductionLoop(0, inits, body);
}

SmallVector<Value> VectorLoops::emitReductionLoop(unsigned number,
                                                  ValueRange inits,
                                                  CarriedBody body) {
  if (number == reductionDims.size())
    return body(inits);
  unsigned dim = reductionDims[number];
  if (dim == plan.vectorDim)
    return emitLaneLoop(inits, body);
  SmallVector<Value> results;
  emitLoop(
      index(0), values.extents[dim], index(1), dim, inits,
      [&](ValueRange carried) {
        return emitReductionLoop(number + 1, carried, body);
      },
      results);
  return results;
}

/// The elements along the lanes: full vectors, then the rest, masked or one by
/// one. `body` is called for each.
SmallVector<Value> VectorLoops::emitLaneLoop(ValueRange inits,
                                             CarriedBody body) {
  unsigned dim = plan.vectorDim;
  Value extent = values.extents[dim];
  Value main = roundDown(builder, loc, extent, plan.lanes);
  SmallVector<Value> carried;
  emitLoop(index(0), main, index(plan.lanes), dim, inits, body, carried);
  if (!mayHaveRest(extent, plan.lanes))
    return carried;
  if (plan.hasMaskedTails) {
    Value outer = values.indices[dim];
    values.indices[dim] = main;
    Value rest = builder.createOrFold<arith::SubIOp>(loc, extent, main);
    values.enterScope(nullptr);
    values.mask = vector::CreateMaskOp::create(
        builder, loc, VectorType::get({plan.lanes}, builder.getI1Type()), rest);
    carried = body(carried);
    values.mask = {};
    values.leaveScope();
    values.indices[dim] = outer;
    return carried;
  }
  SmallVector<Value> results;
  values.isScalar = true;
  emitLoop(main, extent, index(1), dim, carried, body, results);
  values.isScalar = false;
  return results;
}

//===----------------------------------------------------------------------===//
// Stores
//===----------------------------------------------------------------------===//

/// True, at run time, where streaming stores pay: the outs are too large for
/// the caches, and every vector of theirs is aligned to a cache line. Null
/// where that is statically known to be false.
Value VectorLoops::emitStreamingCondition() {
  constexpr int64_t line = 64;
  Value condition, zero = index(0);
  Value bytes = zero;
  auto require = [&](Value more) {
    condition = condition
                    ? builder.createOrFold<arith::AndIOp>(loc, condition, more)
                    : more;
  };
  for (auto [i, out] : llvm::enumerate(op.getOutputs())) {
    if (!op.isElementwiseOut(i))
      continue;
    auto type = cast<MemRefType>(out.getType());
    int64_t width = type.getElementTypeBitWidth() / 8;
    if (width == 0 || (width * plan.lanes) % line != 0)
      return {};
    Value size = index(width);
    for (Value extent : values.extents)
      size = builder.createOrFold<arith::MulIOp>(loc, size, extent);
    bytes = builder.createOrFold<arith::AddIOp>(loc, bytes, size);
    auto metadata = memref::ExtractStridedMetadataOp::create(builder, loc, out);
    SmallVector<int64_t> strides;
    int64_t offset;
    if (failed(type.getStridesAndOffset(strides, offset)))
      return {};
    auto requireAligned = [&](Value inElements) {
      Value inBytes =
          builder.createOrFold<arith::MulIOp>(loc, inElements, index(width));
      Value rest =
          builder.createOrFold<arith::RemUIOp>(loc, inBytes, index(line));
      require(builder.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq,
                                                  rest, zero));
    };
    auto getStatic = [&](int64_t known, Value dynamic) {
      return ShapedType::isDynamic(known) ? dynamic : index(known);
    };
    requireAligned(getStatic(offset, metadata.getOffset()));
    for (unsigned d = 0; d + 1 < strides.size(); ++d)
      requireAligned(getStatic(strides[d], metadata.getStrides()[d]));
    Value pointer =
        memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, out);
    Value rest = arith::RemUIOp::create(builder, loc, pointer, index(line));
    require(arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, rest,
                                  zero));
  }
  if (!condition)
    return {};
  require(builder.createOrFold<arith::CmpIOp>(
      loc, arith::CmpIPredicate::uge, bytes, index(options.streamingBytes)));
  if (matchPattern(condition, m_Zero()))
    return {};
  return condition;
}

void VectorLoops::emitStores() {
  if (!streamingCondition) {
    emitElementStores(/*streaming=*/false);
  } else {
    auto ifOp = scf::IfOp::create(builder, loc, streamingCondition,
                                  /*withElseRegion=*/true);
    values.setInnerLoop(ifOp);
    for (bool streaming : {true, false}) {
      OpBuilder::InsertionGuard guard(builder);
      Block *block = streaming ? ifOp.thenBlock() : ifOp.elseBlock();
      builder.setInsertionPointToStart(block);
      emitElementStores(streaming);
    }
    values.setInnerLoop(nullptr);
  }
  emitRowStores();
}

/// The last pass: every out that has a value per element.
void VectorLoops::emitElementStores(bool streaming) {
  SmallVector<unsigned> outs;
  for (unsigned i = 0; i < op.getOutputs().size(); ++i)
    if (op.isElementwiseOut(i))
      outs.push_back(i);
  if (outs.empty())
    return;
  if (streaming && plan.jammedDim) {
    // The first row of the next block, or, where a block is too large to be
    // fetched ahead, one that is in the cache already.
    nextJammed = emitNextRow();
  }
  emitReductionLoops({}, [&](ValueRange) -> SmallVector<Value> {
    bool isWhole = !values.isScalar && !values.mask;
    if (streaming && isWhole && plan.jammedDim)
      emitPrefetch();
    for (unsigned row = 0; row < numRows; ++row)
      for (unsigned i : outs) {
        Value out = op.getOutputs()[i];
        Value value = values.getSpread(op.getYields()[i], row);
        SmallVector<Value> at = values.getIndices(op.getOutputMap(i), row);
        if (values.isScalar)
          memref::StoreOp::create(builder, loc, value, out, at);
        else if (values.mask)
          vector::MaskedStoreOp::create(builder, loc, out, at, values.mask,
                                        value);
        else if (streaming)
          vector::StoreOp::create(builder, loc, value, out, at,
                                  /*nontemporal=*/true, llvm::MaybeAlign(64));
        else
          vector::StoreOp::create(builder, loc, value, out, at);
      }
    return {};
  });
  nextJammed = {};
}

/// Outs with one value per row; a vector of them where every lane is a row.
void VectorLoops::emitRowStores() {
  for (auto [i, out] : llvm::enumerate(op.getOutputs())) {
    if (op.isElementwiseOut(i))
      continue;
    for (unsigned row = 0; row < numRows; ++row) {
      Value yielded = op.getYields()[i];
      SmallVector<Value> at = values.getIndices(op.getOutputMap(i), row);
      if (plan.reducesAcrossLanes || values.isScalar)
        memref::StoreOp::create(builder, loc, values.get(yielded, row), out,
                                at);
      else if (values.mask)
        vector::MaskedStoreOp::create(builder, loc, out, at, values.mask,
                                      values.getSpread(yielded, row));
      else
        vector::StoreOp::create(builder, loc, values.getSpread(yielded, row),
                                out, at);
    }
  }
}

Value VectorLoops::emitNextRow() {
  int64_t width = 0; // bytes of one element of all inputs that are fetched
  for (auto [i, input] : llvm::enumerate(op.getInputs()))
    if (op.getInputMap(i).isPermutation())
      width += cast<MemRefType>(input.getType()).getElementTypeBitWidth() / 8;
  Value bytes = index(width * numRows);
  for (unsigned dim : reductionDims)
    bytes =
        builder.createOrFold<arith::MulIOp>(loc, bytes, values.extents[dim]);
  Value fits = builder.createOrFold<arith::CmpIOp>(
      loc, arith::CmpIPredicate::ule, bytes, index(options.prefetchBytes));
  Value extent = values.extents[*plan.jammedDim];
  Value current = values.jammedIndices.front();
  Value next = arith::AddIOp::create(builder, loc, current, index(plan.rows));
  Value last = builder.createOrFold<arith::SubIOp>(loc, extent, index(numRows));
  next = arith::MinUIOp::create(builder, loc, next, last);
  return builder.createOrFold<arith::SelectOp>(loc, fits, next, current);
}

/// The cache lines of the next row block that correspond to the elements at
/// hand: memory works while the stores drain.
void VectorLoops::emitPrefetch() {
  constexpr int64_t line = 64;
  SmallVector<Value> jammed = values.jammedIndices;
  for (unsigned row = 0; row < numRows; ++row) {
    values.jammedIndices[row] =
        builder.createOrFold<arith::AddIOp>(loc, nextJammed, index(row));
    for (auto [i, input] : llvm::enumerate(op.getInputs())) {
      AffineMap map = op.getInputMap(i);
      if (!map.isPermutation())
        continue;
      int64_t width =
          cast<MemRefType>(input.getType()).getElementTypeBitWidth() / 8;
      for (int64_t lane = 0; lane < plan.lanes; lane += line / width) {
        SmallVector<Value> at = values.getIndices(map, row);
        at.back() =
            builder.createOrFold<arith::AddIOp>(loc, at.back(), index(lane));
        memref::PrefetchOp::create(builder, loc, input, at, /*isWrite=*/false,
                                   /*localityHint=*/3, /*isDataCache=*/true);
      }
    }
  }
  values.jammedIndices = jammed;
}
