//===- FoldedWeights.h - Weights times a number per channel -----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_FUSE_FOLDEDWEIGHTS_H
#define NORM_LIB_FUSE_FOLDEDWEIGHTS_H

#include "Norm/IR/Norm.h"

namespace mlir::norm {

/// The elements of a float constant; nothing for other values.
SmallVector<double> getConstantElements(Value value);

/// A number per channel: known, and not rounded yet, or a value of one dim.
struct Channels {
  Channels() = default;
  /*implicit*/ Channels(Value value)
      : known(getConstantElements(value)), value(value) {}
  /*implicit*/ Channels(SmallVector<double> known) : known(std::move(known)) {}

  SmallVector<double> known;
  Value value;

  bool isNone() const { return known.empty() && !value; }
  bool isKnown() const { return !known.empty(); }
  /// Rounds what is known to the element type, once.
  Value materialize(OpBuilder &builder, Location loc, Type elementType) const;
};

/// One linalg op that maps each element of `tensor` and those of `channels`
/// along `dim`.
Value mapChannels(OpBuilder &builder, Location loc, Value tensor, unsigned dim,
                  ArrayRef<Channels> channels,
                  function_ref<Value(OpBuilder &, Location, ValueRange)> body);

/// `weight` times `factors` along `dim`: a constant where both are.
Value scaleWeight(OpBuilder &builder, Location loc, Value weight, unsigned dim,
                  const Channels &factors);

} // namespace mlir::norm

#endif // NORM_LIB_FUSE_FOLDEDWEIGHTS_H
