//===- FoldedWeights.cpp - Weights times a number per channel ---*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FoldedWeights.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::norm;

SmallVector<double> mlir::norm::getConstantElements(Value value) {
  DenseFPElementsAttr elements;
  if (!value || !matchPattern(value, m_Constant(&elements)))
    return {};
  return llvm::map_to_vector(elements.getValues<APFloat>(),
                             [](APFloat v) { return v.convertToDouble(); });
}

/// Rounds each value to the element type, once.
static Value createConstant(OpBuilder &builder, Location loc,
                            RankedTensorType type, ArrayRef<double> values) {
  SmallVector<Attribute> elements =
      llvm::map_to_vector(values, [&](double value) -> Attribute {
        return builder.getFloatAttr(type.getElementType(), value);
      });
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(type, elements));
}

Value Channels::materialize(OpBuilder &builder, Location loc,
                            Type elementType) const {
  if (value)
    return value;
  auto type = RankedTensorType::get({int64_t(known.size())}, elementType);
  return createConstant(builder, loc, type, known);
}

Value mlir::norm::mapChannels(
    OpBuilder &builder, Location loc, Value tensor, unsigned dim,
    ArrayRef<Channels> channels,
    function_ref<Value(OpBuilder &, Location, ValueRange)> body) {
  auto type = cast<RankedTensorType>(tensor.getType());
  AffineMap all = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<Value> inputs{tensor};
  SmallVector<AffineMap> maps{all};
  for (const Channels &numbers : channels) {
    inputs.push_back(numbers.materialize(builder, loc, type.getElementType()));
    maps.push_back(all.getSubMap({dim}));
  }
  maps.push_back(all);
  SmallVector<utils::IteratorType> parallel(type.getRank(),
                                            utils::IteratorType::parallel);
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, tensor),
      type.getElementType());
  auto op = linalg::GenericOp::create(
      builder, loc, type, inputs, empty, maps, parallel,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        linalg::YieldOp::create(nested, loc,
                                body(nested, loc, args.drop_back()));
      });
  return op.getResult(0);
}

Value mlir::norm::scaleWeight(OpBuilder &builder, Location loc, Value weight,
                              unsigned dim, const Channels &factors) {
  auto type = cast<RankedTensorType>(weight.getType());
  SmallVector<double> known = getConstantElements(weight);
  if (known.empty() || !factors.isKnown())
    return mapChannels(builder, loc, weight, dim, factors,
                       [](OpBuilder &nested, Location loc, ValueRange args) {
                         return arith::MulFOp::create(nested, loc, args[0],
                                                      args[1]);
                       });
  int64_t inner =
      ShapedType::getNumElements(type.getShape().drop_front(dim + 1));
  for (auto [i, value] : llvm::enumerate(known))
    value *= factors.known[i / inner % type.getDimSize(dim)];
  return createConstant(builder, loc, type, known);
}
