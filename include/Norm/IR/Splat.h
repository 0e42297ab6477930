//===- Splat.h - One scalar in many places -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_SPLAT_H
#define NORM_IR_SPLAT_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

namespace mlir::norm {

/// A constant float of a scalar or shaped type.
inline Value splat(OpBuilder &builder, Location loc, double value, Type type) {
  FloatAttr scalar = builder.getFloatAttr(getElementTypeOrSelf(type), value);
  return createScalarOrSplatConstant(builder, loc, type, scalar.getValue());
}

/// The value of a constant scalar, or of all elements of a constant vector.
inline std::optional<APFloat> getSplat(Value value) {
  if (auto broadcast = value.getDefiningOp<vector::BroadcastOp>())
    return getSplat(broadcast.getSource());
  FloatAttr scalar;
  if (matchPattern(value, m_Constant(&scalar)))
    return scalar.getValue();
  DenseFPElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements)) && elements.isSplat())
    return elements.getSplatValue<APFloat>();
  return std::nullopt;
}

/// The scalar that every element of a tensor is, or null if it is not known to
/// be one.
inline OpFoldResult getSplatElement(Value tensor) {
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>())
    return getAsOpFoldResult(fill.value());
  if (auto splat = tensor.getDefiningOp<tensor::SplatOp>())
    return getAsOpFoldResult(splat.getInput());
  SplatElementsAttr elements;
  if (matchPattern(tensor, m_Constant(&elements)))
    return elements.getSplatValue<Attribute>();
  return {};
}

/// The scalar as a value.
inline Value getOrCreateScalar(OpBuilder &builder, Location loc,
                               OpFoldResult scalar) {
  if (auto value = dyn_cast<Value>(scalar))
    return value;
  return arith::ConstantOp::create(builder, loc,
                                   cast<TypedAttr>(cast<Attribute>(scalar)));
}

/// The type with another element type.
inline Type withElement(Type type, Type element) {
  if (auto shaped = dyn_cast<ShapedType>(type))
    return shaped.clone(element);
  return element;
}

} // namespace mlir::norm

#endif // NORM_IR_SPLAT_H
