//===- NamedOps.cpp - Verification and maps of the named ops -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/Norm.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace mlir::norm;

static FloatType getFloatElementType(Value value) {
  return cast<FloatType>(getElementTypeOrSelf(value.getType()));
}

static FloatType getDefaultAccType(FloatType data) {
  return data.getWidth() < 32 ? Float32Type::get(data.getContext()) : data;
}

//===----------------------------------------------------------------------===//
// Constraints; the tags are those of the ops' descriptions
//===----------------------------------------------------------------------===//

static std::string formatShape(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "[";
  llvm::interleaveComma(shape, os, [&](int64_t extent) {
    if (ShapedType::isDynamic(extent))
      os << "?";
    else
      os << extent;
  });
  os << "]";
  return text;
}

/// Dims of x: unique, and in [0, rank).
static LogicalResult verifyDims(Operation *op, StringRef name,
                                ArrayRef<int64_t> dims, int64_t rank) {
  llvm::SmallBitVector seen(rank);
  for (int64_t dim : dims) {
    if (dim < 0 || dim >= rank)
      return op->emitOpError()
             << name << " has " << dim
             << ", which is not a dim of x: its rank is " << rank;
    if (seen.test(dim))
      return op->emitOpError() << name << " has " << dim << " twice";
    seen.set(dim);
  }
  return success();
}

/// The operand's shape is `expected`, which `why` explains.
static LogicalResult verifyShape(Operation *op, StringRef name, Value operand,
                                 ArrayRef<int64_t> expected, const Twine &why) {
  ArrayRef<int64_t> shape = cast<ShapedType>(operand.getType()).getShape();
  if (succeeded(verifyCompatibleShape(shape, expected)))
    return success();
  return op->emitOpError() << name << " has shape " << formatShape(shape)
                           << ", but " << why << " is "
                           << formatShape(expected);
}

/// A parameter has the shape of x at the dims it indexes (C4, C5).
static LogicalResult verifyParameter(Operation *op, StringRef name, Value value,
                                     std::optional<ArrayRef<int64_t>> given,
                                     ArrayRef<int64_t> dims, ShapedType x) {
  if (!value) {
    if (given)
      return op->emitOpError() << name << "_dims is given without a " << name;
    return success();
  }
  if (failed(verifyDims(op, (name + "_dims").str(), dims, x.getRank())))
    return failure();
  return verifyShape(
      op, name, value,
      llvm::map_to_vector(dims, [&](int64_t dim) { return x.getDimSize(dim); }),
      "x at dims " + formatShape(dims));
}

/// ODS checks the sizes of optional segments alone, and the generic form can
/// give a required operand none or several: all getters rely on one.
template <typename Op>
static LogicalResult
verifySegments(Op op, ArrayRef<std::pair<StringRef, unsigned>> required) {
  for (auto [name, segment] : required)
    if (unsigned size = op.getODSOperandIndexAndLength(segment).second;
        size != 1)
      return op.emitOpError() << name << " is " << size << " operands, not one";
  return success();
}

/// What ops with a scale and a shift have in common.
template <typename Op> static LogicalResult verifyAffineOp(Op op) {
  ShapedType x = op.getXType();
  if (failed(verifyParameter(op, "scale", op.getScale(), op.getScaleDims(),
                             op.getScaleDimsOrDefault(), x))) // C4
    return failure();
  double scaleOffset = op.getScaleOffset().convertToDouble();
  if (!op.getScale() && scaleOffset != 0)
    return op.emitOpError("scale_offset is given without a scale");
  if (failed(verifyParameter(op, "shift", op.getShift(), op.getShiftDims(),
                             op.getShiftDimsOrDefault(), x))) // C5
    return failure();
  if (failed(verifyShape(op, "init", op.getInit(), x.getShape(), "x"))) // C6
    return failure();
  if (std::optional<Type> acc = op.getAcc(); // C8
      acc &&
      !holdsExactly(cast<FloatType>(*acc), getFloatElementType(op.getX())))
    return op.emitOpError()
           << "acc = " << *acc << " does not hold the values of "
           << x.getElementType() << " data exactly";
  if (failed(verifyOneKindOfShape(op))) // C9
    return failure();
  const APFloat &eps = op.getEps(); // C10
  if (!eps.isFinite() || (eps.isNegative() && !eps.isZero()))
    return op.emitOpError() << "eps is " << eps.convertToDouble()
                            << "; it must be finite and not negative";
  if (!op.getScaleOffset().isFinite())
    return op.emitOpError()
           << "scale_offset is " << scaleOffset << "; it must be finite";
  return success();
}

static LogicalResult verifyChannels(GroupNormOp op) {
  int64_t channel = op.getChannelDim(), groups = op.getGroups();
  if (!llvm::is_contained(op.getDims(), channel)) // C11
    return op.emitOpError()
           << "channel_dim is " << channel << ", which is not one of dims";
  if (groups < 1) // C12
    return op.emitOpError() << "has " << groups << " groups";
  int64_t channels = op.getXType().getDimSize(channel);
  if (!ShapedType::isDynamic(channels) && channels % groups != 0)
    return op.emitOpError() << channels << " channels are not " << groups
                            << " groups of as many";
  return success();
}

template <typename Op> static LogicalResult verifyNamedOp(Op op) {
  if (failed(verifySegments(op, {{"x", 0}, {"init", 3}})))
    return failure();
  ShapedType x = op.getXType();
  ArrayRef<int64_t> dims = op.getDims();
  if (dims.empty()) // C2
    return op.emitOpError("dims is empty: nothing to normalize over");
  if (failed(verifyDims(op, "dims", dims, x.getRank())))
    return failure();
  for (int64_t dim : dims) // C3
    if (x.getDimSize(dim) == 0)
      return op.emitOpError()
             << "reduces dim " << dim << " of x, which has no elements";
  SmallVector<int64_t> rowShape; // C7
  for (auto [dim, extent] : llvm::enumerate(x.getShape()))
    if (!llvm::is_contained(dims, dim))
      rowShape.push_back(extent);
  for (auto [name, init] :
       {std::pair<StringRef, Value>("mean", op.getMeanInit()),
        {"rstd", op.getRstdInit()}})
    if (init && failed(verifyShape(op, name, init, rowShape,
                                   "x without the reduced dims")))
      return failure();
  if constexpr (std::is_same_v<Op, GroupNormOp>)
    if (failed(verifyChannels(op)))
      return failure();
  return verifyAffineOp(op);
}

LogicalResult BatchNormOp::verify() {
  if (failed(verifySegments(
          *this, {{"x", 0}, {"mean", 1}, {"variance", 2}, {"init", 5}})))
    return failure();
  int64_t channel = getChannelDim();
  if (failed(verifyDims(*this, "channel_dim", channel, // C11
                        getXType().getRank())))
    return failure();
  for (auto [name, value] : {std::pair<StringRef, Value>("mean", getMean()),
                             {"variance", getVariance()}}) // C12
    if (failed(verifyShape(*this, name, value, getXType().getDimSize(channel),
                           "x at the channel")))
      return failure();
  return verifyAffineOp(*this);
}

//===----------------------------------------------------------------------===//
// Iteration space: the dims of x
//===----------------------------------------------------------------------===//

template <typename Op>
static SmallVector<utils::IteratorType> getNamedOpIterators(Op op) {
  SmallVector<utils::IteratorType> iterators(op.getXType().getRank(),
                                             utils::IteratorType::parallel);
  for (int64_t dim : op.getDims())
    iterators[dim] = utils::IteratorType::reduction;
  return iterators;
}

/// The map that selects these dims of x.
static AffineMap selectDims(ShapedType x, ArrayRef<int64_t> dims) {
  return AffineMap::getMultiDimIdentityMap(x.getRank(), x.getContext())
      .getSubMap(
          llvm::map_to_vector(dims, [](int64_t dim) { return unsigned(dim); }));
}

/// Those of x, of the given maps, of scale, shift and y.
template <typename Op>
static SmallVector<AffineMap> getAffineOpMaps(Op op,
                                              ArrayRef<AffineMap> given = {}) {
  ShapedType x = op.getXType();
  AffineMap identity =
      AffineMap::getMultiDimIdentityMap(x.getRank(), op.getContext());
  SmallVector<AffineMap> maps{identity};
  llvm::append_range(maps, given);
  if (op.getScale())
    maps.push_back(selectDims(x, op.getScaleDimsOrDefault()));
  if (op.getShift())
    maps.push_back(selectDims(x, op.getShiftDimsOrDefault()));
  maps.push_back(identity);
  return maps;
}

template <typename Op> static ArrayAttr getNamedOpIndexingMaps(Op op) {
  SmallVector<int64_t> rowDims;
  for (int64_t dim = 0; dim < op.getXType().getRank(); ++dim)
    if (!llvm::is_contained(op.getDims(), dim))
      rowDims.push_back(dim);
  SmallVector<AffineMap> maps = getAffineOpMaps(op);
  if (op.getMeanInit())
    maps.push_back(selectDims(op.getXType(), rowDims));
  if (op.getRstdInit())
    maps.push_back(selectDims(op.getXType(), rowDims));
  return Builder(op.getContext()).getAffineMapArrayAttr(maps);
}

SmallVector<utils::IteratorType> BatchNormOp::getRowIteratorTypes() {
  return SmallVector<utils::IteratorType>(getXType().getRank(),
                                          utils::IteratorType::parallel);
}

ArrayAttr BatchNormOp::getIndexingMaps() {
  AffineMap channel = selectDims(getXType(), int64_t(getChannelDim()));
  return Builder(getContext())
      .getAffineMapArrayAttr(getAffineOpMaps(*this, {channel, channel}));
}

#define NORM_NAMED_OP(OP, INIT_SEGMENT)                                        \
  FloatType OP::getAccType() {                                                 \
    if (std::optional<Type> acc = getAcc())                                    \
      return cast<FloatType>(*acc);                                            \
    return getDefaultAccType(getFloatElementType(getX()));                     \
  }                                                                            \
  LogicalResult OP::inferReturnTypes(MLIRContext *, std::optional<Location>,   \
                                     OP::Adaptor adaptor,                      \
                                     SmallVectorImpl<Type> &types) {           \
    for (Value init : adaptor.getOperands().drop_front(                        \
             adaptor.getODSOperandIndexAndLength(INIT_SEGMENT).first))         \
      if (isa<RankedTensorType>(init.getType()))                               \
        types.push_back(init.getType());                                       \
    return success();                                                          \
  }
NORM_NAMED_OP(BatchNormOp, 5)

#define NORM_REDUCING_OP(OP)                                                   \
  NORM_NAMED_OP(OP, 3)                                                         \
  LogicalResult OP::verify() { return verifyNamedOp(*this); }                  \
  SmallVector<utils::IteratorType> OP::getRowIteratorTypes() {                 \
    return getNamedOpIterators(*this);                                         \
  }                                                                            \
  ArrayAttr OP::getIndexingMaps() { return getNamedOpIndexingMaps(*this); }
NORM_REDUCING_OP(GroupNormOp)
NORM_REDUCING_OP(LayerNormOp)
NORM_REDUCING_OP(RmsNormOp)
NORM_REDUCING_OP(L2NormOp)
#undef NORM_REDUCING_OP
#undef NORM_NAMED_OP
