//===- Function.cpp - A compiled function as a Python callable --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Function.h"
#include "Array.h"
#include "llvm/ADT/StringExtras.h"
#include <cstring>
#include <nanobind/stl/string.h>

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::python;

using Kind = ValueSpec::Kind;

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

namespace {
/// What the compiled code gets for one argument or result.
struct Operand {
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
} // namespace

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

/// A mismatch of dtype is a TypeError, of shape and strides a ValueError.
static void checkArray(const Array &array, const ValueSpec &spec,
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
  bool agrees = array.getShape().size() == spec.shape.size();
  for (size_t i = 0; agrees && i < spec.shape.size(); ++i)
    agrees = ShapedType::isDynamic(spec.shape[i]) ||
             spec.shape[i] == array.getShape()[i];
  if (!agrees)
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

/// A Python number, or an array of one element, such as NumPy's scalars.
static HostTensor readScalar(nb::handle object, const ValueSpec &spec,
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

static nb::object toPython(const void *address, DType dtype) {
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

/// A gradient that the results will not have must not be lost without a word.
/// Only PyTorch has them.
static bool areGradientsRecorded() {
  // Never freed: it would be after the interpreter.
  static PyObject *isGradEnabled = nullptr;
  if (!isGradEnabled) {
    nb::object modules = nb::module_::import_("sys").attr("modules");
    if (PyMapping_HasKeyString(modules.ptr(), "torch") != 1)
      return false;
    isGradEnabled =
        nb::getattr(modules["torch"], "is_grad_enabled").release().ptr();
  }
  return nb::handle(isGradEnabled)().ptr() == Py_True;
}

static void checkGradient(nb::handle object, const OperandName &what) {
  static PyObject *name = PyUnicode_InternFromString("requires_grad");
  nb::object requiresGradient = nb::steal(PyObject_GetAttr(object.ptr(), name));
  if (!requiresGradient.is_valid())
    PyErr_Clear();
  else if (requiresGradient.ptr() == Py_True)
    throw nb::type_error((what.str() +
                          " requires a gradient, and the function has none: "
                          "call it under torch.no_grad(), or detach() it")
                             .c_str());
}

//===----------------------------------------------------------------------===//
// One call
//===----------------------------------------------------------------------===//

class Function::Call {
public:
  explicit Call(const Function &function)
      : function(function), asRead(function.asRead),
        specs(function.kernel.getSignature().arguments),
        operands(specs.size()) {}

  void readArguments(nb::args objects);
  /// Asks the extent contract; what does not hold is a ValueError.
  void checkExtents();
  void readOuts(nb::handle out);
  void makeOuts();
  void checkOverlaps() const;
  void run();
  nb::object takeResults();

private:
  size_t getNumArguments() const { return asRead.arguments.size(); }
  size_t getNumOuts() const { return specs.size() - getNumArguments(); }
  OperandName getName(size_t operand) const;
  /// The extents that the result will have.
  ArrayRef<int64_t> getOutShape(size_t out) const;

  const Function &function;
  const Signature &asRead;
  ArrayRef<ValueSpec> specs;
  /// Arguments, then outs.
  std::vector<Operand> operands;
  SmallVector<nb::object, 2> outs;
  /// Where outs were made.
  std::optional<Framework> framework;
  /// What the extent contract says.
  SmallVector<int64_t, 8> extents;
  SmallVector<int64_t, 2> scalars;
};

OperandName Function::Call::getName(size_t operand) const {
  if (operand < getNumArguments())
    return {"argument", operand};
  if (getNumOuts() == 1)
    return {"out", std::nullopt};
  return {"out", operand - getNumArguments()};
}

void Function::Call::readArguments(nb::args objects) {
  if (objects.size() != getNumArguments())
    throw nb::type_error(
        (function.format() + " takes " + std::to_string(getNumArguments()) +
         " arguments, but " + std::to_string(objects.size()) + " were given")
            .c_str());
  bool hasTensors = false;
  for (size_t i = 0; i < getNumArguments(); ++i) {
    const ValueSpec &spec = specs[i];
    nb::handle object(PyTuple_GetItem(objects.ptr(), i));
    OperandName name = getName(i);
    Operand &operand = operands[i];
    if (spec.kind == Kind::scalar) {
      operand.scalar.emplace(readScalar(object, spec, name));
      continue;
    }
    operand.array.emplace(object, name, spec.kind == Kind::memref);
    checkArray(*operand.array, spec, name);
    operand.describe(spec, operand.array->getData(), operand.array->getShape(),
                     operand.array->getStrides());
    hasTensors |=
        operand.array->getFramework().kind == Framework::Kind::exchange;
  }
  if (hasTensors && areGradientsRecorded())
    for (size_t i = 0; i < getNumArguments(); ++i)
      if (operands[i].array)
        checkGradient(nb::handle(PyTuple_GetItem(objects.ptr(), i)),
                      getName(i));
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
    const ValueSpec &spec = specs[getNumArguments() + i];
    OperandName name = getName(getNumArguments() + i);
    Operand &operand = operands[getNumArguments() + i];
    operand.array.emplace(outs[i], name, /*writable=*/true);
    checkArray(*operand.array, spec, name);
    if (operand.array->getFramework().kind == Framework::Kind::exchange &&
        areGradientsRecorded())
      checkGradient(outs[i], name);
    if (operand.array->getShape() != getOutShape(i))
      throw nb::value_error((name.str() + " is " +
                             formatType(operand.array->getShape(), spec.dtype) +
                             ", but the result is " +
                             formatType(getOutShape(i), spec.dtype))
                                .c_str());
    operand.describe(spec, operand.array->getData(), operand.array->getShape(),
                     {});
  }
}

void Function::Call::makeOuts() {
  framework.emplace();
  for (size_t i = 0; i < getNumArguments(); ++i)
    if (operands[i].array) {
      framework = operands[i].array->getFramework();
      break;
    }
  for (size_t i = 0; i < getNumOuts(); ++i) {
    const ValueSpec &spec = specs[getNumArguments() + i];
    ArrayRef<int64_t> shape = getOutShape(i);
    void *data = nullptr;
    outs.push_back(makeArray(*framework, spec.dtype, shape, data));
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
  function.kernel.getFunction()(packed.data());
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

//===----------------------------------------------------------------------===//
// Function
//===----------------------------------------------------------------------===//

nb::object Function::call(nb::args arguments, nb::object out) const {
  Call call(*this);
  call.readArguments(arguments);
  call.checkExtents();
  if (out.is_none())
    call.makeOuts();
  else
    call.readOuts(out);
  call.checkOverlaps();
  call.run();
  return call.takeResults();
}

std::string Function::format() const {
  auto list = [](ArrayRef<ValueSpec> specs) {
    SmallVector<std::string> texts;
    for (const ValueSpec &spec : specs)
      texts.push_back(spec.kind == Kind::scalar ? spec.format()
                      : spec.kind == Kind::memref
                          ? "memref<" + spec.format() + ">"
                          : "tensor<" + spec.format() + ">");
    return llvm::join(texts, ", ");
  };
  return name + "(" + list(asRead.arguments) + ") -> (" + list(asRead.results) +
         ")";
}
