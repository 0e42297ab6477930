//===- GenericOp.cpp - Verification and building of norm.generic -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/Norm.h"
#include "Norm/IR/RowProgram.h"

using namespace mlir;
using namespace mlir::norm;

SmallVector<utils::IteratorType> GenericOp::getRowIteratorTypes() {
  return llvm::map_to_vector(getIteratorTypes(), [](Attribute attr) {
    return cast<linalg::IteratorTypeAttr>(attr).getValue();
  });
}

void GenericOp::build(
    OpBuilder &builder, OperationState &state, TypeRange resultTypes,
    ValueRange inputs, ValueRange outputs, ArrayRef<AffineMap> indexingMaps,
    ArrayRef<utils::IteratorType> iteratorTypes,
    function_ref<SmallVector<Value>(OpBuilder &, Location, ValueRange)> body) {
  state.addOperands(inputs);
  state.addOperands(outputs);
  state.addTypes(resultTypes);
  auto &properties = state.getOrAddProperties<Properties>();
  properties.operandSegmentSizes = {int32_t(inputs.size()),
                                    int32_t(outputs.size())};
  properties.indexing_maps = builder.getAffineMapArrayAttr(indexingMaps);
  properties.iterator_types = builder.getArrayAttr(llvm::map_to_vector(
      iteratorTypes, [&](utils::IteratorType type) -> Attribute {
        return linalg::IteratorTypeAttr::get(builder.getContext(), type);
      }));
  Region *region = state.addRegion();
  if (!body)
    return;
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Type> types = llvm::map_to_vector(
      inputs.getTypes(), [](Type type) { return getElementTypeOrSelf(type); });
  Block *block =
      builder.createBlock(region, region->end(), types,
                          SmallVector<Location>(types.size(), state.location));
  YieldOp::create(builder, state.location,
                  body(builder, state.location, block->getArguments()));
}

//===----------------------------------------------------------------------===//
// Constraints; the tags are those of the op's description
//===----------------------------------------------------------------------===//

static LogicalResult verifyIterators(GenericOp op) { // G1
  bool hasReduction = false;
  for (Attribute attr : op.getIteratorTypes()) {
    auto iterator = dyn_cast<linalg::IteratorTypeAttr>(attr);
    if (!iterator)
      return op.emitOpError() << "iterator type " << attr
                              << " is neither parallel nor reduction";
    hasReduction |= iterator.getValue() == utils::IteratorType::reduction;
  }
  if (!hasReduction)
    return op.emitOpError("has no reduction dim: its rows have no elements");
  return success();
}

static LogicalResult verifyMaps(GenericOp op) { // G2, G3
  unsigned numLoops = op.getIteratorTypes().size();
  if (op.getIndexingMaps().size() != op->getNumOperands())
    return op.emitOpError()
           << "has " << op.getIndexingMaps().size() << " indexing maps for "
           << op->getNumOperands() << " operands";
  for (auto [i, map] : llvm::enumerate(op.getIndexingMapsArray())) {
    Type type = op->getOperand(i).getType();
    auto shaped = dyn_cast<ShapedType>(type);
    if (map.getNumDims() != numLoops || map.getNumSymbols() != 0 ||
        !map.isProjectedPermutation())
      return op.emitOpError() << "indexing map of operand #" << i << ", "
                              << AffineMapAttr::get(map)
                              << ", is not a projected permutation of the "
                              << numLoops << " dims";
    if (shaped && !isa<TensorType, BaseMemRefType>(type))
      return op.emitOpError() << "operand #" << i << " of type " << type
                              << " is neither a scalar, a tensor nor a memref";
    if (shaped && !shaped.hasRank())
      return op.emitOpError() << "operand #" << i << " is unranked";
    if (map.getNumResults() != (shaped ? shaped.getRank() : 0))
      return op.emitOpError()
             << "operand #" << i << " of type " << type << " is indexed by "
             << map.getNumResults() << " dims";
  }
  SmallVector<int64_t> extents(numLoops, ShapedType::kDynamic);
  SmallVector<std::optional<unsigned>> indexedBy(numLoops);
  for (auto [i, map] : llvm::enumerate(op.getIndexingMapsArray()))
    for (auto [result, expr] : llvm::enumerate(map.getResults())) {
      unsigned dim = cast<AffineDimExpr>(expr).getPosition();
      int64_t extent =
          cast<ShapedType>(op->getOperand(i).getType()).getDimSize(result);
      if (!ShapedType::isDynamic(extent) &&
          !ShapedType::isDynamic(extents[dim]) && extent != extents[dim])
        return op.emitOpError() << "d" << dim << " has extent " << extents[dim]
                                << " in operand #" << *indexedBy[dim] << " but "
                                << extent << " in operand #" << i;
      if (!indexedBy[dim] || ShapedType::isDynamic(extents[dim])) {
        indexedBy[dim] = i;
        extents[dim] = extent;
      }
    }
  for (unsigned dim = 0; dim < numLoops; ++dim)
    if (!indexedBy[dim])
      return op.emitOpError() << "no operand is indexed by d" << dim
                              << ": its extent is unknown";
  return success();
}

static LogicalResult verifySignature(GenericOp op) { // G4, G5
  Block *body = op.getBodyBlock();
  if (body->getNumArguments() != op.getInputs().size())
    return op.emitOpError()
           << "body has " << body->getNumArguments() << " arguments for "
           << op.getInputs().size() << " inputs";
  for (auto [i, arg, input] :
       llvm::enumerate(body->getArguments(), op.getInputs())) {
    Type expected = getElementTypeOrSelf(input.getType());
    if (!expected.isIntOrIndexOrFloat())
      return op.emitOpError() << "input #" << i << " has elements of type "
                              << expected << ", which is not a scalar";
    if (arg.getType() != expected)
      return op.emitOpError()
             << "body argument #" << i << " has type " << arg.getType()
             << ", but input #" << i << " has elements of type " << expected;
  }
  auto yield = dyn_cast<YieldOp>(body->getTerminator());
  if (!yield)
    return op.emitOpError("body does not end in norm.yield");
  if (yield.getNumOperands() != op.getOutputs().size())
    return yield.emitOpError()
           << "has " << yield.getNumOperands() << " values for "
           << op.getOutputs().size() << " outs";
  for (auto [i, value, out] :
       llvm::enumerate(yield.getValues(), op.getOutputs())) {
    Type expected = getElementTypeOrSelf(out.getType());
    if (value.getType() != expected)
      return yield.emitOpError()
             << "value #" << i << " has type " << value.getType()
             << ", but out #" << i << " has elements of type " << expected;
  }
  return success();
}

static LogicalResult verifyBody(GenericOp op) { // G8
  for (Operation &nested : op.getBodyBlock()->without_terminator()) {
    if (nested.getNumRegions() != 0 || !isPure(&nested))
      return nested.emitOpError("is not pure, or has regions: it cannot stand "
                                "in the body of norm.generic");
    for (auto [what, types] : {std::pair<StringRef, TypeRange>(
                                   "an operand", nested.getOperandTypes()),
                               {"a result", nested.getResultTypes()}})
      for (Type type : types)
        if (!type.isIntOrIndexOrFloat())
          return nested.emitOpError() << "has " << what << " of type " << type
                                      << ": the body of norm.generic works on "
                                         "scalars";
  }
  return success();
}

static LogicalResult verifyOuts(GenericOp op) { // G6, G7
  SmallVector<utils::IteratorType> iterators = op.getRowIteratorTypes();
  RowProgram program(op);
  for (auto [i, value] : llvm::enumerate(op.getYields())) {
    if (op.isElementwiseOut(i))
      continue;
    AffineMap map = op.getOutputMap(i);
    for (auto [dim, iterator] : llvm::enumerate(iterators))
      if (map.isFunctionOfDim(dim) !=
          (iterator == utils::IteratorType::parallel))
        return op.emitOpError() << "out #" << i << " is indexed neither by all "
                                << "dims nor by exactly the parallel dims";
    if (variesInRow(program.getVariation(value)))
      return op.emitOpError() << "out #" << i << " has one value per row, but "
                              << "its value differs between the elements of a "
                                 "row";
  }
  return success();
}

LogicalResult GenericOp::verify() {
  if (failed(verifyIterators(*this)) || failed(verifyMaps(*this)) ||
      failed(verifySignature(*this)) || failed(verifyBody(*this)) ||
      failed(verifyOuts(*this)))
    return failure();
  return verifyOneKindOfShape(*this); // G9
}

//===----------------------------------------------------------------------===//
// norm.reduce, norm.count
//===----------------------------------------------------------------------===//

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  types.assign(getNumStats(adaptor.getKind()), adaptor.getValue().getType());
  return success();
}

OpFoldResult CountOp::fold(FoldAdaptor) {
  auto parent = dyn_cast_or_null<GenericOp>(getOperation()->getParentOp());
  if (!parent)
    return {};
  // An extent may be static in any operand that has the dim, not in all.
  SmallVector<int64_t> extents(parent.getIteratorTypes().size(),
                               ShapedType::kDynamic);
  for (OpOperand &operand : parent->getOpOperands())
    for (auto [expr, extent] :
         llvm::zip_equal(parent.getMatchingIndexingMap(&operand).getResults(),
                         parent.getShape(&operand)))
      if (!ShapedType::isDynamic(extent))
        extents[cast<AffineDimExpr>(expr).getPosition()] = extent;
  double count = 1.0;
  for (auto [extent, iterator] :
       llvm::zip_equal(extents, parent.getRowIteratorTypes())) {
    if (iterator != utils::IteratorType::reduction)
      continue;
    if (ShapedType::isDynamic(extent))
      return {};
    count *= double(extent);
  }
  return FloatAttr::get(getType(), count);
}

void YieldOp::build(OpBuilder &, OperationState &) {}
