//===- DType.cpp - Element types of data in memory --------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/DType.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;

std::optional<DType> mlir::norm::getDType(Type type) {
  if (type.isF16())
    return DType::f16;
  if (type.isBF16())
    return DType::bf16;
  if (type.isF32())
    return DType::f32;
  if (type.isF64())
    return DType::f64;
  if (isa<Float8E4M3FNType>(type))
    return DType::f8E4M3FN;
  if (isa<Float8E5M2Type>(type))
    return DType::f8E5M2;
  if (type.isIndex())
    return DType::i64;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return std::nullopt;
  switch (integer.getWidth()) {
  case 1:
    return DType::i1;
  case 8:
    return DType::i8;
  case 16:
    return DType::i16;
  case 32:
    return DType::i32;
  case 64:
    return DType::i64;
  default:
    return std::nullopt;
  }
}

StringRef mlir::norm::toString(DType dtype) {
  static constexpr StringLiteral names[] = {"i1",  "i8",       "i16",   "i32",
                                            "i64", "f16",      "bf16",  "f32",
                                            "f64", "f8E4M3FN", "f8E5M2"};
  return names[unsigned(dtype)];
}

unsigned mlir::norm::getByteWidth(DType dtype) {
  static constexpr unsigned widths[] = {1, 1, 2, 4, 8, 2, 2, 4, 8, 1, 1};
  return widths[unsigned(dtype)];
}

bool mlir::norm::isFloat(DType dtype) { return dtype >= DType::f16; }

const llvm::fltSemantics &mlir::norm::getSemantics(DType dtype) {
  switch (dtype) {
  case DType::f16:
    return APFloat::IEEEhalf();
  case DType::bf16:
    return APFloat::BFloat();
  case DType::f32:
    return APFloat::IEEEsingle();
  case DType::f8E4M3FN:
    return APFloat::Float8E4M3FN();
  case DType::f8E5M2:
    return APFloat::Float8E5M2();
  default:
    return APFloat::IEEEdouble();
  }
}

double mlir::norm::getUnitRoundoff(DType dtype) {
  if (!isFloat(dtype))
    return 0;
  return std::ldexp(1.0,
                    -int(APFloat::semanticsPrecision(getSemantics(dtype))));
}

double mlir::norm::getSmallestSubnormal(DType dtype) {
  if (!isFloat(dtype))
    return 0;
  APFloat smallest = APFloat::getSmallest(getSemantics(dtype));
  bool losesInfo;
  smallest.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
  return smallest.convertToDouble();
}

std::string mlir::norm::formatType(ArrayRef<int64_t> shape, DType dtype) {
  std::string text;
  for (int64_t extent : shape)
    text +=
        (ShapedType::isDynamic(extent) ? "?" : std::to_string(extent)) + "x";
  return text + toString(dtype).str();
}
