//===- Driver.h - The CUDA driver, loaded when it is there ------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_CUDA_DRIVER_H
#define NORM_LIB_CUDA_DRIVER_H

#include <cstddef>
#include <cstdint>

namespace norm::cuda {

// The driver's types, as its stable ABI has them.
using Result = int;
using DevicePointer = unsigned long long;
struct ContextObject;
struct ModuleObject;
struct FunctionObject;
struct StreamObject;
struct EventObject;
struct MemoryPoolObject;
using Context = ContextObject *;
using Module = ModuleObject *;
using Function = FunctionObject *;
using Stream = StreamObject *;
using Event = EventObject *;
using MemoryPool = MemoryPoolObject *;

/// CUlaunchAttribute.
struct alignas(8) LaunchAttribute {
  static constexpr unsigned clusterDimension = 4;
  unsigned id;
  char padding[4];
  union {
    char bytes[64];
    struct {
      unsigned x, y, z;
    } cluster;
  } value;
};

/// CUlaunchConfig.
struct LaunchConfig {
  unsigned gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes;
  Stream stream;
  LaunchAttribute *attributes;
  unsigned numAttributes;
};

// CUfunction_attribute, CUjit_option.
constexpr int maxDynamicSharedSizeBytes = 8;
constexpr int nonPortableClusterSizeAllowed = 14;
constexpr int jitErrorLogBuffer = 5;
constexpr int jitErrorLogBufferSizeBytes = 6;
// CUdevice_attribute.
constexpr int computeCapabilityMajor = 75;
constexpr int computeCapabilityMinor = 76;
constexpr int memoryPoolsSupported = 115;
// CUmemPool_attribute, CUstreamCaptureMode.
constexpr int releaseThreshold = 4;
constexpr int captureModeRelaxed = 2;

/// Name here, name in the library, parameters.
#define NORM_CUDA_FUNCTIONS(F)                                                 \
  F(cuInit, "cuInit", unsigned)                                                \
  F(cuDeviceGet, "cuDeviceGet", int *, int)                                    \
  F(cuDeviceGetAttribute, "cuDeviceGetAttribute", int *, int, int)             \
  F(cuDevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain", Context *, int)      \
  F(cuCtxGetCurrent, "cuCtxGetCurrent", Context *)                             \
  F(cuCtxSetCurrent, "cuCtxSetCurrent", Context)                               \
  F(cuCtxGetDevice, "cuCtxGetDevice", int *)                                   \
  F(cuCtxSynchronize, "cuCtxSynchronize")                                      \
  F(cuModuleLoadDataEx, "cuModuleLoadDataEx", Module *, const void *,          \
    unsigned, int *, void **)                                                  \
  F(cuModuleUnload, "cuModuleUnload", Module)                                  \
  F(cuModuleGetFunction, "cuModuleGetFunction", Function *, Module,            \
    const char *)                                                              \
  F(cuFuncSetAttribute, "cuFuncSetAttribute", Function, int, int)              \
  F(cuLaunchKernelEx, "cuLaunchKernelEx", const LaunchConfig *, Function,      \
    void **, void **)                                                          \
  F(cuStreamCreate, "cuStreamCreate", Stream *, unsigned)                      \
  F(cuStreamDestroy, "cuStreamDestroy_v2", Stream)                             \
  F(cuStreamSynchronize, "cuStreamSynchronize", Stream)                        \
  F(cuStreamWaitEvent, "cuStreamWaitEvent", Stream, Event, unsigned)           \
  F(cuThreadExchangeStreamCaptureMode, "cuThreadExchangeStreamCaptureMode",    \
    int *)                                                                     \
  F(cuEventCreate, "cuEventCreate", Event *, unsigned)                         \
  F(cuEventDestroy, "cuEventDestroy_v2", Event)                                \
  F(cuEventRecord, "cuEventRecord", Event, Stream)                             \
  F(cuEventSynchronize, "cuEventSynchronize", Event)                           \
  F(cuMemAlloc, "cuMemAlloc_v2", DevicePointer *, size_t)                      \
  F(cuMemAllocAsync, "cuMemAllocAsync", DevicePointer *, size_t, Stream)       \
  F(cuMemAllocManaged, "cuMemAllocManaged", DevicePointer *, size_t, unsigned) \
  F(cuMemFree, "cuMemFree_v2", DevicePointer)                                  \
  F(cuMemFreeAsync, "cuMemFreeAsync", DevicePointer, Stream)                   \
  F(cuMemcpyAsync, "cuMemcpyAsync", DevicePointer, DevicePointer, size_t,      \
    Stream)                                                                    \
  F(cuMemsetD32Async, "cuMemsetD32Async", DevicePointer, unsigned, size_t,     \
    Stream)                                                                    \
  F(cuMemsetD16Async, "cuMemsetD16Async", DevicePointer, unsigned short,       \
    size_t, Stream)                                                            \
  F(cuDeviceGetDefaultMemPool, "cuDeviceGetDefaultMemPool", MemoryPool *, int) \
  F(cuMemPoolGetAttribute, "cuMemPoolGetAttribute", MemoryPool, int, void *)   \
  F(cuMemPoolSetAttribute, "cuMemPoolSetAttribute", MemoryPool, int, void *)   \
  F(cuMemHostRegister, "cuMemHostRegister_v2", void *, size_t, unsigned)       \
  F(cuMemHostUnregister, "cuMemHostUnregister", void *)                        \
  F(cuGetErrorName, "cuGetErrorName", Result, const char **)

struct Driver {
#define NORM_CUDA_MEMBER(name, symbol, ...) Result (*name)(__VA_ARGS__);
  NORM_CUDA_FUNCTIONS(NORM_CUDA_MEMBER)
#undef NORM_CUDA_MEMBER

  /// Why there is none; empty if there is one. Loads and initialises it.
  static const char *findProblem();
  /// Fails if there is none.
  static const Driver &get();
  /// The same. There is a current context then: the caller's, or the primary
  /// one of the default device.
  static const Driver &enter();
  /// The process ends: the driver may be gone, and frees what it has itself.
  static bool isEnding();
  /// Retained once.
  Context getPrimaryContext(int device) const;
  /// Fails with the call, the code and what more is known, unless it is a
  /// success.
  void check(Result result, const char *call, const char *more = "") const;
};

/// On whose behalf this thread calls the runtime, see Norm-c/CUDA.h.
struct Caller {
  /// Between normCUDAEnter and normCUDALeave.
  bool isPresent = false;
  Stream stream = nullptr;
  Context context = nullptr, previousContext = nullptr;
  char failure[1024] = "";

  static Caller &get();
};

/// Tells the caller who is present, or ends the process.
void fail(const char *what);

/// There is a failure that the caller is to hear of.
inline bool hasFailed() {
  const Caller &caller = Caller::get();
  return caller.isPresent && *caller.failure;
}

/// In a function with a `driver`.
#define NORM_CUDA_CHECK(call)                                                  \
  (hasFailed() ? void() : driver.check(driver.call, #call))

} // namespace norm::cuda

#endif // NORM_LIB_CUDA_DRIVER_H
