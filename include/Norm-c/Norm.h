//===- Norm.h - C API of the dialect and its passes ---------------*- C -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// What upstream's C API (mlir-c/) does for its dialects, for norm. libNormC.so
// has upstream's functions too: its package offers them as static archives
// only. Errors are diagnostics of the context: a handler that is attached with
// mlirContextAttachDiagnosticHandler sees them all, with locations.

#ifndef NORM_C_NORM_H
#define NORM_C_NORM_H

#include "mlir-c/IR.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The norm dialect alone, for a registry or a context of one's own making.
MLIR_DECLARE_CAPI_DIALECT_REGISTRATION(Norm, norm);

/// Adds to a registry the norm dialect with its interfaces, all dialects and
/// extensions of upstream, and their translations to LLVM IR: what every
/// pipeline, and mlirNormCompile, may need.
MLIR_CAPI_EXPORTED void
mlirNormRegisterEverything(MlirDialectRegistry registry);

/// Makes the passes and pipelines of norm, and upstream's, known by name. Once
/// a process is enough, more do no harm.
MLIR_CAPI_EXPORTED void mlirNormRegisterPasses(void);

/// Runs a textual pipeline on a module: `builtin.module(norm-raise,cse)`, or
/// the list alone. What is wrong with the text is a diagnostic as well, and the
/// module stays as it is. Where a pass fails, the module is valid but halfway.
MLIR_CAPI_EXPORTED MlirLogicalResult
mlirNormRunPipeline(MlirModule module, MlirStringRef pipeline);

#ifdef __cplusplus
}
#endif

#endif // NORM_C_NORM_H
