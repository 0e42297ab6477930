//===- KernelFormat.h - What a host module carries kernels as -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_GPU_KERNELFORMAT_H
#define NORM_GPU_KERNELFORMAT_H

#include "llvm/Support/CommandLine.h"

namespace mlir::norm {

/// What a host module carries its kernels as.
enum class KernelFormat {
  ISA,   ///< PTX, which the driver assembles
  Bin,   ///< a cubin
  Fatbin ///< a cubin and PTX
};

/// Their names, as options of passes and pipelines.
inline llvm::cl::ValuesClass getKernelFormatValues() {
  return llvm::cl::values(
      clEnumValN(KernelFormat::ISA, "isa", "PTX; needs no CUDA"),
      clEnumValN(KernelFormat::Bin, "bin", "cubin, by ptxas"),
      clEnumValN(KernelFormat::Fatbin, "fatbin",
                 "cubin and PTX, by ptxas and fatbinary"));
}

} // namespace mlir::norm

#endif // NORM_GPU_KERNELFORMAT_H
