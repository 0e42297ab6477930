//===- TilingInterface.cpp - Rows are tiled; a row stays whole -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/Norm.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;
using namespace mlir::norm;

static unsigned getDim(AffineExpr expr) {
  return cast<AffineDimExpr>(expr).getPosition();
}

static SmallVector<Range> getDomain(RowOpInterface op, OpBuilder &builder) {
  SmallVector<Range> domain(op.getRowIteratorTypes().size());
  for (OpOperand &operand : op->getOpOperands())
    for (auto [i, expr] :
         llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
      Range &range = domain[getDim(expr)];
      if (!range.size)
        range = {
            builder.getIndexAttr(0),
            linalg::createFoldedDimOp(builder, op.getLoc(), operand.get(), i),
            builder.getIndexAttr(1)};
    }
  return domain;
}

/// The part of an iteration-space tile that an operand with this map sees.
static void projectTile(AffineMap map, ArrayRef<OpFoldResult> offsets,
                        ArrayRef<OpFoldResult> sizes,
                        SmallVectorImpl<OpFoldResult> &operandOffsets,
                        SmallVectorImpl<OpFoldResult> &operandSizes) {
  for (AffineExpr expr : map.getResults()) {
    operandOffsets.push_back(offsets[getDim(expr)]);
    operandSizes.push_back(sizes[getDim(expr)]);
  }
}

/// The iteration-space tile that reads or makes a tile of an operand: all of
/// every dim that the operand does not have.
static void liftTile(RowOpInterface op, OpBuilder &builder, AffineMap map,
                     ArrayRef<OpFoldResult> offsets,
                     ArrayRef<OpFoldResult> sizes,
                     SmallVectorImpl<OpFoldResult> &domainOffsets,
                     SmallVectorImpl<OpFoldResult> &domainSizes) {
  for (Range &range : getDomain(op, builder)) {
    domainOffsets.push_back(range.offset);
    domainSizes.push_back(range.size);
  }
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    domainOffsets[getDim(expr)] = offsets[i];
    domainSizes[getDim(expr)] = sizes[i];
  }
}

/// True if a tile of this size provably has all of `dim`, by the extent of any
/// operand: with dynamic extents, callers take it from operands of their
/// choice.
static bool hasWholeDim(RowOpInterface op, unsigned dim, OpFoldResult size) {
  for (OpOperand &operand : op->getOpOperands())
    for (auto [i, expr] :
         llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
      if (getDim(expr) != dim)
        continue;
      FailureOr<bool> equal = ValueBoundsConstraintSet::areEqual(
          size, {operand.get(), static_cast<int64_t>(i)});
      if (succeeded(equal) && *equal)
        return true;
    }
  return false;
}

/// The first reduction dim of which the tile may lack a part.
static std::optional<unsigned> findCutRowDim(RowOpInterface op,
                                             ArrayRef<OpFoldResult> offsets,
                                             ArrayRef<OpFoldResult> sizes) {
  for (auto [dim, iterator] : llvm::enumerate(op.getRowIteratorTypes()))
    if (iterator == utils::IteratorType::reduction &&
        !(isConstantIntValue(offsets[dim], 0) &&
          hasWholeDim(op, dim, sizes[dim])))
      return dim;
  return std::nullopt;
}

/// Fails where the tile cuts rows: the statistics need whole ones. Whether that
/// is an error is for callers to say; a fusion that is not possible is none.
static FailureOr<TilingResult> tile(RowOpInterface op, OpBuilder &builder,
                                    ArrayRef<OpFoldResult> offsets,
                                    ArrayRef<OpFoldResult> sizes) {
  if (findCutRowDim(op, offsets, sizes))
    return failure();
  SmallVector<Value> operands;
  SmallVector<Operation *> slices;
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = operand.get();
    if (!isa<ShapedType>(value.getType())) {
      operands.push_back(value);
      continue;
    }
    SmallVector<OpFoldResult> sliceOffsets, sliceSizes;
    projectTile(op.getMatchingIndexingMap(&operand), offsets, sizes,
                sliceOffsets, sliceSizes);
    SmallVector<OpFoldResult> strides(sliceSizes.size(),
                                      builder.getIndexAttr(1));
    Operation *slice;
    if (isa<MemRefType>(value.getType()))
      slice = memref::SubViewOp::create(builder, op.getLoc(), value,
                                        sliceOffsets, sliceSizes, strides);
    else
      slice = tensor::ExtractSliceOp::create(builder, op.getLoc(), value,
                                             sliceOffsets, sliceSizes, strides);
    operands.push_back(slice->getResult(0));
    slices.push_back(slice);
  }
  SmallVector<Type> types;
  if (op.hasPureTensorSemantics())
    for (OpOperand &init : op.getDpsInitsMutable())
      types.push_back(operands[init.getOperandNumber()].getType());
  Operation *tiled = mlir::clone(builder, op, types, operands);
  return TilingResult{{tiled}, SmallVector<Value>(tiled->getResults()), slices};
}

static AffineMap getResultMap(RowOpInterface op, unsigned result) {
  return op.getMatchingIndexingMap(op.getDpsInitOperand(result));
}

static LogicalResult
liftOperandTiles(RowOpInterface op, OpBuilder &builder,
                 ArrayRef<unsigned> operands,
                 ArrayRef<SmallVector<OpFoldResult>> offsets,
                 ArrayRef<SmallVector<OpFoldResult>> sizes,
                 SmallVectorImpl<OpFoldResult> &domainOffsets,
                 SmallVectorImpl<OpFoldResult> &domainSizes) {
  // Tiles of several operands agree only by luck; one decides.
  if (operands.size() != 1)
    return failure();
  liftTile(op, builder,
           op.getMatchingIndexingMap(&op->getOpOperand(operands[0])),
           offsets[0], sizes[0], domainOffsets, domainSizes);
  return success();
}

#define NORM_ROW_OP(OP)                                                        \
  SmallVector<utils::IteratorType> OP::getLoopIteratorTypes() {                \
    return getRowIteratorTypes();                                              \
  }                                                                            \
  SmallVector<Range> OP::getIterationDomain(OpBuilder &builder) {              \
    return getDomain(cast<RowOpInterface>(getOperation()), builder);           \
  }                                                                            \
  FailureOr<TilingResult> OP::getTiledImplementation(                          \
      OpBuilder &builder, ArrayRef<OpFoldResult> offsets,                      \
      ArrayRef<OpFoldResult> sizes) {                                          \
    auto op = cast<RowOpInterface>(getOperation());                            \
    if (std::optional<unsigned> dim = findCutRowDim(op, offsets, sizes))       \
      return emitOpError() << "cannot be tiled along reduction dim " << *dim   \
                           << ": the statistics need the whole row";           \
    return tile(op, builder, offsets, sizes);                                  \
  }                                                                            \
  LogicalResult OP::getResultTilePosition(                                     \
      OpBuilder &, unsigned result, ArrayRef<OpFoldResult> offsets,            \
      ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,  \
      SmallVector<OpFoldResult> &resultSizes) {                                \
    projectTile(getResultMap(cast<RowOpInterface>(getOperation()), result),    \
                offsets, sizes, resultOffsets, resultSizes);                   \
    return success();                                                          \
  }                                                                            \
  LogicalResult OP::getIterationDomainTileFromResultTile(                      \
      OpBuilder &builder, unsigned result, ArrayRef<OpFoldResult> offsets,     \
      ArrayRef<OpFoldResult> sizes,                                            \
      SmallVectorImpl<OpFoldResult> &domainOffsets,                            \
      SmallVectorImpl<OpFoldResult> &domainSizes) {                            \
    auto op = cast<RowOpInterface>(getOperation());                            \
    liftTile(op, builder, getResultMap(op, result), offsets, sizes,            \
             domainOffsets, domainSizes);                                      \
    return success();                                                          \
  }                                                                            \
  FailureOr<TilingResult> OP::generateResultTileValue(                         \
      OpBuilder &builder, unsigned result, ArrayRef<OpFoldResult> offsets,     \
      ArrayRef<OpFoldResult> sizes) {                                          \
    auto op = cast<RowOpInterface>(getOperation());                            \
    SmallVector<OpFoldResult> domainOffsets, domainSizes;                      \
    liftTile(op, builder, getResultMap(op, result), offsets, sizes,            \
             domainOffsets, domainSizes);                                      \
    FailureOr<TilingResult> tiled =                                            \
        tile(op, builder, domainOffsets, domainSizes);                         \
    if (failed(tiled))                                                         \
      return failure();                                                        \
    return TilingResult{tiled->tiledOps,                                       \
                        {tiled->tiledValues[result]},                          \
                        tiled->generatedSlices};                               \
  }                                                                            \
  LogicalResult OP::getIterationDomainTileFromOperandTiles(                    \
      OpBuilder &builder, ArrayRef<unsigned> operands,                         \
      ArrayRef<SmallVector<OpFoldResult>> offsets,                             \
      ArrayRef<SmallVector<OpFoldResult>> sizes,                               \
      SmallVectorImpl<OpFoldResult> &domainOffsets,                            \
      SmallVectorImpl<OpFoldResult> &domainSizes) {                            \
    return liftOperandTiles(cast<RowOpInterface>(getOperation()), builder,     \
                            operands, offsets, sizes, domainOffsets,           \
                            domainSizes);                                      \
  }                                                                            \
  FailureOr<TilingResult> OP::getTiledImplementationFromOperandTiles(          \
      OpBuilder &builder, ArrayRef<unsigned> operands,                         \
      ArrayRef<SmallVector<OpFoldResult>> offsets,                             \
      ArrayRef<SmallVector<OpFoldResult>> sizes) {                             \
    auto op = cast<RowOpInterface>(getOperation());                            \
    SmallVector<OpFoldResult> domainOffsets, domainSizes;                      \
    if (failed(liftOperandTiles(op, builder, operands, offsets, sizes,         \
                                domainOffsets, domainSizes)))                  \
      return failure();                                                        \
    return tile(op, builder, domainOffsets, domainSizes);                      \
  }
NORM_ROW_OP(GroupNormOp)
NORM_ROW_OP(BatchNormOp)
NORM_ROW_OP(LayerNormOp)
NORM_ROW_OP(RmsNormOp)
NORM_ROW_OP(L2NormOp)
NORM_ROW_OP(GenericOp)
#undef NORM_ROW_OP
