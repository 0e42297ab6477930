//===- NewArray.cpp - Arrays for results ------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Array.h"
#include "Error.h"
#include "Norm-c/CUDA.h"
#include "Norm/Run/HostTensor.h"
#include "mlir/IR/BuiltinTypeInterfaces.h"
#include <nanobind/stl/string.h>

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::python;

extern "C" {
void *mgpuMemAlloc(uint64_t bytes, void *stream, bool isHostShared);
void mgpuMemFree(void *data, void *stream);
}

static nb::object makeNumPyArray(DType dtype, ArrayRef<int64_t> shape,
                                 void *&data) {
  // Never freed: it would be after the interpreter.
  static PyObject *empty = nullptr, *dtypes[numDTypes] = {};
  if (!empty)
    empty = nb::getattr(nb::module_::import_("numpy"), "empty").release().ptr();
  PyObject *&known = dtypes[unsigned(dtype)];
  if (!known) {
    if (dtype == DType::bf16 || dtype >= DType::f8E4M3FN)
      typeError("NumPy has no " + toString(dtype) +
                ": pass the arrays of a framework that has");
    std::string name =
        isFloat(dtype)       ? "float" + std::to_string(8 * getByteWidth(dtype))
        : dtype == DType::i1 ? "bool"
                             : "int" + std::to_string(8 * getByteWidth(dtype));
    known = nb::module_::import_("numpy")
                .attr("dtype")(name.c_str())
                .release()
                .ptr();
  }
  nb::object extents = nb::steal(PyTuple_New(shape.size()));
  for (auto [i, extent] : llvm::enumerate(shape))
    PyTuple_SetItem(extents.ptr(), i, PyLong_FromLongLong(extent));
  nb::object array = nb::handle(empty)(extents, nb::handle(known));
  Py_buffer buffer;
  if (PyObject_GetBuffer(array.ptr(), &buffer, PyBUF_STRIDES | PyBUF_WRITABLE))
    throw nb::python_error();
  data = buffer.buf;
  PyBuffer_Release(&buffer);
  return array;
}

static void setError(void *, const char *kind, const char *message) {
  nb::gil_scoped_acquire gil;
  PyErr_Format(PyExc_MemoryError, "%s: %s", kind, message);
}

static nb::object makeExchangeArray(const DLPackExchangeAPI &api,
                                    DLDevice device, DType dtype,
                                    ArrayRef<int64_t> shape, void *&data) {
  DLTensor prototype{nullptr,
                     device,
                     int32_t(shape.size()),
                     getDLDataType(dtype),
                     const_cast<int64_t *>(shape.data()),
                     nullptr,
                     0};
  DLManagedTensorVersioned *tensor = nullptr;
  if (api.managed_tensor_allocator(&prototype, &tensor, nullptr, setError))
    throw nb::python_error();
  data = static_cast<char *>(tensor->dl_tensor.data) +
         tensor->dl_tensor.byte_offset;
  void *object = nullptr;
  if (api.managed_tensor_to_py_object_no_sync(tensor, &object))
    throw nb::python_error();
  return nb::steal(static_cast<PyObject *>(object));
}

namespace {
struct DeviceMemory {
  DeviceMemory(const Place &place, size_t bytes);
  ~DeviceMemory();

  int32_t device;
  void *data;
};
} // namespace

DeviceMemory::DeviceMemory(const Place &place, size_t bytes)
    : device(place.device.device_id) {
  normCUDAEnter(device, place.stream);
  data = mgpuMemAlloc(bytes, place.stream, /*isHostShared=*/false);
  if (const char *failure = normCUDALeave())
    throw std::runtime_error(failure);
}

DeviceMemory::~DeviceMemory() {
  // Whoever used it may have done so on any stream.
  normCUDAEnter(device, nullptr);
  normCUDASynchronize();
  mgpuMemFree(data, nullptr);
  normCUDALeave();
}

template <typename T> static nb::capsule makeOwner(std::unique_ptr<T> memory) {
  return nb::capsule(memory.release(), [](void *pointer) noexcept {
    delete static_cast<T *>(pointer);
  });
}

/// Known to no framework yet.
static nb::object makeDLPackArray(const Place &place, DType dtype,
                                  ArrayRef<int64_t> shape, void *&data) {
  nb::capsule owner;
  if (place.device.device_type == kDLCUDA) {
    auto memory = std::make_unique<DeviceMemory>(
        place, ShapedType::getNumElements(shape) * getByteWidth(dtype));
    data = memory->data;
    owner = makeOwner(std::move(memory));
  } else {
    auto memory = std::make_unique<HostTensor>(dtype, shape);
    data = memory->getData();
    owner = makeOwner(std::move(memory));
  }
  SmallVector<size_t> extents(shape.begin(), shape.end());
  DLDataType type = getDLDataType(dtype);
  return nb::cast(nb::ndarray<nb::array_api>(
      data, extents.size(), extents.data(), owner, nullptr,
      {type.code, type.bits, type.lanes}, place.device.device_type,
      place.device.device_id));
}

/// JAX's arrays are buffers too.
static bool isNumPyOrUnknown(nb::handle array) {
  // Never freed: it would be after the interpreter.
  static PyObject *type = nullptr;
  if (!type)
    type =
        nb::getattr(nb::module_::import_("numpy"), "ndarray").release().ptr();
  return !array.is_valid() || array.type().is(type) ||
         PyObject_IsInstance(array.ptr(), type) == 1 ||
         !nb::hasattr(array, "__array_namespace__");
}

nb::object mlir::norm::python::makeArray(const Framework &framework,
                                         const Place &place, DType dtype,
                                         ArrayRef<int64_t> shape, void *&data) {
  switch (framework.kind) {
  case Framework::Kind::numpy:
    return isNumPyOrUnknown(framework.array)
               ? makeNumPyArray(dtype, shape, data)
               : makeDLPackArray(place, dtype, shape, data);
  case Framework::Kind::exchange:
    return makeExchangeArray(*framework.api, place.device, dtype, shape, data);
  case Framework::Kind::dlpack:
    return makeDLPackArray(place, dtype, shape, data);
  }
  llvm_unreachable("all kinds are above");
}

nb::object mlir::norm::python::finishArray(const Framework &framework,
                                           nb::object array) {
  if (framework.kind == Framework::Kind::exchange ||
      (framework.kind == Framework::Kind::numpy &&
       isNumPyOrUnknown(framework.array)) ||
      !nb::hasattr(framework.array, "__array_namespace__"))
    return array;
  return framework.array.attr("__array_namespace__")().attr("from_dlpack")(
      array);
}
