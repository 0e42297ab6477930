//===- Npy.h - NumPy's file format ------------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_NPY_H
#define NORM_RUN_NPY_H

#include "Norm/Run/HostTensor.h"
#include "llvm/Support/Error.h"

namespace mlir::norm {

/// Reads a .npy file, format version 1 or 2. A file says nothing of bf16 and f8
/// (ml_dtypes writes them as opaque bytes, `<V2` and `|V1`), nor whether
/// integers are signed in MLIR's eyes; `expected` settles both. Big-endian
/// data, Fortran order, malformed headers, and files shorter or longer than
/// their header says are errors.
llvm::Expected<HostTensor> readNpy(StringRef path, DType expected);

/// Writes version 1; bf16 as `<V2` and f8 as `|V1`, which ml_dtypes views as
/// such.
llvm::Error writeNpy(StringRef path, const HostTensor &tensor);

} // namespace mlir::norm

#endif // NORM_RUN_NPY_H
