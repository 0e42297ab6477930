//===- Driver.cpp - The CUDA driver, loaded when it is there ----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver.h"
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

using namespace norm::cuda;

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
    fail("the CUDA driver does not start: cuInit", name ? name : "?");
  }
}

static const Loaded &getLoaded() {
  static const Loaded loaded;
  return loaded;
}

const char *Driver::findProblem() { return getLoaded().problem; }

static int defaultDevice = 0;

const Driver &Driver::enter() {
  const Loaded &loaded = getLoaded();
  if (*loaded.problem) {
    std::fprintf(stderr, "norm: %s\n", loaded.problem);
    std::abort();
  }
  const Driver &driver = loaded.driver;
  Context context = nullptr;
  NORM_CUDA_CHECK(cuCtxGetCurrent(&context));
  if (!context) {
    int device;
    NORM_CUDA_CHECK(cuDeviceGet(&device, defaultDevice));
    NORM_CUDA_CHECK(cuDevicePrimaryCtxRetain(&context, device));
    NORM_CUDA_CHECK(cuCtxSetCurrent(context));
  }
  return driver;
}

void Driver::check(Result result, const char *call) const {
  if (!result)
    return;
  const char *name = nullptr;
  cuGetErrorName(result, &name);
  std::fprintf(stderr, "norm: %s: %s (%d)\n", call, name ? name : "?", result);
  std::abort();
}

extern "C" const char *normCUDAFindProblem() {
  const char *problem = Driver::findProblem();
  return *problem ? problem : nullptr;
}

extern "C" void mgpuSetDefaultDevice(int32_t device) { defaultDevice = device; }
