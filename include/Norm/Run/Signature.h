//===- Signature.h - How an entry function is called ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_SIGNATURE_H
#define NORM_RUN_SIGNATURE_H

#include "Norm/Run/HostTensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace mlir::norm {

/// An argument or a result: a scalar, a tensor (a value; never written by the
/// callee), or a memref (shared with the callee, which may write it).
struct ValueSpec {
  enum class Kind { scalar, tensor, memref };

  Kind kind;
  DType dtype;
  /// Dynamic extents, strides and offsets are ShapedType::kDynamic.
  SmallVector<int64_t> shape, strides;
  int64_t offset = 0;

  std::string format() const { return formatType(shape, dtype); }
};

struct Signature {
  SmallVector<ValueSpec> arguments, results;
};

/// The function with that name; with an empty name, the only public function
/// with a body. Otherwise the error lists what there is.
llvm::Expected<func::FuncOp> findEntry(ModuleOp module, StringRef name);

/// An error where a type does not pass the boundary: complex, vector, unranked
/// …
llvm::Expected<Signature> getSignature(func::FuncOp entry);

/// The arguments agree with the signature in number, dtype, shape and strides.
llvm::Error checkArguments(const Signature &signature,
                           ArrayRef<HostTensor> arguments);

} // namespace mlir::norm

#endif // NORM_RUN_SIGNATURE_H
