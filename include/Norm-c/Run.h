//===- Run.h - C API to compile a function and call it ------------*- C -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_C_RUN_H
#define NORM_C_RUN_H

#include "mlir-c/IR.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A function of a module, compiled for this machine. It needs neither module
/// nor context any more, and may be called from several threads at once.
typedef struct MlirNormKernel {
  void *ptr;
} MlirNormKernel;

typedef enum MlirNormDType {
  MlirNormI1, ///< one byte each
  MlirNormI8,
  MlirNormI16,
  MlirNormI32,
  MlirNormI64, ///< index too
  MlirNormF16,
  MlirNormBF16,
  MlirNormF32,
  MlirNormF64,
  MlirNormF8E4M3FN,
  MlirNormF8E5M2
} MlirNormDType;

/// An array of the caller's: element [i, j, …] is at data[i·strides[0] +
/// j·strides[1] + …]. Scalars have rank 0.
typedef struct MlirNormArray {
  void *data;
  MlirNormDType dtype;
  intptr_t rank;
  const int64_t *shape;
  /// In elements; NULL for row-major without gaps.
  const int64_t *strides;
} MlirNormArray;

typedef struct MlirNormCompileOptions {
  /// Raise and fuse first, as norm-raise and norm-fuse do.
  bool fuse;
  /// What norm-cpu-pipeline would be given: "road=affine", "threads=4".
  MlirStringRef cpuPipelineOptions;
  /// Of LLVM, 0 to 3.
  unsigned optLevel;
} MlirNormCompileOptions;

/// Fuses, vector road, one thread, -O3.
MLIR_CAPI_EXPORTED MlirNormCompileOptions
mlirNormCompileOptionsGetDefault(void);

/// Compiles the function with that name, or the only public one if the name is
/// empty. Each result, which must be a tensor, becomes a memref argument after
/// the others: the caller says where it goes, and nothing is allocated for it.
/// A function whose dynamic extents cannot be checked before the call, because
/// they depend on data, is refused. The module is not changed; its context
/// needs mlirNormRegisterEverything. What fails is a diagnostic of the context,
/// and the kernel is null; so it is for a null module, whose parsing has failed
/// aloud.
MLIR_CAPI_EXPORTED MlirNormKernel mlirNormCompile(
    MlirModule module, MlirStringRef entry, MlirNormCompileOptions options);

/// What it has on GPUs goes too, once they have done all they were given.
MLIR_CAPI_EXPORTED void mlirNormKernelDestroy(MlirNormKernel kernel);

static inline bool mlirNormKernelIsNull(MlirNormKernel kernel) {
  return !kernel.ptr;
}

/// Arguments and results together.
MLIR_CAPI_EXPORTED intptr_t
mlirNormKernelGetNumArguments(MlirNormKernel kernel);

/// Calls the function. Tensor arguments are never written. Number, dtypes,
/// extents, strides and alignment are checked first, dynamic extents that must
/// agree with each other included, and that no array that is written overlaps
/// another. What is wrong is told to the callback, if there is one; then
/// nothing has been written, and the result is failure.
MLIR_CAPI_EXPORTED MlirLogicalResult mlirNormKernelInvoke(
    MlirNormKernel kernel, intptr_t numArguments,
    const MlirNormArray *arguments, MlirStringCallback onError, void *userData);

/// The code itself, for callers that check and pack by themselves, as for
/// upstream's mlirExecutionEngineInvokePacked: the array has the address of
/// each scalar, and for a shaped argument the address of a pointer to its
/// memref descriptor.
typedef void (*MlirNormPackedFunction)(void **arguments);
MLIR_CAPI_EXPORTED MlirNormPackedFunction
mlirNormKernelGetPackedFunction(MlirNormKernel kernel);

#ifdef __cplusplus
}
#endif

#endif // NORM_C_RUN_H
