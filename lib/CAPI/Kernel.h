//===- Kernel.h - What a MlirNormKernel is ----------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CAPI_KERNEL_H
#define LIB_CAPI_KERNEL_H

#include "Norm-c/Run.h"
#include "Norm/Run/Jit.h"

namespace mlir::norm {

/// A kernel, and what must be known to call it safely.
struct CheckedKernel {
  explicit CheckedKernel(Kernel kernel) : kernel(std::move(kernel)) {}

  Kernel kernel;
  /// Arguments of the function as written; results come after them.
  size_t numInputs = 0;
  /// An ExtentContract, where there is something that static types do not say.
  std::optional<Kernel> extents;
  SmallVector<std::string> messages;
};

inline CheckedKernel *unwrapKernel(MlirNormKernel kernel) {
  return static_cast<CheckedKernel *>(kernel.ptr);
}

} // namespace mlir::norm

#endif // LIB_CAPI_KERNEL_H
