//===- DType.h - Element types of data in memory ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_DTYPE_H
#define NORM_RUN_DTYPE_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"
#include <optional>

namespace mlir::norm {

/// What a tensor in memory can hold. Integers are signless, as in MLIR; index
/// is i64.
enum class DType {
  i1,
  i8,
  i16,
  i32,
  i64,
  f16,
  bf16,
  f32,
  f64,
  f8E4M3FN,
  f8E5M2
};

/// The dtype of a builtin type, if there is one.
std::optional<DType> getDType(Type type);
StringRef toString(DType dtype);
unsigned getByteWidth(DType dtype);
bool isFloat(DType dtype);
/// Half the distance from 1 to the next larger value: the relative error of
/// one rounding. 0 for integers.
double getUnitRoundoff(DType dtype);
/// The distance between the values next to 0. 0 for integers.
double getSmallestSubnormal(DType dtype);
/// The format of a float dtype.
const llvm::fltSemantics &getSemantics(DType dtype);

/// `4x?xf32`; scalars are `f32`.
std::string formatType(ArrayRef<int64_t> shape, DType dtype);

} // namespace mlir::norm

#endif // NORM_RUN_DTYPE_H
