//===- FunctionBuilder.h - Emits formulas of real functions -----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_FUNCTIONBUILDER_H
#define NORM_IR_FUNCTIONBUILDER_H

#include "Norm/IR/ScalarBuilder.h"
#include "Norm/IR/Splat.h"

namespace mlir::norm {

/// Emits a formula on f32, or on a vector of them.
struct FunctionBuilder : ScalarBuilder {
  Type type;

  Value real(double value) { return splat(builder, loc, value, type); }
  Value integer(int64_t value) {
    return createScalarOrSplatConstant(builder, loc, getBitsType(), value);
  }
  Type getBitsType() { return withElement(type, builder.getI32Type()); }
  Value toBits(Value x) {
    return arith::BitcastOp::create(builder, loc, getBitsType(), x);
  }
  Value fromBits(Value bits) {
    return arith::BitcastOp::create(builder, loc, type, bits);
  }
  Value fma(Value a, Value b, Value c) {
    return math::FmaOp::create(builder, loc, a, b, c);
  }
  template <typename Op> Value call(Value x) {
    return Op::create(builder, loc, x);
  }
  Value abs(Value x) { return call<math::AbsFOp>(x); }
  Value withSignOf(Value x, Value magnitude) {
    return math::CopySignOp::create(builder, loc, magnitude, x);
  }
  /// NaN is not.
  Value isLess(Value a, Value b) {
    return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT, a, b);
  }
  Value select(Value condition, Value then, Value otherwise) {
    return arith::SelectOp::create(builder, loc, condition, then, otherwise);
  }
  /// The lesser or the greater of both. NaN stays.
  Value atMost(Value x, double high) {
    Value most = real(high);
    return select(isLess(most, x), most, x);
  }
  Value atLeast(Value x, double low) {
    Value least = real(low);
    return select(isLess(x, least), least, x);
  }
  Value clamp(Value x, double low, double high) {
    return atLeast(atMost(x, high), low);
  }
  /// Σ cₖ·xᵏ, by Horner's scheme.
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value sum = real(coefficients.back());
    for (double coefficient : llvm::reverse(coefficients.drop_back()))
      sum = fma(sum, x, real(coefficient));
    return sum;
  }
};

} // namespace mlir::norm

#endif // NORM_IR_FUNCTIONBUILDER_H
