//===- ScalarBuilder.h - Scalar float arithmetic in few words -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_SCALARBUILDER_H
#define NORM_IR_SCALARBUILDER_H

#include "Norm/IR/Norm.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::norm {

/// What combining with changes nothing: 0, −∞ for max, +∞ for min. Of a vector
/// type, in every lane.
inline TypedAttr getIdentity(Combiner kind, Type type) {
  auto scalar = cast<FloatType>(getElementTypeOrSelf(type));
  const llvm::fltSemantics &semantics = scalar.getFloatSemantics();
  APFloat identity =
      kind == Combiner::max || kind == Combiner::min
          ? APFloat::getInf(semantics, /*Negative=*/kind == Combiner::max)
          : APFloat::getZero(semantics);
  if (auto vector = dyn_cast<VectorType>(type))
    return DenseElementsAttr::get(vector, identity);
  return FloatAttr::get(scalar, identity);
}

/// How the lanes of a vector are combined; moments are summed.
inline vector::CombiningKind getCombiningKind(Combiner kind) {
  return kind == Combiner::max   ? vector::CombiningKind::MAXIMUMF
         : kind == Combiner::min ? vector::CombiningKind::MINIMUMF
                                 : vector::CombiningKind::ADD;
}

/// Emits the float arithmetic of a formula; operands of one step have one type.
struct ScalarBuilder {
  OpBuilder &builder;
  Location loc;
  /// Of sums, differences, products and quotients.
  arith::FastMathFlags flags = arith::FastMathFlags::none;

  Value constant(double value, Type type) {
    return constant(APFloat(value), type);
  }
  /// `value` rounded to `type`.
  Value constant(APFloat value, Type type) {
    bool losesInfo;
    value.convert(cast<FloatType>(type).getFloatSemantics(),
                  APFloat::rmNearestTiesToEven, &losesInfo);
    return arith::ConstantOp::create(builder, loc, FloatAttr::get(type, value));
  }
  Value add(Value a, Value b) {
    return arith::AddFOp::create(builder, loc, a, b, flags);
  }
  Value sub(Value a, Value b) {
    return arith::SubFOp::create(builder, loc, a, b, flags);
  }
  Value mul(Value a, Value b) {
    return arith::MulFOp::create(builder, loc, a, b, flags);
  }
  Value div(Value a, Value b) {
    return arith::DivFOp::create(builder, loc, a, b, flags);
  }
  Value max(Value a, Value b) {
    return arith::MaximumFOp::create(builder, loc, a, b);
  }
  Value min(Value a, Value b) {
    return arith::MinimumFOp::create(builder, loc, a, b);
  }
  /// One step of a reduction; moments are summed.
  Value combine(Combiner kind, Value a, Value b) {
    return kind == Combiner::max   ? max(a, b)
           : kind == Combiner::min ? min(a, b)
                                   : add(a, b);
  }
  Value sqrt(Value a) { return math::SqrtOp::create(builder, loc, a); }
  Value rsqrt(Value a) { return math::RsqrtOp::create(builder, loc, a); }

  /// To another float type, rounding at most once; between f16 and bf16, which
  /// do not hold each other, through f32, which holds both.
  Value convert(Value value, Type type) {
    auto from = cast<FloatType>(value.getType()), to = cast<FloatType>(type);
    if (from == to)
      return value;
    if (from.getWidth() < to.getWidth())
      return arith::ExtFOp::create(builder, loc, to, value);
    if (from.getWidth() == to.getWidth())
      value = arith::ExtFOp::create(builder, loc, builder.getF32Type(), value);
    return arith::TruncFOp::create(builder, loc, to, value);
  }
};

} // namespace mlir::norm

#endif // NORM_IR_SCALARBUILDER_H
