//===- Device.h - Where kernels run -----------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_DEVICE_H
#define NORM_RUN_DEVICE_H

#include "Norm/Run/HostTensor.h"
#include "llvm/Support/Error.h"

namespace mlir::norm {

/// What the host code of a module with GPU kernels needs while it runs: the
/// mgpu… functions that upstream's gpu-to-llvm calls, and memory that kernels
/// can access.
class Device {
public:
  virtual ~Device() = default;

  /// What compiled code calls, by name: malloc and free among them.
  virtual SmallVector<std::pair<StringRef, void *>> getFunctions() const = 0;

  /// What kernels are made for, if nobody says, as `sm_90`.
  virtual std::string getChip() const { return "sm_90"; }

  /// Around all that compiled code does on this thread.
  virtual void enter() {}
  /// Waits for kernels. The first error since enter().
  virtual llvm::Error leave() = 0;

  /// The tensor, or a copy of its memory, with its strides, where kernels may
  /// access it until leave().
  virtual HostTensor toDevice(const HostTensor &tensor) = 0;
  /// Frees what compiled code allocated.
  virtual void release(void *data) const = 0;
};

/// The PTX interpreter: host memory is device memory. What compiled code
/// allocates and what toDevice() was given is all that kernels may access.
std::shared_ptr<Device> createInterpreterDevice();

/// The first NVIDIA GPU, through the CUDA driver; an error where there is none.
llvm::Expected<std::shared_ptr<Device>> createCUDADevice();

/// NVIDIA GPUs with arrays and streams of the caller's, who calls the kernel's
/// function between normCUDAEnter() and normCUDALeave() of Norm-c/CUDA.h.
llvm::Expected<std::shared_ptr<Device>> createCallersCUDADevice();

} // namespace mlir::norm

#endif // NORM_RUN_DEVICE_H
