//===- fake-cuda.cpp - A CUDA driver on the PTX interpreter -----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions of libcuda that the runtime calls. Each call is a line on
// stderr; FAKE_CUDA_FAIL names one that fails. Memory is the host's, and what
// is on a stream is done at once; with FAKE_CUDA_DRY kernels do nothing. There
// are two devices.
//
//===----------------------------------------------------------------------===//

#include "../../lib/CUDA/Driver.h"
#include "Norm/PTX/Launch.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

using namespace norm::cuda;
namespace ptx = mlir::norm::ptx;

static Result call(const char *name) {
  const char *failing = std::getenv("FAKE_CUDA_FAIL");
  return failing && !std::strcmp(failing, name) ? 700 : 0;
}
#define LOG(name, format, ...)                                                 \
  std::fprintf(stderr, "%s" format "\n", name, ##__VA_ARGS__);                 \
  if (Result failure = call(name))                                             \
    return failure;

template <typename T> static T *makeHandle() {
  static uintptr_t next = 0x1000;
  return reinterpret_cast<T *>(next += 0x10);
}
static thread_local Context current = nullptr;
static thread_local int captureMode = 0;

/// Kernels, and the memory that they may access.
struct norm::cuda::ModuleObject {
  ptx::Module module;
};
struct norm::cuda::FunctionObject {
  ptx::Executable executable;
};
static std::mutex mutex;

/// Until the process ends, whoever forgets it.
template <typename T> static T *keep(T *object) {
  static auto *kept = new std::vector<std::unique_ptr<T>>;
  std::lock_guard<std::mutex> lock(mutex);
  kept->emplace_back(object);
  return object;
}

static ptx::DeviceMemory &getMemory() {
  static auto *memory = new ptx::DeviceMemory;
  return *memory;
}

static Result explain(llvm::Error error, Result result) {
  std::fprintf(stderr, "%s\n", llvm::toString(std::move(error)).c_str());
  return result;
}

static Result allocate(DevicePointer *data, size_t bytes) {
  void *memory = std::aligned_alloc(256, llvm::alignTo(bytes, 256));
  std::lock_guard<std::mutex> lock(mutex);
  getMemory().add(memory, bytes, "an allocation", /*isInitialized=*/true);
  *data = reinterpret_cast<uintptr_t>(memory);
  return 0;
}
static Result release(DevicePointer data) {
  auto *memory = reinterpret_cast<void *>(data);
  std::lock_guard<std::mutex> lock(mutex);
  getMemory().remove(memory);
  std::free(memory);
  return 0;
}

extern "C" {
/// Which driver this is.
void normFakeCUDA() {}
Result cuInit(unsigned) {
  LOG("cuInit", "");
  return 0;
}
Result cuDeviceGet(int *device, int ordinal) {
  LOG("cuDeviceGet", " %d", ordinal);
  *device = ordinal;
  return ordinal < 2 ? 0 : 101;
}
/// Of compute capability 8.0, or what FAKE_CUDA_CAPABILITY says, as 90; without
/// memory pools if there is FAKE_CUDA_NO_POOLS; theirs keep what
/// FAKE_CUDA_POOL_KEEPS says.
Result cuDeviceGetAttribute(int *value, int attribute, int) {
  LOG("cuDeviceGetAttribute", " %d", attribute);
  if (attribute == memoryPoolsSupported) {
    *value = !std::getenv("FAKE_CUDA_NO_POOLS");
    return 0;
  }
  const char *text = std::getenv("FAKE_CUDA_CAPABILITY");
  int capability = text ? std::atoi(text) : 80;
  *value =
      attribute == computeCapabilityMajor ? capability / 10 : capability % 10;
  return 0;
}
Result cuDevicePrimaryCtxRetain(Context *context, int device) {
  LOG("cuDevicePrimaryCtxRetain", " %d", device);
  *context = makeHandle<ContextObject>();
  return 0;
}
Result cuCtxGetCurrent(Context *context) {
  *context = current;
  return 0;
}
Result cuCtxSetCurrent(Context context) {
  LOG("cuCtxSetCurrent", "%s", context ? "" : " none");
  current = context;
  return 0;
}
Result cuCtxGetDevice(int *device) {
  *device = 0;
  return current ? 0 : 201;
}
Result cuCtxSynchronize() {
  LOG("cuCtxSynchronize", "");
  return 0;
}
Result cuModuleLoadDataEx(Module *module, const void *image, unsigned,
                          int *options, void **values) {
  if (call("cuModuleLoadDataEx") && options[0] == jitErrorLogBuffer)
    std::strcpy(static_cast<char *>(values[0]), "ptxas: line 7: no such thing");
  llvm::StringRef text(static_cast<const char *>(image));
  llvm::StringRef target = text.substr(text.find(".target")).split('\n').first;
  LOG("cuModuleLoadDataEx", " %.2s… %s%s", text.data(), target.str().c_str(),
      captureMode == captureModeRelaxed ? "" : ", part of a capture");
  auto parsed = ptx::Module::parse(static_cast<const char *>(image), "PTX");
  if (!parsed)
    return explain(parsed.takeError(), 218);
  *module = keep(new ModuleObject{std::move(*parsed)});
  return 0;
}
Result cuModuleUnload(Module) {
  LOG("cuModuleUnload", "");
  return 0;
}
Result cuModuleGetFunction(Function *function, Module module,
                           const char *name) {
  LOG("cuModuleGetFunction", " %s", name);
  auto kernel = module->module.findKernel(name);
  if (!kernel)
    return explain(kernel.takeError(), 500);
  auto executable = ptx::Executable::create(module->module, **kernel);
  if (!executable)
    return explain(executable.takeError(), 218);
  *function = keep(new FunctionObject{std::move(*executable)});
  return 0;
}
Result cuFuncSetAttribute(Function, int attribute, int value) {
  LOG("cuFuncSetAttribute", " %d = %d", attribute, value);
  return 0;
}
Result cuLaunchKernelEx(const LaunchConfig *config, Function function,
                        void **parameters, void **) {
  // Of the kernels under test, the first parameter is a pointer or a word.
  LOG("cuLaunchKernelEx",
      " grid %u,%u,%u block %u,%u,%u shared %u stream %p argument %#llx",
      config->gridX, config->gridY, config->gridZ, config->blockX,
      config->blockY, config->blockZ, config->sharedBytes,
      static_cast<void *>(config->stream),
      *static_cast<unsigned long long *>(parameters[0]));
  const ptx::Kernel &kernel = function->executable.getKernel();
  ptx::LaunchShape shape;
  shape.grid = {config->gridX, config->gridY, config->gridZ};
  shape.block = {config->blockX, config->blockY, config->blockZ};
  shape.dynamicSharedBytes = config->sharedBytes;
  shape.cluster = kernel.requiredCluster;
  for (unsigned i = 0; i < config->numAttributes; ++i) {
    auto [x, y, z] = config->attributes[i].value.cluster;
    std::fprintf(stderr, "  attribute %u: %u,%u,%u\n", config->attributes[i].id,
                 x, y, z);
    shape.cluster = ptx::Dim3{x, y, z};
  }
  if (std::getenv("FAKE_CUDA_DRY"))
    return 0;
  llvm::SmallVector<const void *> values(parameters,
                                         parameters + kernel.parameters.size());
  ptx::Statistics statistics;
  std::lock_guard<std::mutex> lock(mutex);
  if (llvm::Error error =
          function->executable.launch(shape, values, getMemory(), statistics))
    return explain(std::move(error), 719);
  return 0;
}
Result cuStreamCreate(Stream *stream, unsigned flags) {
  LOG("cuStreamCreate", " flags %u", flags);
  *stream = makeHandle<StreamObject>();
  return 0;
}
Result cuStreamDestroy_v2(Stream) {
  LOG("cuStreamDestroy", "");
  return 0;
}
Result cuStreamSynchronize(Stream stream) {
  LOG("cuStreamSynchronize", " %p", static_cast<void *>(stream));
  return 0;
}
Result cuStreamWaitEvent(Stream, Event, unsigned) {
  LOG("cuStreamWaitEvent", "");
  return 0;
}
Result cuThreadExchangeStreamCaptureMode(int *mode) {
  std::swap(*mode, captureMode);
  return 0;
}
Result cuEventCreate(Event *event, unsigned) {
  LOG("cuEventCreate", "");
  *event = makeHandle<EventObject>();
  return 0;
}
Result cuEventDestroy_v2(Event) {
  LOG("cuEventDestroy", "");
  return 0;
}
Result cuEventRecord(Event, Stream) {
  LOG("cuEventRecord", "");
  return 0;
}
Result cuEventElapsedTime(float *milliseconds, Event, Event) {
  LOG("cuEventElapsedTime", "");
  *milliseconds = 1;
  return 0;
}
Result cuEventSynchronize(Event) {
  LOG("cuEventSynchronize", "");
  return 0;
}
Result cuMemAlloc_v2(DevicePointer *data, size_t bytes) {
  LOG("cuMemAlloc", " %zu", bytes);
  return allocate(data, bytes);
}
Result cuMemAllocAsync(DevicePointer *data, size_t bytes, Stream stream) {
  LOG("cuMemAllocAsync", " %zu stream %p", bytes, static_cast<void *>(stream));
  return allocate(data, bytes);
}
Result cuMemAllocManaged(DevicePointer *data, size_t bytes, unsigned flags) {
  LOG("cuMemAllocManaged", " %zu flags %u", bytes, flags);
  return allocate(data, bytes);
}
Result cuMemFree_v2(DevicePointer data) {
  LOG("cuMemFree", "");
  return release(data);
}
Result cuMemFreeAsync(DevicePointer data, Stream stream) {
  LOG("cuMemFreeAsync", " stream %p", static_cast<void *>(stream));
  return release(data);
}
Result cuMemcpyAsync(DevicePointer to, DevicePointer from, size_t bytes,
                     Stream) {
  LOG("cuMemcpyAsync", " %zu", bytes);
  std::memcpy(reinterpret_cast<void *>(to), reinterpret_cast<void *>(from),
              bytes);
  return 0;
}
Result cuMemsetD32Async(DevicePointer, unsigned value, size_t count, Stream) {
  LOG("cuMemsetD32Async", " %u, %zu times", value, count);
  return 0;
}
Result cuMemsetD16Async(DevicePointer, unsigned short value, size_t count,
                        Stream) {
  LOG("cuMemsetD16Async", " %u, %zu times", unsigned(value), count);
  return 0;
}
Result cuDeviceGetDefaultMemPool(MemoryPool *pool, int) {
  *pool = makeHandle<MemoryPoolObject>();
  return 0;
}
Result cuMemPoolGetAttribute(MemoryPool, int attribute, void *value) {
  LOG("cuMemPoolGetAttribute", " %d", attribute);
  const char *text = std::getenv("FAKE_CUDA_POOL_KEEPS");
  *static_cast<uint64_t *>(value) = text ? std::atoll(text) : 0;
  return 0;
}
Result cuMemPoolSetAttribute(MemoryPool, int attribute, void *value) {
  LOG("cuMemPoolSetAttribute", " %d = %llu", attribute,
      *static_cast<unsigned long long *>(value));
  return 0;
}
Result cuMemHostRegister_v2(void *, size_t bytes, unsigned) {
  LOG("cuMemHostRegister", " %zu", bytes);
  return 0;
}
Result cuMemHostUnregister(void *) {
  LOG("cuMemHostUnregister", "");
  return 0;
}
Result cuGetErrorName(Result, const char **name) {
  *name = "CUDA_ERROR_ILLEGAL_ADDRESS";
  return 0;
}
}
