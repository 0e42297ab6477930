//===- fake-cuda.cpp - A CUDA driver that only says what it is told --*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions of libcuda that the runtime calls. Each call is a line on
// stderr; FAKE_CUDA_FAIL names one that fails. Memory is the host's, and
// kernels do nothing.
//
//===----------------------------------------------------------------------===//

#include "../../lib/CUDA/Driver.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace norm::cuda;

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
static Context current = nullptr;

extern "C" {
Result cuInit(unsigned) {
  LOG("cuInit", "");
  return 0;
}
Result cuDeviceGet(int *device, int ordinal) {
  LOG("cuDeviceGet", " %d", ordinal);
  *device = ordinal;
  return 0;
}
Result cuDevicePrimaryCtxRetain(Context *context, int) {
  LOG("cuDevicePrimaryCtxRetain", "");
  *context = makeHandle<ContextObject>();
  return 0;
}
Result cuCtxGetCurrent(Context *context) {
  *context = current;
  return 0;
}
Result cuCtxSetCurrent(Context context) {
  LOG("cuCtxSetCurrent", "");
  current = context;
  return 0;
}
Result cuCtxSynchronize() {
  LOG("cuCtxSynchronize", "");
  return 0;
}
Result cuModuleLoadDataEx(Module *module, const void *image, unsigned,
                          int *options, void **values) {
  if (call("cuModuleLoadDataEx") && options[0] == jitErrorLogBuffer)
    std::strcpy(static_cast<char *>(values[0]), "ptxas: line 7: no such thing");
  LOG("cuModuleLoadDataEx", " %.2s…", static_cast<const char *>(image));
  *module = makeHandle<ModuleObject>();
  return 0;
}
Result cuModuleUnload(Module) {
  LOG("cuModuleUnload", "");
  return 0;
}
Result cuModuleGetFunction(Function *function, Module, const char *name) {
  LOG("cuModuleGetFunction", " %s", name);
  *function = makeHandle<FunctionObject>();
  return 0;
}
Result cuFuncSetAttribute(Function, int attribute, int value) {
  LOG("cuFuncSetAttribute", " %d = %d", attribute, value);
  return 0;
}
Result cuLaunchKernelEx(const LaunchConfig *config, Function, void **parameters,
                        void **) {
  // Of the kernels under test, the first parameter is a pointer or a word.
  LOG("cuLaunchKernelEx",
      " grid %u,%u,%u block %u,%u,%u shared %u stream %p argument %#llx",
      config->gridX, config->gridY, config->gridZ, config->blockX,
      config->blockY, config->blockZ, config->sharedBytes,
      static_cast<void *>(config->stream),
      *static_cast<unsigned long long *>(parameters[0]));
  for (unsigned i = 0; i < config->numAttributes; ++i)
    std::fprintf(stderr, "  attribute %u: %u,%u,%u\n", config->attributes[i].id,
                 config->attributes[i].value.cluster.x,
                 config->attributes[i].value.cluster.y,
                 config->attributes[i].value.cluster.z);
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
Result cuStreamSynchronize(Stream) {
  LOG("cuStreamSynchronize", "");
  return 0;
}
Result cuStreamWaitEvent(Stream, Event, unsigned) {
  LOG("cuStreamWaitEvent", "");
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
  *data = reinterpret_cast<uintptr_t>(std::calloc(bytes, 1));
  return 0;
}
Result cuMemAllocManaged(DevicePointer *data, size_t bytes, unsigned flags) {
  LOG("cuMemAllocManaged", " %zu flags %u", bytes, flags);
  *data = reinterpret_cast<uintptr_t>(std::calloc(bytes, 1));
  return 0;
}
Result cuMemFree_v2(DevicePointer data) {
  LOG("cuMemFree", "");
  std::free(reinterpret_cast<void *>(data));
  return 0;
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
