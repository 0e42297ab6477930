//===- Runtime.cpp - What compiled host code calls --------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The mgpu… functions that gpu-to-llvm has host code call, over the driver and
// with nothing of CUDA at build time. Where upstream's wrappers print an error
// and go on, these tell the caller, or end the process: what follows would
// compute with garbage.
//
//===----------------------------------------------------------------------===//

#include "Driver.h"
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <vector>

using namespace norm::cuda;

static Context getContext(const Driver &driver) {
  Context context = nullptr;
  NORM_CUDA_CHECK(cuCtxGetCurrent(&context));
  return context;
}

//===----------------------------------------------------------------------===//
// Modules and functions
//===----------------------------------------------------------------------===//

namespace {
/// Host code loads its modules before main, when nobody has chosen a context,
/// and asks for a function at every launch: so both happen at the first launch
/// in a context, and once.
struct LazyModule {
  struct Loaded {
    Module module = nullptr;
    std::map<std::string, Function, std::less<>> functions;
  };

  explicit LazyModule(const void *image) : image(image) {}
  ~LazyModule();
  Function getFunction(const char *name);

  const void *image;
  std::mutex mutex;
  std::map<Context, Loaded> loaded;
};
} // namespace

namespace {
/// While a stream is captured, what is no part of that, and would be refused
/// for what it might wait for.
struct OutsideOfCapture {
  explicit OutsideOfCapture(const Driver &driver) : driver(driver) { swap(); }
  ~OutsideOfCapture() { swap(); }
  void swap() { driver.cuThreadExchangeStreamCaptureMode(&mode); }

  const Driver &driver;
  int mode = captureModeRelaxed;
};
} // namespace

static Module loadImage(const Driver &driver, const void *image) {
  if (hasFailed())
    return nullptr;
  OutsideOfCapture outside(driver);
  char log[512] = "";
  int options[] = {jitErrorLogBuffer, jitErrorLogBufferSizeBytes};
  void *values[] = {log, reinterpret_cast<void *>(sizeof(log))};
  Module module = nullptr;
  driver.check(driver.cuModuleLoadDataEx(&module, image, 2, options, values),
               "cuModuleLoadDataEx", log);
  return module;
}

Function LazyModule::getFunction(const char *name) {
  const Driver &driver = Driver::enter();
  std::lock_guard<std::mutex> lock(mutex);
  Loaded &here = loaded[getContext(driver)];
  if (!here.module)
    here.module = loadImage(driver, image);
  auto found = here.functions.find(name);
  if (found != here.functions.end())
    return found->second;
  Function function = nullptr;
  if (!hasFailed())
    driver.check(driver.cuModuleGetFunction(&function, here.module, name),
                 "cuModuleGetFunction", name);
  if (function)
    here.functions[name] = function;
  return function;
}

/// Whose kernels may still run. Nobody is there to be told of failures: what
/// was in a context that is gone is gone too.
LazyModule::~LazyModule() {
  if (loaded.empty() || Driver::isEnding())
    return;
  const Driver &driver = Driver::get();
  Context before = nullptr;
  driver.cuCtxGetCurrent(&before);
  for (auto &[context, here] : loaded)
    if (here.module && !driver.cuCtxSetCurrent(context) &&
        !driver.cuCtxSynchronize())
      driver.cuModuleUnload(here.module);
  driver.cuCtxSetCurrent(before);
}

extern "C" LazyModule *mgpuModuleLoad(const void *image, size_t) {
  return new LazyModule(image);
}
extern "C" LazyModule *mgpuModuleLoadJIT(const void *image, int32_t) {
  return new LazyModule(image);
}
/// By a destructor of the host code: when a JIT frees it, or at the end of the
/// process.
extern "C" void mgpuModuleUnload(LazyModule *module) { delete module; }
extern "C" Function mgpuModuleGetFunction(LazyModule *module,
                                          const char *name) {
  return module->getFunction(name);
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

static void launch(Function function, LaunchConfig config, void **parameters,
                   void **extra) {
  const Driver &driver = Driver::enter();
  // More than every chip has must be asked for.
  if (config.sharedBytes > 48 << 10)
    NORM_CUDA_CHECK(cuFuncSetAttribute(function, maxDynamicSharedSizeBytes,
                                       int(config.sharedBytes)));
  NORM_CUDA_CHECK(cuLaunchKernelEx(&config, function, parameters, extra));
}

static unsigned toExtent(intptr_t value) {
  if (value >= 0 && value <= intptr_t(0xffffffff))
    return unsigned(value);
  char text[64];
  std::snprintf(text, sizeof(text), "a launch of %lld blocks or threads",
                static_cast<long long>(value));
  fail(text);
  return 0;
}

extern "C" void mgpuLaunchKernel(Function function, intptr_t gridX,
                                 intptr_t gridY, intptr_t gridZ,
                                 intptr_t blockX, intptr_t blockY,
                                 intptr_t blockZ, int32_t sharedBytes,
                                 Stream stream, void **parameters, void **extra,
                                 size_t) {
  launch(function,
         {toExtent(gridX), toExtent(gridY), toExtent(gridZ), toExtent(blockX),
          toExtent(blockY), toExtent(blockZ), unsigned(sharedBytes), stream,
          nullptr, 0},
         parameters, extra);
}

extern "C" void mgpuLaunchClusterKernel(Function function, intptr_t clusterX,
                                        intptr_t clusterY, intptr_t clusterZ,
                                        intptr_t gridX, intptr_t gridY,
                                        intptr_t gridZ, intptr_t blockX,
                                        intptr_t blockY, intptr_t blockZ,
                                        int32_t sharedBytes, Stream stream,
                                        void **parameters, void **extra) {
  LaunchAttribute cluster = {};
  cluster.id = LaunchAttribute::clusterDimension;
  cluster.value.cluster = {toExtent(clusterX), toExtent(clusterY),
                           toExtent(clusterZ)};
  // Eight blocks are what every chip has.
  if (clusterX * clusterY * clusterZ > 8) {
    const Driver &driver = Driver::enter();
    NORM_CUDA_CHECK(
        cuFuncSetAttribute(function, nonPortableClusterSizeAllowed, 1));
  }
  launch(function,
         {toExtent(gridX), toExtent(gridY), toExtent(gridZ), toExtent(blockX),
          toExtent(blockY), toExtent(blockZ), unsigned(sharedBytes), stream,
          &cluster, 1},
         parameters, extra);
}

//===----------------------------------------------------------------------===//
// Streams and events
//===----------------------------------------------------------------------===//

namespace {
/// A launch that waits creates and destroys a stream: it gets one that was
/// used before, as creating one takes longer than many kernels.
struct StreamPool {
  std::mutex mutex;
  std::map<Context, std::vector<Stream>> idle;
};
} // namespace

static StreamPool &getPool() {
  static auto *pool = new StreamPool;
  return *pool;
}

extern "C" Stream mgpuStreamCreate() {
  if (Caller &caller = Caller::get(); caller.isPresent)
    return caller.stream;
  const Driver &driver = Driver::enter();
  StreamPool &pool = getPool();
  std::lock_guard<std::mutex> lock(pool.mutex);
  std::vector<Stream> &idle = pool.idle[getContext(driver)];
  Stream stream = nullptr;
  if (idle.empty()) {
    constexpr unsigned nonBlocking = 1;
    NORM_CUDA_CHECK(cuStreamCreate(&stream, nonBlocking));
    return stream;
  }
  stream = idle.back();
  idle.pop_back();
  return stream;
}
extern "C" void mgpuStreamDestroy(Stream stream) {
  if (Caller::get().isPresent)
    return;
  const Driver &driver = Driver::enter();
  StreamPool &pool = getPool();
  std::lock_guard<std::mutex> lock(pool.mutex);
  pool.idle[getContext(driver)].push_back(stream);
}
extern "C" void mgpuStreamSynchronize(Stream stream) {
  if (Caller::get().isPresent)
    return;
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuStreamSynchronize(stream));
}
extern "C" void mgpuStreamWaitEvent(Stream stream, Event event) {
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuStreamWaitEvent(stream, event, 0));
}
extern "C" Event mgpuEventCreate() {
  const Driver &driver = Driver::enter();
  Event event = nullptr;
  constexpr unsigned disableTiming = 2;
  NORM_CUDA_CHECK(cuEventCreate(&event, disableTiming));
  return event;
}
extern "C" void mgpuEventDestroy(Event event) {
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuEventDestroy(event));
}
extern "C" void mgpuEventRecord(Event event, Stream stream) {
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuEventRecord(event, stream));
}
extern "C" void mgpuEventSynchronize(Event event) {
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuEventSynchronize(event));
}
