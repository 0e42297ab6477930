//===- Code.cpp - Numbers of eight bits -------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Code.h"
#include "llvm/ADT/APFloat.h"
#include <algorithm>
#include <cmath>

using namespace mlir::norm;
using namespace mlir::norm::numerics;
using llvm::APFloat;

static const llvm::fltSemantics &getSemantics(Code code) {
  return code == Code::e4m3 ? APFloat::Float8E4M3FN() : APFloat::Float8E5M2();
}

llvm::StringRef numerics::getF8Type(Code code) {
  return code == Code::int8 ? "" : code == Code::e4m3 ? "f8E4M3FN" : "f8E5M2";
}

static double toDouble(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

double numerics::decode(Code code, int8_t bits) {
  if (code == Code::int8)
    return bits;
  return toDouble(APFloat(getSemantics(code), llvm::APInt(8, uint8_t(bits))));
}

int8_t numerics::encode(Code code, double value) {
  if (code == Code::int8)
    return std::isnan(value)
               ? 0
               : int8_t(std::clamp(std::nearbyint(value), -127.0, 127.0));
  if (std::isfinite(value)) {
    double largest = toDouble(APFloat::getLargest(getSemantics(code)));
    value = std::clamp(value, -largest, largest);
  }
  APFloat rounded(value);
  bool losesInfo;
  rounded.convert(getSemantics(code), APFloat::rmNearestTiesToEven, &losesInfo);
  return int8_t(rounded.bitcastToAPInt().getZExtValue());
}

double numerics::getSmallestNumber(Code code) {
  return code == Code::int8
             ? 1
             : toDouble(APFloat::getSmallest(getSemantics(code)));
}
