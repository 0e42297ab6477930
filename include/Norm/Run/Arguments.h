//===- Arguments.h - Arguments from files and random numbers ----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_ARGUMENTS_H
#define NORM_RUN_ARGUMENTS_H

#include "Norm/Run/Signature.h"

namespace mlir::norm {

/// Where the arguments of a call come from, as a command line says it.
struct ArgumentOptions {
  /// `[N=]FILE.npy`, or `[N=]NUMBER` for every element of the argument.
  /// Without N they fill the arguments in order.
  std::vector<std::string> inputs;
  /// `N=2x3`: the shape of an argument that has dynamic extents.
  std::vector<std::string> shapes;
  /// The size of every other dynamic extent.
  std::optional<int64_t> dynamicSize;
  /// What has no input is random.
  uint64_t seed = 0;
};

llvm::Expected<SmallVector<HostTensor>>
makeArguments(const Signature &signature, const ArgumentOptions &options);

} // namespace mlir::norm

#endif // NORM_RUN_ARGUMENTS_H
