//===- Operand.cpp - What compiled code gets for an object ------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operand.h"
#include "Error.h"
#include "llvm/ADT/StringExtras.h"
#include <cstring>
#include <nanobind/stl/string.h>

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::python;

using Kind = ValueSpec::Kind;

void Operand::describe(const ValueSpec &spec, void *data,
                       ArrayRef<int64_t> shape, ArrayRef<int64_t> strides) {
  int64_t offset = ShapedType::isDynamic(spec.offset) ? 0 : spec.offset;
  int64_t base =
      reinterpret_cast<int64_t>(data) - offset * getByteWidth(spec.dtype);
  descriptor.assign({base, base, offset});
  descriptor.append(shape.begin(), shape.end());
  if (spec.kind == Kind::memref && !strides.empty()) {
    descriptor.append(strides.begin(), strides.end());
  } else {
    // NumPy gives dims of one element any stride.
    size_t rank = shape.size();
    descriptor.resize(3 + 2 * rank);
    int64_t stride = 1;
    for (size_t i = rank; i-- > 0; stride *= shape[i])
      descriptor[3 + rank + i] = stride;
  }
  pointer = descriptor.data();
}

static std::string formatStrides(ArrayRef<int64_t> strides) {
  return "(" +
         llvm::join(llvm::map_range(strides,
                                    [](int64_t stride) {
                                      return ShapedType::isDynamic(stride)
                                                 ? std::string("?")
                                                 : std::to_string(stride);
                                    }),
                    ", ") +
         ")";
}

bool mlir::norm::python::isOfType(const Array &array, const ValueSpec &spec) {
  auto agrees = [](int64_t extent, int64_t expected) {
    return ShapedType::isDynamic(expected) || extent == expected;
  };
  return array.getDType() == spec.dtype &&
         array.getShape().size() == spec.shape.size() &&
         llvm::all_of_zip(array.getShape(), spec.shape, agrees);
}

void mlir::norm::python::checkArray(const Array &array, const ValueSpec &spec,
                                    const OperandName &what) {
  if (array.getDType() != spec.dtype)
    throw nb::type_error((what.str() + " is " +
                          formatType(array.getShape(), array.getDType()) +
                          ", but the function takes " + spec.format())
                             .c_str());
  auto refuse = [&](const std::string &why) {
    throw nb::value_error((what.str() + why).c_str());
  };
  if (reinterpret_cast<uintptr_t>(array.getData()) % getByteWidth(spec.dtype))
    refuse(" is not aligned: its address is no multiple of its element size");
  if (!isOfType(array, spec))
    refuse(" is " + formatType(array.getShape(), array.getDType()) +
           ", but the function takes " + spec.format());
  if (spec.kind == Kind::tensor) {
    if (!array.isContiguous())
      refuse(" is not contiguous: its shape is " +
             formatType(array.getShape(), array.getDType()) +
             " and its strides are " + formatStrides(array.getStrides()) +
             " elements; pass a contiguous copy");
    return;
  }
  for (auto [extent, expected, stride] :
       llvm::zip_equal(array.getShape(), spec.strides, array.getStrides()))
    if (!ShapedType::isDynamic(expected) && extent > 1 && expected != stride)
      refuse(" has strides of " + formatStrides(array.getStrides()) +
             " elements, but the function takes " +
             formatStrides(spec.strides));
}

HostTensor mlir::norm::python::readScalar(nb::handle object,
                                          const ValueSpec &spec,
                                          const OperandName &what) {
  HostTensor scalar(spec.dtype, {});
  if (isFloat(spec.dtype)) {
    double value = PyFloat_AsDouble(object.ptr());
    if (!PyErr_Occurred()) {
      scalar.set(0, value);
      return scalar;
    }
  } else {
    nb::object integer = nb::steal(PyNumber_Index(object.ptr()));
    if (integer.is_valid()) {
      long long value = PyLong_AsLongLong(integer.ptr());
      unsigned bits =
          spec.dtype == DType::i1 ? 1 : 8 * getByteWidth(spec.dtype);
      if (!PyErr_Occurred() && (bits == 64 || llvm::isIntN(bits, value) ||
                                llvm::isUIntN(bits, value))) {
        // Little endian, as every machine with LLVM's JIT and this project is.
        std::memcpy(scalar.getData(), &value, getByteWidth(spec.dtype));
        return scalar;
      }
      if (!PyErr_Occurred())
        throw nb::value_error((what.str() + " is " + std::to_string(value) +
                               ", which is no " + spec.format())
                                  .c_str());
    }
  }
  nb::python_error cause;
  throw nb::type_error(
      (what.str() + " is a " + nb::cast<std::string>(nb::str(object.type())) +
       ", but the function takes a number of type " + spec.format())
          .c_str());
}

void *mlir::norm::python::readStream(nb::handle stream) {
  nb::object handle = nb::borrow(stream);
  if (nb::hasattr(stream, "__cuda_stream__"))
    handle = stream.attr("__cuda_stream__")()[1];
  else if (nb::hasattr(stream, "cuda_stream"))
    handle = stream.attr("cuda_stream");
  void *address =
      PyLong_Check(handle.ptr()) ? PyLong_AsVoidPtr(handle.ptr()) : nullptr;
  if (!PyLong_Check(handle.ptr()) || PyErr_Occurred()) {
    PyErr_Clear();
    typeError("stream is " + std::string(nb::repr(stream).c_str()) +
              ", but it must be a stream of CUDA or the number that is its "
              "handle");
  }
  return address;
}

nb::object mlir::norm::python::toPython(const void *address, DType dtype) {
  switch (dtype) {
  case DType::i1:
    return nb::bool_(*static_cast<const int8_t *>(address) & 1);
  case DType::i8:
    return nb::int_(*static_cast<const int8_t *>(address));
  case DType::i16:
    return nb::int_(*static_cast<const int16_t *>(address));
  case DType::i32:
    return nb::int_(*static_cast<const int32_t *>(address));
  case DType::i64:
    return nb::int_(*static_cast<const int64_t *>(address));
  default:
    HostTensor scalar(dtype, {});
    std::memcpy(scalar.getData(), address, getByteWidth(dtype));
    return nb::float_(scalar.get(0));
  }
}
