//===- Array.h - Memory behind a Python object ------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PYTHON_ARRAY_H
#define NORM_PYTHON_ARRAY_H

#include "DLPack.h"
#include "Norm/Run/DType.h"
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

namespace mlir::norm::python {

/// An operand as messages call it: `argument 0`, `out`, `out[1]`.
struct OperandName {
  const char *kind;
  std::optional<size_t> index;

  std::string str() const;
};

/// Where an array comes from, so that results can be made there.
struct Framework {
  enum class Kind {
    /// NumPy, for whatever is a buffer and says nothing else.
    numpy,
    /// PyTorch and others that have DLPack's C functions.
    exchange,
    /// Those whose `__array_namespace__` can import.
    dlpack
  };

  Kind kind = Kind::numpy;
  const DLPackExchangeAPI *api = nullptr;
  /// An array of it, which someone else holds.
  nanobind::handle array;
};

/// What a type says in `__dlpack_c_exchange_api__`; null if nothing.
const DLPackExchangeAPI *getExchangeAPI(PyTypeObject *type);

DLDataType getDLDataType(DType dtype);

/// `the CPU`, `CUDA device 1`.
std::string formatDevice(DLDevice device);

/// The memory of a Python array, held as long as this lives. By NumPy's buffers
/// (100 ns), by DLPack's C functions (50 ns), or by `__dlpack__`
/// (microseconds).
class Array {
public:
  /// A Python exception says what is wrong. `stream`: of CUDA, on which the
  /// memory is used; an array that has `__dlpack__` alone is told.
  Array(nanobind::handle object, const OperandName &what, bool writable,
        std::optional<void *> stream = std::nullopt);
  ~Array();
  Array(const Array &) = delete;

  DType getDType() const { return dtype; }
  ArrayRef<int64_t> getShape() const { return shape; }
  /// In elements.
  ArrayRef<int64_t> getStrides() const { return strides; }
  void *getData() const { return data; }
  DLDevice getDevice() const { return device; }
  const Framework &getFramework() const { return framework; }

  /// Row-major, without gaps.
  bool isContiguous() const;
  /// The memory from the first byte to behind the last; empty if there are no
  /// elements.
  std::pair<uintptr_t, uintptr_t> getRange() const;

private:
  void readBuffer(const OperandName &what, bool writable);
  void readTensor(const DLTensor &tensor, const OperandName &what);
  bool readExchange(nanobind::handle object, const OperandName &what);
  void readDLPack(nanobind::handle object, const OperandName &what,
                  bool writable, std::optional<void *> stream);

  DType dtype = DType::f32;
  SmallVector<int64_t, 4> shape, strides;
  void *data = nullptr;
  DLDevice device = {kDLCPU, 0};
  Framework framework;
  // Constructed where they are used: a call is to take less than a microsecond.
  std::optional<Py_buffer> buffer;
  std::optional<nanobind::ndarray<>> owner;
};

/// Where the arrays of a call are; on CUDA, with the stream that works on them.
struct Place {
  DLDevice device = {kDLCPU, 0};
  void *stream = nullptr;
};

/// A new array of the framework, and the memory that it was given.
nanobind::object makeArray(const Framework &framework, const Place &place,
                           DType dtype, ArrayRef<int64_t> shape, void *&data);

/// That array once it is written, as its framework has it: one that only
/// imports may have to copy. An array without `__array_namespace__` gets an
/// array that has `__dlpack__`.
nanobind::object finishArray(const Framework &framework,
                             nanobind::object array);

} // namespace mlir::norm::python

#endif // NORM_PYTHON_ARRAY_H
