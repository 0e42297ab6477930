//===- CUDADevice.cpp - Kernels on an NVIDIA GPU ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Device.h"
#include <cstring>

using namespace mlir;
using namespace mlir::norm;

/// Of lib/CUDA, all of them; what they are called with is compiled code's
/// matter.
#define NORM_FOR_EACH_MGPU(F)                                                  \
  F(mgpuModuleLoad)                                                            \
  F(mgpuModuleLoadJIT)                                                         \
  F(mgpuModuleUnload)                                                          \
  F(mgpuModuleGetFunction)                                                     \
  F(mgpuLaunchKernel)                                                          \
  F(mgpuLaunchClusterKernel)                                                   \
  F(mgpuStreamCreate)                                                          \
  F(mgpuStreamDestroy)                                                         \
  F(mgpuStreamSynchronize)                                                     \
  F(mgpuStreamWaitEvent)                                                       \
  F(mgpuEventCreate)                                                           \
  F(mgpuEventDestroy)                                                          \
  F(mgpuEventRecord)                                                           \
  F(mgpuEventSynchronize)                                                      \
  F(mgpuMemcpy)                                                                \
  F(mgpuMemset32)                                                              \
  F(mgpuMemset16)
extern "C" {
#define NORM_DECLARE(name) void name();
NORM_FOR_EACH_MGPU(NORM_DECLARE)
#undef NORM_DECLARE
const char *normCUDAFindProblem();
void normCUDASynchronize();
void *mgpuMemAlloc(uint64_t bytes, void *stream, bool isHostShared);
void mgpuMemFree(void *data, void *stream);
}

/// Managed, all of it: whoever called the function reads its results here.
static void *allocate(size_t bytes) {
  return mgpuMemAlloc(bytes, nullptr, /*isHostShared=*/true);
}
static void *allocateAligned(size_t, size_t bytes) { return allocate(bytes); }
static void *allocateOnDevice(uint64_t bytes, void *, bool) {
  return allocate(bytes);
}
static void freeManaged(void *data) { mgpuMemFree(data, nullptr); }

namespace {
class CUDADevice : public Device {
public:
  SmallVector<std::pair<StringRef, void *>> getFunctions() const override;
  llvm::Error leave() override;
  HostTensor toDevice(const HostTensor &tensor) override;
  void release(void *data) const override { freeManaged(data); }
};
} // namespace

SmallVector<std::pair<StringRef, void *>> CUDADevice::getFunctions() const {
  SmallVector<std::pair<StringRef, void *>> functions{
      {"malloc", reinterpret_cast<void *>(allocate)},
      {"aligned_alloc", reinterpret_cast<void *>(allocateAligned)},
      {"free", reinterpret_cast<void *>(freeManaged)},
      {"mgpuMemAlloc", reinterpret_cast<void *>(allocateOnDevice)},
      {"mgpuMemFree", reinterpret_cast<void *>(mgpuMemFree)}};
#define NORM_ADD(name)                                                         \
  functions.push_back({#name, reinterpret_cast<void *>(name)});
  NORM_FOR_EACH_MGPU(NORM_ADD)
#undef NORM_ADD
  return functions;
}

/// The runtime ends the process at the first error.
llvm::Error CUDADevice::leave() {
  normCUDASynchronize();
  return llvm::Error::success();
}

HostTensor CUDADevice::toDevice(const HostTensor &tensor) {
  int64_t bytes = tensor.getNumSpannedBytes();
  std::shared_ptr<void> data(allocate(bytes), freeManaged);
  if (bytes)
    std::memcpy(data.get(), tensor.getData(), bytes);
  return HostTensor(tensor.getDType(), tensor.getShape(), tensor.getStrides(),
                    data.get(), data);
}

llvm::Expected<std::shared_ptr<Device>> mlir::norm::createCUDADevice() {
  if (const char *problem = normCUDAFindProblem())
    return llvm::createStringError(problem);
  return std::make_shared<CUDADevice>();
}
