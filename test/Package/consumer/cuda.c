//===- cuda.c - A program with a stream and kernels ---------------*- C -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm-c/CUDA.h"
#include <stdio.h>

// Of the CUDA driver, which this program links.
int cuMemAlloc_v2(unsigned long long *data, size_t bytes);

struct MemRef {
  float *allocated, *aligned;
  int64_t offset, sizes[2], strides[2];
};
void _mlir_ciface_norm(struct MemRef *x, struct MemRef *y);

static struct MemRef allocate(void) {
  unsigned long long data = 0;
  cuMemAlloc_v2(&data, 2 * 64 * sizeof(float));
  float *pointer = (float *)(uintptr_t)data;
  return (struct MemRef){pointer, pointer, 0, {2, 64}, {64, 1}};
}

int main(void) {
  void *stream = (void *)0x77;
  struct MemRef x = allocate(), y = allocate();
  // The memory of the tests' driver is the host's.
  for (int i = 0; i < 128; ++i)
    x.aligned[i] = i < 64 ? -3.0f : 5.0f;
  normCUDAEnter(/*device=*/0, stream);
  _mlir_ciface_norm(&x, &y);
  const char *failure = normCUDALeave();
  if (failure) {
    fprintf(stderr, "%s\n", failure);
    return 1;
  }
  printf("%g %g\n", y.aligned[0], y.aligned[127]);
  return y.aligned[0] != -1.0f || y.aligned[127] != 1.0f;
}
