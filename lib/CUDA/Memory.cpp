//===- Memory.cpp - Memory for compiled host code ---------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver.h"

using namespace norm::cuda;

static DevicePointer toDevice(const void *data) {
  return reinterpret_cast<uintptr_t>(data);
}

/// Whether memory comes and goes in the order of `stream`, so that nothing
/// waits: if there is one, that of the caller first, and the device has that.
static bool isOrderedBy(Stream &stream, const Driver &driver) {
  Caller &caller = Caller::get();
  if (caller.isPresent)
    stream = caller.stream;
  else if (!stream)
    return false;
  int device = 0, hasPools = 0;
  NORM_CUDA_CHECK(cuCtxGetDevice(&device));
  NORM_CUDA_CHECK(
      cuDeviceGetAttribute(&hasPools, memoryPoolsSupported, device));
  return hasPools;
}

extern "C" void *mgpuMemAlloc(uint64_t bytes, Stream stream,
                              bool isHostShared) {
  if (!bytes)
    return nullptr;
  const Driver &driver = Driver::enter();
  DevicePointer data = 0;
  constexpr unsigned attachGlobal = 1;
  if (isHostShared)
    NORM_CUDA_CHECK(cuMemAllocManaged(&data, bytes, attachGlobal));
  else if (isOrderedBy(stream, driver))
    NORM_CUDA_CHECK(cuMemAllocAsync(&data, bytes, stream));
  else
    NORM_CUDA_CHECK(cuMemAlloc(&data, bytes));
  return reinterpret_cast<void *>(uintptr_t(data));
}
/// Out of order, once the device has done all that it was given.
extern "C" void mgpuMemFree(void *data, Stream stream) {
  if (!data)
    return;
  const Driver &driver = Driver::enter();
  if (isOrderedBy(stream, driver))
    NORM_CUDA_CHECK(cuMemFreeAsync(toDevice(data), stream));
  else
    NORM_CUDA_CHECK(cuMemFree(toDevice(data)));
}
extern "C" void mgpuMemcpy(void *to, void *from, size_t bytes, Stream stream) {
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuMemcpyAsync(toDevice(to), toDevice(from), bytes, stream));
}
extern "C" void mgpuMemset32(void *data, unsigned value, size_t count,
                             Stream stream) {
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuMemsetD32Async(toDevice(data), value, count, stream));
}
extern "C" void mgpuMemset16(void *data, unsigned short value, size_t count,
                             Stream stream) {
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuMemsetD16Async(toDevice(data), value, count, stream));
}

namespace {
/// As MLIR passes a memref of unknown rank: sizes, then strides, follow.
struct MemRef {
  char *allocated, *aligned;
  int64_t offset;
  int64_t sizes[];
};
} // namespace

static char *getFirst(const MemRef *memref, int64_t elementBytes) {
  return memref->aligned + memref->offset * elementBytes;
}

/// From the first element to the last.
extern "C" void mgpuMemHostRegisterMemRef(int64_t rank, MemRef *memref,
                                          int64_t elementBytes) {
  int64_t extent = 1;
  for (int64_t dim = 0; dim < rank; ++dim) {
    if (memref->sizes[dim] == 0)
      return;
    extent += (memref->sizes[dim] - 1) * memref->sizes[rank + dim];
  }
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuMemHostRegister(getFirst(memref, elementBytes),
                                    extent * elementBytes, 0));
}
extern "C" void mgpuMemHostUnregisterMemRef(int64_t rank, MemRef *memref,
                                            int64_t elementBytes) {
  for (int64_t dim = 0; dim < rank; ++dim)
    if (memref->sizes[dim] == 0)
      return;
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuMemHostUnregister(getFirst(memref, elementBytes)));
}
