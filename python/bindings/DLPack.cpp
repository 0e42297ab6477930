//===- DLPack.cpp - Memory that DLPack tells of -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Array.h"
#include "Error.h"
#include "Norm/Run/HostTensor.h"
#include <nanobind/stl/string.h>

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::python;

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
  case kDLFloat8_e4m3fn:
    return type.bits == 8 ? std::optional(DType::f8E4M3FN) : std::nullopt;
  case kDLFloat8_e5m2:
    return type.bits == 8 ? std::optional(DType::f8E5M2) : std::nullopt;
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

DLDataType mlir::norm::python::getDLDataType(DType dtype) {
  uint8_t bits = 8 * getByteWidth(dtype);
  if (dtype == DType::bf16)
    return {kDLBfloat, bits, 1};
  if (dtype == DType::i1)
    return {kDLBool, bits, 1};
  if (dtype == DType::f8E4M3FN)
    return {kDLFloat8_e4m3fn, bits, 1};
  if (dtype == DType::f8E5M2)
    return {kDLFloat8_e5m2, bits, 1};
  return {uint8_t(isFloat(dtype) ? kDLFloat : kDLInt), bits, 1};
}

void Array::readTensor(const DLTensor &tensor, const OperandName &what) {
  device = tensor.device;
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

const DLPackExchangeAPI *
mlir::norm::python::getExchangeAPI(PyTypeObject *type) {
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

std::string mlir::norm::python::formatDevice(DLDevice device) {
  if (device.device_type == kDLCPU)
    return "the CPU";
  if (device.device_type == kDLCUDA)
    return "CUDA device " + std::to_string(device.device_id);
  return ("device " + Twine(device.device_type) + ":" +
          Twine(device.device_id) + ", as DLPack counts them,")
      .str();
}

/// What the array exports for a stream, which waits for what produces it. Not
/// valid if it is on no such device.
static nb::object exportForStream(nb::handle object, nb::handle method,
                                  void *stream) {
  nb::object device = nb::getattr(object, "__dlpack_device__", nb::none());
  if (device.is_none() || nb::cast<int>(device()[0]) != kDLCUDA)
    return nb::object();
  nb::int_ number(stream ? reinterpret_cast<intptr_t>(stream)
                         : defaultStreamNumber);
  try {
    return method(nb::arg("stream") = number,
                  nb::arg("max_version") = nb::make_tuple(1, 1));
  } catch (nb::python_error &error) {
    // Older ones know no versions.
    if (!error.matches(PyExc_TypeError))
      throw;
  }
  return method(nb::arg("stream") = number);
}

void Array::readDLPack(nb::handle object, const OperandName &what,
                       bool writable, std::optional<void *> stream) {
  nb::object method = nb::getattr(object, "__dlpack__", nb::none());
  std::string type = nb::cast<std::string>(nb::str(object.type()));
  if (method.is_none())
    typeError(what.str() + " is a " + type +
              ", which has neither a buffer nor __dlpack__");
  nb::object exported;
  if (stream)
    exported = exportForStream(object, method, *stream);
  nb::handle source = exported.is_valid() ? exported : object;
  nb::ndarray<nb::ro> readable;
  owner.emplace();
  if (writable) {
    if (nb::try_cast(source, *owner))
      readable = nb::ndarray<nb::ro>(*owner);
    else if (nb::try_cast(source, readable))
      valueError(what.str() + " is read-only, and the function writes it");
  } else if (nb::try_cast(source, readable)) {
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
