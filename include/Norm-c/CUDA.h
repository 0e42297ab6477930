/*===- Norm-c/CUDA.h - Kernels on the caller's stream -------------*- C -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libnorm_cuda_runtime has what compiled host code calls, the mgpu… functions
// of upstream's gpu-to-llvm. By itself, such code waits for its kernels, and
// the process ends where the driver fails. Between normCUDAEnter and
// normCUDALeave it does neither: how one calls it from a program that has a
// stream and errors of its own.
//
//===----------------------------------------------------------------------===*/

#ifndef NORM_C_CUDA_H
#define NORM_C_CUDA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Why no kernel can run here, one line; null if they can.
const char *normCUDAFindProblem(void);

/// 90 for compute capability 9.0; 0 if there is no such device.
int32_t normCUDAGetComputeCapability(int32_t device);

/// Until normCUDALeave, what this thread calls works in the primary context of
/// that device, and on that stream: kernels, copies and allocations are put
/// there in order, and nothing waits for them. The first failure is kept, and
/// what comes after it does nothing.
void normCUDAEnter(int32_t device, void *stream);

/// The first failure since normCUDAEnter, one line that the thread's next call
/// of it overwrites; null if there is none. The context that was current before
/// is current again.
const char *normCUDALeave(void);

/// Waits for what is on the stream, between the two.
void normCUDAWaitForStream(void);

/// Waits for all that the current context does.
void normCUDASynchronize(void);

#ifdef __cplusplus
}
#endif

#endif // NORM_C_CUDA_H
