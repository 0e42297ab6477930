//===- Benchmark.h - Time beside a copy -------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_BENCHMARK_H
#define NORM_RUN_BENCHMARK_H

#include "Norm/Run/Jit.h"

namespace mlir::norm {

struct Timing {
  /// Medians, in seconds.
  double kernel, plainCopy, streamingCopy;
  unsigned runs;
  /// The least that must move: every input read once, every output written
  /// once. The copies read half of it and write half.
  int64_t bytes;

  double getGigabytesPerSecond() const { return bytes / kernel * 1e-9; }
};

/// Bytes that a call must at least move. An argument that is only a
/// destination is not read; a memref argument may be read and written.
int64_t getMinimalBytes(func::FuncOp entry, ArrayRef<HostTensor> arguments,
                        ArrayRef<HostTensor> results);

/// Calls the kernel, a copy with plain stores, and a copy with streaming
/// (non-temporal) stores in turn, for at least 5 rounds and half a second of
/// kernel time. The copies use OpenMP threads if the kernel does.
llvm::Expected<Timing> timeKernel(const Kernel &kernel, MLIRContext &context,
                                  ArrayRef<HostTensor> arguments,
                                  int64_t bytes);

} // namespace mlir::norm

#endif // NORM_RUN_BENCHMARK_H
