//===- Memory.cpp - Memory for compiled host code ---------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver.h"
#include <map>
#include <mutex>

using namespace norm::cuda;

static DevicePointer toDevice(const void *data) {
  return reinterpret_cast<uintptr_t>(data);
}

/// Of what the pool of a device has free, what it keeps when the device is
/// waited for, unless somebody else has chosen: by default that is nothing, and
/// every call that waits would map memory anew.
static constexpr uint64_t bytesKept = 256 << 20;

/// The pool is there, with what it keeps.
static bool preparePool(int device, const Driver &driver) {
  int isSupported = 0;
  NORM_CUDA_CHECK(
      cuDeviceGetAttribute(&isSupported, memoryPoolsSupported, device));
  if (!isSupported)
    return false;
  MemoryPool pool = nullptr;
  uint64_t bytes = 0;
  NORM_CUDA_CHECK(cuDeviceGetDefaultMemPool(&pool, device));
  NORM_CUDA_CHECK(cuMemPoolGetAttribute(pool, releaseThreshold, &bytes));
  if (bytes)
    return true;
  bytes = bytesKept;
  NORM_CUDA_CHECK(cuMemPoolSetAttribute(pool, releaseThreshold, &bytes));
  return true;
}

/// Of the device of the current context, found once.
static bool hasPool(const Driver &driver) {
  int device = 0;
  // Also after a failure: memory is freed as it came.
  driver.check(driver.cuCtxGetDevice(&device), "cuCtxGetDevice");
  static std::mutex mutex;
  static std::map<int, bool> known;
  std::lock_guard<std::mutex> lock(mutex);
  auto found = known.find(device);
  if (found != known.end())
    return found->second;
  bool isThere = preparePool(device, driver);
  if (!hasFailed())
    known[device] = isThere;
  return isThere;
}

/// Whether memory comes and goes in the order of `stream`, so that nothing
/// waits: if there is one, that of the caller first, and the device has that.
static bool isOrderedBy(Stream &stream, const Driver &driver) {
  Caller &caller = Caller::get();
  if (caller.isPresent)
    stream = caller.stream;
  else if (!stream)
    return false;
  return hasPool(driver);
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
/// Out of order, once the device has done all that it was given. Also after a
/// failure: a caller who hears of it goes on, and may try again.
extern "C" void mgpuMemFree(void *data, Stream stream) {
  if (!data)
    return;
  const Driver &driver = Driver::enter();
  if (isOrderedBy(stream, driver))
    driver.check(driver.cuMemFreeAsync(toDevice(data), stream),
                 "cuMemFreeAsync");
  else
    driver.check(driver.cuMemFree(toDevice(data)), "cuMemFree");
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
