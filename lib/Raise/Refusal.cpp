//===- Refusal.cpp - Why a norm was not raised ------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Refusal.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/ErrorHandling.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
struct ConditionText {
  StringRef name, description;
};
} // namespace

static ConditionText getText(Condition condition) {
  switch (condition) {
  case Condition::none:
    return {"none", "nothing was tried"};
  case Condition::noRowInput:
    return {"no-row-input", "the sum is a statistic of several tensors"};
  case Condition::noFullSizeResult:
    return {"no-full-size-result",
            "no result of the size of the data follows from the sum"};
  case Condition::limit:
    return {"limit", "the expression is too large"};
  case Condition::unsupportedOp:
    return {"unsupported-op", "an op that no norm consists of"};
  case Condition::gatherTable:
    return {"gather-table", "an index table that is no view"};
  case Condition::indexNotAffine:
    return {"index-not-affine", "an index that is no regrouping of dims"};
  case Condition::residualInside:
    return {"residual-inside", "a second tensor of the size of the data"};
  case Condition::notAffineInX:
    return {"not-affine-in-x",
            "the result is not affine in the normalized element"};
  case Condition::epsOutsideRoot:
    return {"eps-outside-root", "something is added outside of the root"};
  case Condition::clamp:
    return {"clamp", "a statistic is clamped"};
  case Condition::notSquareSum:
    return {"not-square-sum", "the root is not of a sum of squares"};
  case Condition::elementOutsideRow:
    return {"element-outside-row", "the element is not one of the row"};
  case Condition::epsNotLiteral:
    return {"eps-not-literal", "ε is no literal"};
  case Condition::divisorNotN:
    return {"divisor-not-n", "the sum is not divided by the length of the row"};
  case Condition::scaleNotGamma:
    return {"scale-not-gamma", "the scale is not 1, γ or 1 + γ"};
  case Condition::shiftNotBeta:
    return {"shift-not-beta", "the shift is not β"};
  case Condition::statEscapes:
    return {"stat-escapes", "a statistic appears outside of the formula"};
  case Condition::notBatchNorm:
    return {"not-batch-norm",
            "the root is of a parameter, but what follows is not "
            "(x − μ)·ρ·γ + β per channel"};
  case Condition::needsMode:
    return {"needs-mode", "raising rounds differently than the mode allows"};
  }
  llvm_unreachable("a condition");
}

StringRef mlir::norm::getName(Condition condition) {
  return getText(condition).name;
}

StringRef mlir::norm::getDescription(Condition condition) {
  return getText(condition).description;
}
