//===- KernelFormat.h - What a host module carries kernels as -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_GPU_KERNELFORMAT_H
#define NORM_GPU_KERNELFORMAT_H

namespace mlir::norm {

/// What a host module carries its kernels as.
enum class KernelFormat {
  ISA,   ///< PTX, which the driver assembles
  Bin,   ///< a cubin
  Fatbin ///< a cubin and PTX
};

} // namespace mlir::norm

#endif // NORM_GPU_KERNELFORMAT_H
