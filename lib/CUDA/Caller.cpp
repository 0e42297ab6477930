//===- Caller.cpp - On behalf of whom, and of which stream ------*- C++ -*-===//
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

using namespace norm::cuda;

Caller &Caller::get() {
  static thread_local Caller caller;
  return caller;
}

void norm::cuda::fail(const char *what) {
  Caller &caller = Caller::get();
  if (!caller.isPresent) {
    std::fprintf(stderr, "norm: %s\n", what);
    std::abort();
  }
  if (!*caller.failure)
    std::snprintf(caller.failure, sizeof(caller.failure), "%s", what);
}

extern "C" void normCUDAEnter(int32_t device, void *stream) {
  Caller &caller = Caller::get();
  caller.isPresent = true;
  caller.stream = static_cast<Stream>(stream);
  caller.context = caller.previousContext = nullptr;
  *caller.failure = 0;
  const Driver &driver = Driver::get();
  NORM_CUDA_CHECK(cuCtxGetCurrent(&caller.previousContext));
  if (!hasFailed())
    caller.context = driver.getPrimaryContext(device);
  if (hasFailed())
    caller.context = caller.previousContext;
  else if (caller.context != caller.previousContext)
    NORM_CUDA_CHECK(cuCtxSetCurrent(caller.context));
}

extern "C" const char *normCUDALeave() {
  Caller &caller = Caller::get();
  // If this fails, the next call of the driver does too.
  if (caller.context != caller.previousContext)
    Driver::get().cuCtxSetCurrent(caller.previousContext);
  caller.isPresent = false;
  return *caller.failure ? caller.failure : nullptr;
}

extern "C" void normCUDAWaitForStream() {
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuStreamSynchronize(Caller::get().stream));
}

extern "C" void normCUDASynchronize() {
  const Driver &driver = Driver::enter();
  NORM_CUDA_CHECK(cuCtxSynchronize());
}
