//===- Array.cpp - Memory behind a Python object ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Array.h"
#include "Error.h"

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::python;

std::string OperandName::str() const {
  if (!index)
    return kind;
  std::string number = std::to_string(*index);
  return kind == StringRef("out") ? "out[" + number + "]"
                                  : kind + (" " + number);
}

//===----------------------------------------------------------------------===//
// NumPy, and whatever else has buffers
//===----------------------------------------------------------------------===//

/// The dtype of a format of Python's struct module: one letter, native order.
static std::optional<DType> getBufferDType(const char *format,
                                           Py_ssize_t itemSize) {
  StringRef text(format ? format : "B");
  if (text.size() == 2 && (text[0] == '@' || text[0] == '='))
    text = text.drop_front();
  if (text.size() != 1)
    return std::nullopt;
  switch (text[0]) {
  case 'f':
    return DType::f32;
  case 'd':
    return DType::f64;
  case 'e':
    return DType::f16;
  case '?':
    return DType::i1;
  default:
    break;
  }
  if (!StringRef("bBhHiIlLqQnN").contains(text[0]))
    return std::nullopt;
  switch (itemSize) {
  case 1:
    return DType::i8;
  case 2:
    return DType::i16;
  case 4:
    return DType::i32;
  default:
    return DType::i64;
  }
}

void Array::readBuffer(const OperandName &what, bool writable) {
  if (writable && buffer->readonly)
    valueError(what.str() + " is read-only, and the function writes it");
  std::optional<DType> known = getBufferDType(buffer->format, buffer->itemsize);
  if (!known)
    typeError(what.str() + " has elements of format '" + buffer->format +
              "', which no function takes");
  dtype = *known;
  data = buffer->buf;
  shape.assign(buffer->shape, buffer->shape + buffer->ndim);
  strides.resize(buffer->ndim);
  for (int i = 0; i < buffer->ndim; ++i) {
    // Where there is at most one element, its stride means nothing.
    if (buffer->strides[i] % buffer->itemsize && shape[i] > 1)
      valueError(what.str() + " has a stride of " + Twine(buffer->strides[i]) +
                 " bytes, which is not a multiple of its element size");
    strides[i] = buffer->strides[i] / buffer->itemsize;
  }
}

//===----------------------------------------------------------------------===//
// Array
//===----------------------------------------------------------------------===//

Array::Array(nb::handle object, const OperandName &what, bool writable,
             std::optional<void *> stream) {
  if (PyObject_CheckBuffer(object.ptr())) {
    buffer.emplace();
    if (!PyObject_GetBuffer(object.ptr(), &*buffer,
                            PyBUF_STRIDES | PyBUF_FORMAT)) {
      try {
        readBuffer(what, writable);
      } catch (...) {
        PyBuffer_Release(&*buffer);
        throw;
      }
      framework.array = object;
      return;
    }
    PyErr_Clear();
    buffer.reset();
  }
  if (!readExchange(object, what))
    readDLPack(object, what, writable, stream);
}

Array::~Array() {
  if (buffer)
    PyBuffer_Release(&*buffer);
}

bool Array::isContiguous() const {
  int64_t expected = 1;
  for (int64_t i = shape.size() - 1; i >= 0; --i) {
    if (shape[i] == 0)
      return true;
    if (shape[i] > 1 && strides[i] != expected)
      return false;
    expected *= shape[i];
  }
  return true;
}

std::pair<uintptr_t, uintptr_t> Array::getRange() const {
  uintptr_t first = reinterpret_cast<uintptr_t>(data), last = first;
  unsigned width = getByteWidth(dtype);
  for (auto [extent, stride] : llvm::zip_equal(shape, strides)) {
    if (extent == 0)
      return {first, first};
    (stride < 0 ? first : last) += (extent - 1) * stride * width;
  }
  return {first, last + width};
}
