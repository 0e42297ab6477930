//===- stream.c - Launches on the stream of the bench -----------*- C -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Linked into the code of a case, before our runtime: what this would wait for
// is timed by events, and memory that a call allocates is kept for the next.
//
//===----------------------------------------------------------------------===//

#include <stdint.h>

void *bench_stream;
/// Where kernels find memory of their own, and how much there is.
void *bench_workspace;
uint64_t bench_workspace_bytes;
/// Bytes that a call wanted and that were not there.
uint64_t bench_workspace_missing;

void *mgpuStreamCreate(void) { return bench_stream; }
void mgpuStreamSynchronize(void *stream) { (void)stream; }
void mgpuStreamDestroy(void *stream) { (void)stream; }

void *mgpuMemAlloc(uint64_t bytes, void *stream, _Bool isHostShared) {
  (void)stream, (void)isHostShared;
  if (bytes > bench_workspace_bytes)
    bench_workspace_missing = bytes;
  return bench_workspace;
}
void mgpuMemFree(void *data, void *stream) { (void)data, (void)stream; }
