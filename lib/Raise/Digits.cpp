//===- Digits.cpp - Indices in mixed radix ----------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/NormalForm.h"

using namespace mlir;
using namespace mlir::norm;

unsigned NormalForm::getVariable(Node *node, unsigned dim) {
  auto [it, inserted] = variables.try_emplace({node, dim}, numVariables);
  if (inserted)
    ++numVariables;
  return it->second;
}

SmallVector<Digit, 2> NormalForm::getDigits(unsigned variable, Extent extent) {
  if (graph.extents.isOne(extent))
    return {};
  auto it = lowExtents.find(variable);
  if (it == lowExtents.end())
    return {{variable, extent}};
  auto [high, low] = parts.lookup(variable);
  auto digits = getDigits(high, *graph.extents.divide(extent, it->second));
  llvm::append_range(digits, getDigits(low, it->second));
  return digits;
}

Index NormalForm::getIndex(Node *node) {
  Index index;
  for (auto [dim, extent] : llvm::enumerate(node->shape))
    index.push_back(getDigits(getVariable(node, dim), extent));
  return index;
}

/// The same row-major position as an index of another shape. A digit that the
/// shape cuts is noted, and the evaluation starts again with it cut.
FailureOr<Index> NormalForm::reshape(const Index &index,
                                     ArrayRef<Extent> shape) {
  ExtentTable &extents = graph.extents;
  SmallVector<Digit> flat;
  for (ArrayRef<Digit> digits : index)
    llvm::append_range(flat, digits);
  Index result;
  auto next = flat.begin();
  for (Extent size : shape) {
    auto &digits = result.emplace_back();
    Extent rest = size;
    while (!extents.isOne(rest)) {
      if (next == flat.end())
        return refuse(Condition::indexNotAffine, "a reshape of part of a dim");
      if (std::optional<Extent> quotient = extents.divide(rest, next->extent)) {
        digits.push_back(*next++);
        rest = *quotient;
        continue;
      }
      std::optional<Extent> low = extents.divide(next->extent, rest);
      if (!low)
        return refuse(Condition::indexNotAffine,
                      "a reshape that cuts a dim unevenly");
      pendingSplit = {next->variable, *low};
      return failure();
    }
  }
  if (next != flat.end())
    return refuse(Condition::indexNotAffine, "a reshape of part of a dim");
  return result;
}

bool NormalForm::readsWholeDomain(const Node *node) const {
  for (auto [dim, extent] : llvm::enumerate(node->shape))
    if (!graph.extents.isOne(extent) &&
        (dim >= 64 || !(node->usedDims >> dim & 1)))
      return false;
  return true;
}
