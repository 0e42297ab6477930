//===- Operands.h - The operands of a case, in memory -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_NUMERICS_OPERANDS_H
#define NORM_TEST_NUMERICS_OPERANDS_H

#include "Formula.h"
#include "GuardedBuffer.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlir::norm::numerics {

/// Of one call: inputs as they are before it, and the destinations.
class Operands {
public:
  Operands(const KernelCase &kernel, const Geometry &geometry, InputKind input,
           uint64_t seed);

  /// In the order of the function's arguments.
  SmallVector<HostTensor> getArguments() const;
  /// Copies, made before the call.
  const Inputs &getInputs() const { return inputs; }

  /// Inputs are as they were, and of the destinations only elements changed.
  bool isUntouchedElsewhere() const;

  struct Destination {
    std::string name;
    const GuardedBuffer *buffer;
  };
  /// y first.
  SmallVector<Destination> getDestinations() const;

private:
  GuardedBuffer &add(std::vector<std::unique_ptr<GuardedBuffer>> &list,
                     DType dtype, ArrayRef<int64_t> shape);

  const KernelCase &kernel;
  std::vector<std::unique_ptr<GuardedBuffer>> sources, destinations;
  std::vector<std::string> names;
  Inputs inputs;
};

} // namespace mlir::norm::numerics

#endif // NORM_TEST_NUMERICS_OPERANDS_H
