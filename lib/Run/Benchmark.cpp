//===- Benchmark.cpp - Time beside a copy -----------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Benchmark.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Pass/PassManager.h"
#include <chrono>

using namespace mlir;
using namespace mlir::norm;

//===----------------------------------------------------------------------===//
// Copies, compiled as kernels are
//===----------------------------------------------------------------------===//

static llvm::Expected<Kernel> compileCopy(MLIRContext &context, bool streaming,
                                          bool parallel) {
  std::string loop = parallel ? "scf.parallel (%i) = (%zero) to (%size) step "
                                "(%width)"
                              : "scf.for %i = %zero to %size step %width";
  std::string hint = streaming ? ", nontemporal = true" : "";
  std::string text =
      R"(func.func @copy(%from: memref<?xf32>, %to: memref<?xf32>) {
           %zero = arith.constant 0 : index
           %width = arith.constant 16 : index
           %size = memref.dim %from, %zero : memref<?xf32>
           )" +
      loop + R"( {
             %v = vector.load %from[%i] {alignment = 64 : i64}
                 : memref<?xf32>, vector<16xf32>
             vector.store %v, %to[%i] {alignment = 64 : i64)" +
      hint + R"(} : memref<?xf32>, vector<16xf32>
           }
           return
         })";
  CompileOptions options;
  options.pipeline = [parallel](OpPassManager &pm) {
    if (parallel)
      pm.addPass(createConvertSCFToOpenMPPass());
    pm.addPass(createSCFToControlFlowPass());
    pm.addPass(createConvertToLLVMPass());
    pm.addPass(createReconcileUnrealizedCastsPass());
  };
  return compile(text, "copy", context, options);
}

//===----------------------------------------------------------------------===//
// Timing
//===----------------------------------------------------------------------===//

/// Seconds of `repeats` calls, per call.
static double timeCalls(Kernel::Call &call, unsigned repeats) {
  auto start = std::chrono::steady_clock::now();
  for (unsigned i = 0; i < repeats; ++i) {
    llvm::cantFail(call.run());
    call.takeResults();
  }
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - start;
  return elapsed.count() / repeats;
}

static double getMedian(SmallVector<double> &samples) {
  llvm::sort(samples);
  return samples[samples.size() / 2];
}

llvm::Expected<Timing> mlir::norm::timeKernel(const Kernel &kernel,
                                              MLIRContext &context,
                                              ArrayRef<HostTensor> arguments,
                                              int64_t bytes) {
  if (kernel.hasDevice())
    return llvm::createStringError("only what runs here is timed");
  // Whole vectors of 16.
  int64_t floats = llvm::alignTo(std::max<int64_t>(bytes / 2 / 4, 1), 16);
  HostTensor from(DType::f32, floats), to(DType::f32, floats);
  auto plain = compileCopy(context, /*streaming=*/false, kernel.isParallel());
  if (!plain)
    return plain.takeError();
  auto streaming =
      compileCopy(context, /*streaming=*/true, kernel.isParallel());
  if (!streaming)
    return streaming.takeError();

  SmallVector<HostTensor, 2> copied{from, to};
  const std::pair<const Kernel *, ArrayRef<HostTensor>> callees[] = {
      {&kernel, arguments}, {&*plain, copied}, {&*streaming, copied}};
  SmallVector<Kernel::Call, 3> calls;
  for (auto [callee, given] : callees) {
    llvm::Expected<Kernel::Call> call = callee->prepare(given);
    if (!call)
      return call.takeError();
    calls.push_back(std::move(*call));
  }

  // A sample is long beside the clock's resolution.
  constexpr double sampleSeconds = 1e-4, totalSeconds = 0.5;
  SmallVector<unsigned, 3> repeats;
  for (Kernel::Call &call : calls) {
    timeCalls(call, 1); // warms up
    repeats.push_back(1 + unsigned(sampleSeconds / timeCalls(call, 1)));
  }
  SmallVector<double> samples[3];
  double kernelSeconds = 0;
  while (samples[0].size() < 5 || kernelSeconds < totalSeconds) {
    for (unsigned i = 0; i < 3; ++i)
      samples[i].push_back(timeCalls(calls[i], repeats[i]));
    kernelSeconds += samples[0].back() * repeats[0];
  }
  unsigned runs = samples[0].size() * repeats[0];
  return Timing{getMedian(samples[0]), getMedian(samples[1]),
                getMedian(samples[2]), runs, bytes};
}
