//===- CUDADevice.cpp - Kernels on an NVIDIA GPU ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm-c/CUDA.h"
#include "Norm/GPU/Chip.h"
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
/// On no stream: managed memory does not come and go in its order.
static void freeOnDevice(void *data, void *) { freeManaged(data); }

using Functions = SmallVector<std::pair<StringRef, void *>>;

static Functions getRuntimeFunctions() {
  Functions functions;
#define NORM_ADD(name)                                                         \
  functions.push_back({#name, reinterpret_cast<void *>(name)});
  NORM_FOR_EACH_MGPU(NORM_ADD)
#undef NORM_ADD
  return functions;
}

namespace {
class CUDADevice : public Device {
public:
  explicit CUDADevice(std::string chip) : chip(std::move(chip)) {}
  std::string getChip() const override { return chip; }
  Functions getFunctions() const override;
  llvm::Error leave() override;
  HostTensor toDevice(const HostTensor &tensor) override;
  void release(void *data) const override { freeManaged(data); }

private:
  std::string chip;
};

/// Knows neither device nor stream, which are the caller's.
class CallersCUDADevice : public CUDADevice {
public:
  using CUDADevice::CUDADevice;
  Functions getFunctions() const override;
  llvm::Error leave() override { return llvm::Error::success(); }
  HostTensor toDevice(const HostTensor &tensor) override { return tensor; }
  void release(void *data) const override { mgpuMemFree(data, nullptr); }
};
} // namespace

Functions CUDADevice::getFunctions() const {
  Functions functions = getRuntimeFunctions();
  functions.append(
      {{"malloc", reinterpret_cast<void *>(allocate)},
       {"aligned_alloc", reinterpret_cast<void *>(allocateAligned)},
       {"free", reinterpret_cast<void *>(freeManaged)},
       {"mgpuMemAlloc", reinterpret_cast<void *>(allocateOnDevice)},
       {"mgpuMemFree", reinterpret_cast<void *>(freeOnDevice)}});
  return functions;
}

Functions CallersCUDADevice::getFunctions() const {
  Functions functions = getRuntimeFunctions();
  functions.append({{"mgpuMemAlloc", reinterpret_cast<void *>(mgpuMemAlloc)},
                    {"mgpuMemFree", reinterpret_cast<void *>(mgpuMemFree)}});
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

template <typename T> static llvm::Expected<std::shared_ptr<Device>> create() {
  if (const char *problem = normCUDAFindProblem())
    return llvm::createStringError(problem);
  int32_t capability = normCUDAGetComputeCapability(/*device=*/0);
  std::optional<GPUChip> chip = GPUChip::getForCapability(capability);
  if (!chip)
    return llvm::createStringError(
        "no code is made for the first GPU, of compute capability " +
        Twine(capability / 10) + "." + Twine(capability % 10));
  return std::make_shared<T>(chip->name.str());
}

llvm::Expected<std::shared_ptr<Device>> mlir::norm::createCUDADevice() {
  return create<CUDADevice>();
}

llvm::Expected<std::shared_ptr<Device>> mlir::norm::createCallersCUDADevice() {
  return create<CallersCUDADevice>();
}
