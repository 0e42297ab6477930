//===- Array.cpp - Memory behind a Python object ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Array.h"
#include "Norm/Run/HostTensor.h"
#include "llvm/ADT/Twine.h"
#include <nanobind/stl/string.h>

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::python;

[[noreturn]] static void typeError(const Twine &message) {
  throw nb::type_error(message.str().c_str());
}

[[noreturn]] static void valueError(const Twine &message) {
  throw nb::value_error(message.str().c_str());
}

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
// DLPack
//===----------------------------------------------------------------------===//

static std::optional<DType> getDType(DLDataType type) {
  if (type.lanes != 1)
    return std::nullopt;
  switch (type.code) {
  case kDLFloat:
    if (type.bits == 16)
      return DType::f16;
    if (type.bits == 32)
      return DType::f32;
    if (type.bits == 64)
      return DType::f64;
    return std::nullopt;
  case kDLBfloat:
    return type.bits == 16 ? std::optional(DType::bf16) : std::nullopt;
  case kDLBool:
    return type.bits == 8 ? std::optional(DType::i1) : std::nullopt;
  case kDLInt:
  case kDLUInt:
    if (type.bits == 8)
      return DType::i8;
    if (type.bits == 16)
      return DType::i16;
    if (type.bits == 32)
      return DType::i32;
    if (type.bits == 64)
      return DType::i64;
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

static DLDataType getDLDataType(DType dtype) {
  uint8_t bits = 8 * getByteWidth(dtype);
  if (dtype == DType::bf16)
    return {kDLBfloat, bits, 1};
  if (dtype == DType::i1)
    return {kDLBool, bits, 1};
  return {uint8_t(isFloat(dtype) ? kDLFloat : kDLInt), bits, 1};
}

void Array::readTensor(const DLTensor &tensor, const OperandName &what) {
  if (tensor.device.device_type != kDLCPU)
    typeError(what.str() + " is on device " + Twine(tensor.device.device_type) +
              ":" + Twine(tensor.device.device_id) +
              " (as DLPack counts them), but the function is compiled for the "
              "CPU");
  std::optional<DType> known = ::getDType(tensor.dtype);
  if (!known)
    typeError(what.str() + " has elements of DLPack type code " +
              Twine(unsigned(tensor.dtype.code)) + " and " +
              Twine(unsigned(tensor.dtype.bits)) +
              " bits, which no function takes");
  dtype = *known;
  shape.assign(tensor.shape, tensor.shape + tensor.ndim);
  if (tensor.strides)
    strides.assign(tensor.strides, tensor.strides + tensor.ndim);
  else
    strides = getContiguousStrides(shape);
  if (!tensor.data && !llvm::is_contained(shape, 0))
    typeError(what.str() + " has no memory, as arrays that stand for others "
                           "while something is traced");
  data = static_cast<char *>(tensor.data) + tensor.byte_offset;
}

namespace {
/// What is known of the last type that was asked for; there are few.
struct KnownType {
  PyTypeObject *type = nullptr;
  const DLPackExchangeAPI *api = nullptr;
};
} // namespace

/// The C functions of a type. A subclass need not mean what its base means
/// (PyTorch has tensors without memory), so that a type must have them itself,
/// or be a PyTorch Parameter.
static const DLPackExchangeAPI *findExchangeAPI(PyTypeObject *type) {
  nb::handle handle(reinterpret_cast<PyObject *>(type));
  nb::object found =
      nb::getattr(handle, "__dlpack_c_exchange_api__", nb::none());
  if (found.is_none())
    return nullptr;
  nb::object own = nb::getattr(handle, "__dict__");
  std::string module =
      nb::cast<std::string>(nb::str(handle.attr("__module__")));
  std::string name = nb::cast<std::string>(nb::str(handle.attr("__name__")));
  bool isParameter = module == "torch.nn.parameter" && name == "Parameter";
  if (!isParameter &&
      !nb::cast<bool>(own.attr("__contains__")("__dlpack_c_exchange_api__")))
    return nullptr;
  auto *api = static_cast<const DLPackExchangeAPI *>(
      PyCapsule_GetPointer(found.ptr(), "dlpack_exchange_api"));
  if (!api)
    PyErr_Clear();
  while (api && api->version.major != 1)
    api = api->prev_api;
  return api && api->dltensor_from_py_object_no_sync ? api : nullptr;
}

static const DLPackExchangeAPI *getExchangeAPI(PyTypeObject *type) {
  // Under the GIL. A type that is here once stays, so that no other comes to
  // its address.
  static SmallVector<KnownType> known;
  for (const KnownType &one : known)
    if (one.type == type)
      return one.api;
  KnownType one{type, findExchangeAPI(type)};
  if (one.api) {
    Py_INCREF(reinterpret_cast<PyObject *>(type));
    known.push_back(one);
  }
  return one.api;
}

bool Array::readExchange(nb::handle object, const OperandName &what) {
  const DLPackExchangeAPI *api = getExchangeAPI(Py_TYPE(object.ptr()));
  if (!api)
    return false;
  DLTensor tensor;
  if (api->dltensor_from_py_object_no_sync(object.ptr(), &tensor))
    throw nb::python_error();
  readTensor(tensor, what);
  framework = {Framework::Kind::exchange, api, object};
  return true;
}

void Array::readDLPack(nb::handle object, const OperandName &what,
                       bool writable) {
  nb::object method = nb::getattr(object, "__dlpack__", nb::none());
  std::string type = nb::cast<std::string>(nb::str(object.type()));
  if (method.is_none())
    typeError(what.str() + " is a " + type +
              ", which has neither a buffer nor __dlpack__");
  nb::ndarray<nb::ro> readable;
  owner.emplace();
  if (writable) {
    if (nb::try_cast(object, *owner))
      readable = nb::ndarray<nb::ro>(*owner);
    else if (nb::try_cast(object, readable))
      valueError(what.str() + " is read-only, and the function writes it");
  } else if (nb::try_cast(object, readable)) {
    *owner = nb::ndarray<>(readable);
  }
  if (!readable.is_valid()) {
    method(); // raises what is wrong
    typeError(what.str() + " is a " + type +
              ", whose __dlpack__ cannot be read");
  }
  DLTensor tensor{
      const_cast<void *>(readable.data_handle()),
      {readable.device_type(), readable.device_id()},
      int32_t(readable.ndim()),
      {readable.dtype().code, readable.dtype().bits, readable.dtype().lanes},
      const_cast<int64_t *>(readable.shape_ptr()),
      const_cast<int64_t *>(readable.stride_ptr()),
      readable.byte_offset()};
  readTensor(tensor, what);
  framework = {Framework::Kind::dlpack, nullptr, object};
}

//===----------------------------------------------------------------------===//
// Array
//===----------------------------------------------------------------------===//

Array::Array(nb::handle object, const OperandName &what, bool writable) {
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
    readDLPack(object, what, writable);
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

//===----------------------------------------------------------------------===//
// New arrays
//===----------------------------------------------------------------------===//

static nb::object makeNumPyArray(DType dtype, ArrayRef<int64_t> shape,
                                 void *&data) {
  // Never freed: it would be after the interpreter.
  static PyObject *empty = nullptr, *dtypes[9] = {};
  if (!empty)
    empty = nb::getattr(nb::module_::import_("numpy"), "empty").release().ptr();
  PyObject *&known = dtypes[unsigned(dtype)];
  if (!known) {
    if (dtype == DType::bf16)
      typeError("NumPy has no bf16: pass the arrays of a framework that has");
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

static nb::object makeExchangeArray(const DLPackExchangeAPI &api, DType dtype,
                                    ArrayRef<int64_t> shape, void *&data) {
  DLTensor prototype{nullptr,
                     {kDLCPU, 0},
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

/// Known to no framework yet.
static nb::object makeDLPackArray(DType dtype, ArrayRef<int64_t> shape,
                                  void *&data) {
  auto memory = std::make_unique<HostTensor>(dtype, shape);
  data = memory->getData();
  nb::capsule owner(memory.release(), [](void *pointer) noexcept {
    delete static_cast<HostTensor *>(pointer);
  });
  SmallVector<size_t> extents(shape.begin(), shape.end());
  DLDataType type = getDLDataType(dtype);
  return nb::cast(nb::ndarray<nb::array_api>(
      data, extents.size(), extents.data(), owner, nullptr,
      {type.code, type.bits, type.lanes}, kDLCPU));
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
                                         DType dtype, ArrayRef<int64_t> shape,
                                         void *&data) {
  switch (framework.kind) {
  case Framework::Kind::numpy:
    return isNumPyOrUnknown(framework.array)
               ? makeNumPyArray(dtype, shape, data)
               : makeDLPackArray(dtype, shape, data);
  case Framework::Kind::exchange:
    return makeExchangeArray(*framework.api, dtype, shape, data);
  case Framework::Kind::dlpack:
    return makeDLPackArray(dtype, shape, data);
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
