//===- Operand.h - What compiled code gets for an object --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PYTHON_OPERAND_H
#define NORM_PYTHON_OPERAND_H

#include "Array.h"
#include "Norm/Run/Signature.h"

namespace mlir::norm::python {

/// What the compiled code gets for one argument or result.
struct Operand {
  // A call has no time to set all of it to zero first.
  Operand() {}

  std::optional<Array> array;
  std::optional<HostTensor> scalar;
  /// Of memory: allocated and aligned pointer, offset, sizes, strides.
  SmallVector<int64_t, 3 + 2 * 4> descriptor;
  int64_t *pointer = nullptr;

  void describe(const ValueSpec &spec, void *data, ArrayRef<int64_t> shape,
                ArrayRef<int64_t> strides);
  /// What the packed interface takes: the address of the scalar, or of the
  /// pointer to the descriptor.
  void *getPacked() { return scalar ? scalar->getData() : &pointer; }
};

/// The array has dtype and shape of the function's.
bool isOfType(const Array &array, const ValueSpec &spec);

/// A mismatch of dtype is a TypeError, of shape and strides a ValueError.
void checkArray(const Array &array, const ValueSpec &spec,
                const OperandName &what);

/// A Python number, or an array of one element, such as NumPy's scalars.
HostTensor readScalar(nanobind::handle object, const ValueSpec &spec,
                      const OperandName &what);

/// The handle of a stream of CUDA: a number, or what a stream of a framework
/// has.
void *readStream(nanobind::handle stream);

/// A scalar result.
nanobind::object toPython(const void *address, DType dtype);

} // namespace mlir::norm::python

#endif // NORM_PYTHON_OPERAND_H
