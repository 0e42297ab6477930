//===- Refusal.h - Why a norm was not raised --------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_REFUSAL_H
#define NORM_RAISE_REFUSAL_H

#include "mlir/Support/LLVM.h"
#include <string>

namespace mlir::norm {

/// The conditions a norm has to meet, in the order in which they are looked at.
/// Of all attempts around one sum, the one that got farthest is reported.
enum class Condition : uint8_t {
  none,
  noFullSizeResult, // nothing of the size of the data follows from it
  noRowInput,       // the statistic is one of several tensors
  limit,            // the expression grew too large
  unsupportedOp,
  gatherTable,
  indexNotAffine,
  residualInside,
  notAffineInX,
  epsOutsideRoot,
  clamp,
  notSquareSum,
  elementOutsideRow,
  epsNotLiteral,
  divisorNotN,
  scaleNotGamma,
  shiftNotBeta,
  statEscapes,
  notBatchNorm,
  needsMode
};

/// The name of the remark, such as "eps-outside-root".
StringRef getName(Condition condition);
/// What does not hold, in words.
StringRef getDescription(Condition condition);

struct Refusal {
  Condition condition = Condition::none;
  std::string detail;

  /// Keeps whichever got farther; of two that got equally far, the first.
  void merge(Refusal other) {
    if (other.condition > condition)
      *this = std::move(other);
  }
};

} // namespace mlir::norm

#endif // NORM_RAISE_REFUSAL_H
