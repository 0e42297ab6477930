//===- Driver.cpp - The CUDA driver, loaded when it is there ----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver.h"
#include "Norm-c/CUDA.h"
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <map>
#include <mutex>

using namespace norm::cuda;

static bool isProcessEnding = false;

namespace {
/// The driver of this process, or why there is none.
struct Loaded {
  Loaded() { load(); }
  void load();
  void fail(const char *what, const char *why) {
    std::snprintf(problem, sizeof(problem), "%s: %s", what, why);
  }

  Driver driver = {};
  char problem[256] = "";
};
} // namespace

void Loaded::load() {
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return fail("no CUDA driver", dlerror());
#define NORM_CUDA_LOAD(name, symbol, ...)                                      \
  driver.name =                                                                \
      reinterpret_cast<decltype(driver.name)>(dlsym(library, symbol));         \
  if (!driver.name)                                                            \
    return fail("the CUDA driver is too old: it has no", symbol);
  NORM_CUDA_FUNCTIONS(NORM_CUDA_LOAD)
#undef NORM_CUDA_LOAD
  if (Result result = driver.cuInit(0)) {
    const char *name = nullptr;
    driver.cuGetErrorName(result, &name);
    return fail("the CUDA driver does not start: cuInit", name ? name : "?");
  }
  // Before what the driver does then, which it has said by now.
  std::atexit([] { isProcessEnding = true; });
}

static const Loaded &getLoaded() {
  static const Loaded loaded;
  return loaded;
}

const char *Driver::findProblem() { return getLoaded().problem; }

bool Driver::isEnding() { return isProcessEnding; }

static int defaultDevice = 0;

const Driver &Driver::get() {
  const Loaded &loaded = getLoaded();
  if (*loaded.problem)
    fail(loaded.problem);
  return loaded.driver;
}

Context Driver::getPrimaryContext(int ordinal) const {
  static std::mutex mutex;
  static std::map<int, Context> contexts;
  std::lock_guard<std::mutex> lock(mutex);
  Context &context = contexts[ordinal];
  if (!context) {
    const Driver &driver = *this;
    int device = 0;
    NORM_CUDA_CHECK(cuDeviceGet(&device, ordinal));
    NORM_CUDA_CHECK(cuDevicePrimaryCtxRetain(&context, device));
  }
  return context;
}

const Driver &Driver::enter() {
  const Driver &driver = get();
  Context context = nullptr;
  NORM_CUDA_CHECK(cuCtxGetCurrent(&context));
  if (!context)
    NORM_CUDA_CHECK(cuCtxSetCurrent(driver.getPrimaryContext(defaultDevice)));
  return driver;
}

void Driver::check(Result result, const char *call, const char *more) const {
  if (!result)
    return;
  const char *name = nullptr;
  cuGetErrorName(result, &name);
  char text[sizeof(Caller::failure)];
  std::snprintf(text, sizeof(text), "%s: %s (%d)%s%s", call, name ? name : "?",
                result, *more ? ": " : "", more);
  fail(text);
}

extern "C" const char *normCUDAFindProblem() {
  const char *problem = Driver::findProblem();
  return *problem ? problem : nullptr;
}

extern "C" int32_t normCUDAGetComputeCapability(int32_t ordinal) {
  if (*Driver::findProblem())
    return 0;
  const Driver &driver = Driver::get();
  int device = 0, major = 0, minor = 0;
  if (driver.cuDeviceGet(&device, ordinal) ||
      driver.cuDeviceGetAttribute(&major, computeCapabilityMajor, device) ||
      driver.cuDeviceGetAttribute(&minor, computeCapabilityMinor, device))
    return 0;
  return 10 * major + minor;
}

extern "C" void mgpuSetDefaultDevice(int32_t device) { defaultDevice = device; }
