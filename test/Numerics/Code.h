//===- Code.h - Numbers of eight bits ---------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_NUMERICS_CODE_H
#define NORM_TEST_NUMERICS_CODE_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace mlir::norm::numerics {

/// What the eight bits of an i8 stand for.
enum class Code { int8, e4m3, e5m2 };

/// Of the types f8E4M3FN and f8E5M2; empty for int8.
llvm::StringRef getF8Type(Code code);

double decode(Code code, int8_t bits);
/// The nearest; the largest for what is larger. There is no int8 for NaN.
int8_t encode(Code code, double value);
/// The distance between the values next to 0.
double getSmallestNumber(Code code);

} // namespace mlir::norm::numerics

#endif // NORM_TEST_NUMERICS_CODE_H
