//===- Call.cpp - One call of a compiled function ---------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"
#include "Error.h"
#include "Gradients.h"
#include "Norm-c/CUDA.h"

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::python;

using Kind = ValueSpec::Kind;

OperandName Function::Call::getName(size_t operand) const {
  if (operand < getNumArguments())
    return {"argument", operand};
  if (getNumOuts() == 1)
    return {"out", std::nullopt};
  return {"out", operand - getNumArguments()};
}

Function::Call::Call(const Function &function, nb::handle stream, bool mustFit)
    : function(function), asRead(function.asRead),
      specs(function.kernel.getSignature().arguments), operands(specs.size()),
      mustFit(mustFit) {
  if (stream.is_none())
    return;
  if (!function.kernel.hasDevice())
    typeError(
        "stream is one of CUDA, but the function is compiled for the CPU");
  this->stream = readStream(stream);
  isStreamGiven = true;
}

//===----------------------------------------------------------------------===//
// Arrays in
//===----------------------------------------------------------------------===//

void Function::Call::checkDevice(size_t operand) {
  bool isForCUDA = function.kernel.hasDevice();
  DLDevice device = operands[operand].array->getDevice();
  if (device.device_type != (isForCUDA ? kDLCUDA : kDLCPU))
    typeError(getName(operand).str() + " is on " + formatDevice(device) +
              ", but the function is compiled for " +
              (isForCUDA ? "CUDA" : "the CPU"));
  if (!firstArray)
    firstArray = operand;
  DLDevice first = operands[*firstArray].array->getDevice();
  if (device.device_id != first.device_id)
    typeError(getName(operand).str() + " is on " + formatDevice(device) +
              ", but " + getName(*firstArray).str() + " is on " +
              formatDevice(first));
}

void Function::Call::chooseStream(const Array &array) {
  const DLPackExchangeAPI *api = array.getFramework().api;
  if (stream || !api || !api->current_work_stream)
    return;
  void *current = nullptr;
  if (api->current_work_stream(kDLCUDA, array.getDevice().device_id, &current))
    throw nb::python_error();
  stream = current;
}

void Function::Call::readArray(size_t i, nb::handle object) {
  const ValueSpec &spec = specs[i];
  OperandName name = getName(i);
  bool isForCUDA = function.kernel.hasDevice();
  Operand &operand = operands[i];
  operand.array.emplace(object, name, spec.kind == Kind::memref,
                        isForCUDA ? stream.value_or(nullptr)
                                  : std::optional<void *>());
  const Array &array = *operand.array;
  if (mustFit && i < getNumArguments() &&
      !(isOfType(array, spec) &&
        array.getDevice().device_type == (isForCUDA ? kDLCUDA : kDLCPU)))
    throw Misfit();
  checkDevice(i);
  if (isForCUDA)
    chooseStream(array);
  checkArray(array, spec, name);
  operand.describe(spec, array.getData(), array.getShape(), array.getStrides());
}

void Function::Call::readArguments(nb::args objects) {
  if (objects.size() != getNumArguments())
    typeError(function.format() + " takes " + Twine(getNumArguments()) +
              " arguments, but " + Twine(objects.size()) + " were given");
  auto getObject = [&](size_t i) {
    return nb::handle(PyTuple_GetItem(objects.ptr(), i));
  };
  // Arrays that say which stream they are used on come before those that are
  // told.
  bool isForCUDA = function.kernel.hasDevice();
  if (isForCUDA)
    for (size_t i = 0; i < getNumArguments(); ++i)
      if (specs[i].kind != Kind::scalar &&
          getExchangeAPI(Py_TYPE(getObject(i).ptr())))
        readArray(i, getObject(i));
  bool hasTensors = false;
  for (size_t i = 0; i < getNumArguments(); ++i) {
    if (specs[i].kind == Kind::scalar) {
      operands[i].scalar.emplace(
          readScalar(getObject(i), specs[i], getName(i)));
      continue;
    }
    if (!operands[i].array)
      readArray(i, getObject(i));
    hasTensors |=
        operands[i].array->getFramework().kind == Framework::Kind::exchange;
  }
  if (hasTensors && areGradientsRecorded())
    for (size_t i = 0; i < getNumArguments(); ++i)
      if (operands[i].array)
        checkGradient(getObject(i), getName(i));
}

void Function::Call::checkExtents() {
  if (!function.extents)
    return;
  const ValueSpec &told = function.extents->getSignature().arguments.back();
  extents.resize(told.shape.front());
  Operand memory;
  memory.describe(told, extents.data(), told.shape, {});
  SmallVector<void *, 8> packed;
  for (size_t i = 0; i < getNumArguments(); ++i)
    packed.push_back(operands[i].getPacked());
  packed.push_back(memory.getPacked());
  function.extents->getFunction()(packed.data());
  if (extents[0] < int64_t(function.messages.size()))
    throw nb::value_error(function.messages[extents[0]].c_str());
}

ArrayRef<int64_t> Function::Call::getOutShape(size_t out) const {
  const ValueSpec &spec = specs[getNumArguments() + out];
  if (!function.extents)
    return spec.shape;
  size_t begin = 1;
  for (size_t i = 0; i < out; ++i)
    begin += specs[getNumArguments() + i].shape.size();
  return ArrayRef(extents).slice(begin, spec.shape.size());
}

void Function::Call::readOuts(nb::handle out) {
  bool several =
      nb::isinstance<nb::tuple>(out) || nb::isinstance<nb::list>(out);
  if (several)
    for (nb::handle one : nb::borrow<nb::iterable>(out))
      outs.push_back(nb::borrow(one));
  else
    outs.push_back(nb::borrow(out));
  if (outs.size() != getNumOuts() || (several && getNumOuts() == 1))
    throw nb::type_error(
        ("out must be " +
         (getNumOuts() == 0 ? std::string("left away: no result is an array")
          : getNumOuts() == 1
              ? std::string("one array")
              : "a tuple of " + std::to_string(getNumOuts()) + " arrays"))
            .c_str());
  for (size_t i = 0; i < getNumOuts(); ++i) {
    size_t operand = getNumArguments() + i;
    readArray(operand, outs[i]);
    const Array &array = *operands[operand].array;
    if (array.getFramework().kind == Framework::Kind::exchange &&
        areGradientsRecorded())
      checkGradient(outs[i], getName(operand));
    DType dtype = specs[operand].dtype;
    if (array.getShape() != getOutShape(i))
      valueError(getName(operand).str() + " is " +
                 formatType(array.getShape(), dtype) + ", but the result is " +
                 formatType(getOutShape(i), dtype));
    operands[operand].describe(specs[operand], array.getData(),
                               array.getShape(), {});
  }
}

void Function::Call::makeOuts() {
  framework.emplace();
  Place place;
  if (firstArray) {
    const Array &array = *operands[*firstArray].array;
    framework = array.getFramework();
    place = {array.getDevice(), stream.value_or(nullptr)};
  } else if (function.kernel.hasDevice() && getNumOuts()) {
    typeError("out must be given: no argument is an array, whose device and "
              "framework results would have");
  }
  if (isStreamGiven && framework->kind == Framework::Kind::exchange) {
    std::optional<void *> given = std::exchange(stream, std::nullopt);
    chooseStream(*operands[*firstArray].array);
    if (stream != given)
      valueError("out must be given: stream is not the current one of the "
                 "framework, which is where it makes arrays for");
  }
  mustWait = function.kernel.hasDevice() &&
             framework->kind != Framework::Kind::exchange;
  for (size_t i = 0; i < getNumOuts(); ++i) {
    const ValueSpec &spec = specs[getNumArguments() + i];
    ArrayRef<int64_t> shape = getOutShape(i);
    void *data = nullptr;
    outs.push_back(makeArray(*framework, place, spec.dtype, shape, data));
    operands[getNumArguments() + i].describe(spec, data, shape, {});
  }
}

/// Results may not lie where anything else does. A memref argument may be
/// written, so it may not lie where a tensor does, which is a value.
void Function::Call::checkOverlaps() const {
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].array || specs[i].kind != Kind::memref)
      continue;
    bool isOut = i >= getNumArguments();
    auto [begin, end] = operands[i].array->getRange();
    for (size_t j = 0; j < i || (!isOut && j < getNumArguments()); ++j) {
      if (!operands[j].array || (!isOut && specs[j].kind == Kind::memref))
        continue;
      auto [otherBegin, otherEnd] = operands[j].array->getRange();
      if (begin < otherEnd && otherBegin < end)
        throw nb::value_error(
            (getName(i).str() + " overlaps " + getName(j).str() + " in memory")
                .c_str());
    }
  }
}

void Function::Call::run() {
  SmallVector<void *, 8> packed;
  ArrayRef<ValueSpec> results = function.kernel.getSignature().results;
  // Two scalars or more are a struct, each aligned to its size.
  scalars.resize(results.size());
  void *scalarData = scalars.data();
  if (results.size() > 1)
    packed.push_back(&scalarData);
  for (Operand &operand : operands)
    packed.push_back(operand.getPacked());
  if (results.size() == 1)
    packed.push_back(scalarData);
  nb::gil_scoped_release release;
  if (!function.kernel.hasDevice())
    return function.kernel.getFunction()(packed.data());
  int32_t device =
      firstArray ? operands[*firstArray].array->getDevice().device_id : 0;
  normCUDAEnter(device, stream.value_or(nullptr));
  function.kernel.getFunction()(packed.data());
  if (mustWait)
    normCUDAWaitForStream();
  if (const char *failure = normCUDALeave())
    throw std::runtime_error(failure);
}

nb::object Function::Call::takeResults() {
  SmallVector<nb::object, 2> results;
  size_t out = 0, position = 0;
  for (const ValueSpec &spec : asRead.results) {
    if (spec.kind == Kind::tensor) {
      nb::object array = std::move(outs[out++]);
      results.push_back(framework ? finishArray(*framework, array) : array);
      continue;
    }
    size_t width = getByteWidth(spec.dtype);
    position = llvm::alignTo(position, width);
    results.push_back(toPython(
        reinterpret_cast<char *>(scalars.data()) + position, spec.dtype));
    position += width;
  }
  if (results.empty())
    return nb::none();
  if (results.size() == 1)
    return std::move(results.front());
  nb::object tuple = nb::steal(PyTuple_New(results.size()));
  for (auto [i, result] : llvm::enumerate(results))
    PyTuple_SetItem(tuple.ptr(), i, result.release().ptr());
  return tuple;
}
