//===- Arguments.cpp - Arguments from files and random numbers --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Arguments.h"
#include "Norm/Run/Npy.h"

using namespace mlir;
using namespace mlir::norm;

/// The N of `N=…`, which is then dropped from the text.
static llvm::Expected<std::optional<unsigned>>
takePosition(StringRef option, StringRef &text, size_t numArguments) {
  auto [head, tail] = text.split('=');
  unsigned position;
  if (head.size() == text.size() || head.getAsInteger(10, position))
    return std::nullopt;
  if (position >= numArguments)
    return llvm::createStringError("--" + option + "=" + text +
                                   ": the function has " + Twine(numArguments) +
                                   " arguments, counted from 0");
  text = tail;
  return position;
}

static llvm::Expected<SmallVector<int64_t>> parseShape(StringRef text) {
  SmallVector<int64_t> shape;
  SmallVector<StringRef> parts;
  text.split(parts, 'x');
  for (StringRef part : parts) {
    int64_t extent;
    if (part.getAsInteger(10, extent) || extent < 0)
      return llvm::createStringError("'" + text +
                                     "' is not a shape such as 2x3");
    shape.push_back(extent);
  }
  return shape;
}

/// The text given for each argument; empty where there is none.
static llvm::Expected<SmallVector<std::string>>
assign(StringRef option, ArrayRef<std::string> texts, bool inOrder,
       size_t numArguments) {
  SmallVector<std::string> assigned(numArguments);
  unsigned next = 0;
  for (StringRef whole : texts) {
    StringRef text = whole;
    llvm::Expected<std::optional<unsigned>> position =
        takePosition(option, text, numArguments);
    if (!position)
      return position.takeError();
    if (!*position && !inOrder)
      return llvm::createStringError("--" + option + "=" + whole +
                                     ": say which argument, as in 0=" + whole);
    unsigned index = position->value_or(next);
    if (text.empty())
      return llvm::createStringError("--" + option + "=" + whole +
                                     ": nothing is given for argument " +
                                     Twine(index));
    if (index >= numArguments)
      return llvm::createStringError("--" + option + "=" + whole +
                                     ": the function has only " +
                                     Twine(numArguments) + " arguments");
    if (!assigned[index].empty())
      return llvm::createStringError("--" + option + "=" + whole +
                                     ": argument " + Twine(index) +
                                     " is given twice");
    assigned[index] = text.str();
    next = index + 1;
  }
  return assigned;
}

static llvm::Expected<SmallVector<int64_t>>
chooseShape(unsigned index, const ValueSpec &spec, StringRef given,
            std::optional<int64_t> dynamicSize) {
  SmallVector<int64_t> shape = spec.shape;
  if (!given.empty()) {
    llvm::Expected<SmallVector<int64_t>> parsed = parseShape(given);
    if (!parsed)
      return parsed.takeError();
    bool fits = parsed->size() == shape.size();
    for (auto [type, extent] : llvm::zip(spec.shape, *parsed))
      fits &= ShapedType::isDynamic(type) || type == extent;
    if (!fits)
      return llvm::createStringError("--shape=" + Twine(index) + "=" + given +
                                     ": argument " + Twine(index) + " is " +
                                     spec.format());
    return *parsed;
  }
  for (int64_t &extent : shape) {
    if (!ShapedType::isDynamic(extent))
      continue;
    if (!dynamicSize)
      return llvm::createStringError(
          "argument " + Twine(index) + " is " + spec.format() +
          ": give it an --input, or its size with --shape=" + Twine(index) +
          "=… or --dynamic-size");
    if (*dynamicSize < 0)
      return llvm::createStringError("--dynamic-size=" + Twine(*dynamicSize) +
                                     " is negative");
    extent = *dynamicSize;
  }
  return shape;
}

/// Zeros, with the strides that the type asks for.
static llvm::Expected<HostTensor>
allocate(unsigned index, const ValueSpec &spec, ArrayRef<int64_t> shape) {
  std::string tooLarge =
      ("argument " + Twine(index) + ", " + formatType(shape, spec.dtype) +
       ", is too large for the memory")
          .str();
  int64_t bytes = getByteWidth(spec.dtype);
  for (int64_t extent : shape)
    if (llvm::MulOverflow(bytes, std::max<int64_t>(extent, 1), bytes))
      return llvm::createStringError(tooLarge);
  SmallVector<int64_t> strides = getContiguousStrides(shape);
  for (auto [stride, expected] : llvm::zip(strides, spec.strides)) {
    if (!ShapedType::isDynamic(expected))
      stride = expected;
    if (stride < 0)
      return llvm::createStringError("argument " + Twine(index) +
                                     " has a negative stride");
  }
  if (std::optional<HostTensor> tensor =
          HostTensor::tryAllocate(spec.dtype, shape, strides))
    return *tensor;
  return llvm::createStringError(tooLarge);
}

static llvm::Expected<HostTensor>
makeArgument(unsigned index, const ValueSpec &spec, StringRef input,
             StringRef shapeText, const ArgumentOptions &options) {
  double number;
  bool isFile = !input.empty() && input.getAsDouble(number);
  std::optional<HostTensor> file;
  SmallVector<int64_t> shape;
  if (isFile) {
    llvm::Expected<HostTensor> read = readNpy(input, spec.dtype);
    if (!read)
      return read.takeError();
    file = *read;
    shape = SmallVector<int64_t>(read->getShape());
    bool fits = shape.size() == spec.shape.size();
    for (auto [type, extent] : llvm::zip(spec.shape, shape))
      fits &= ShapedType::isDynamic(type) || type == extent;
    if (!fits)
      return llvm::createStringError(
          input + ": argument " + Twine(index) + " is " + spec.format() +
          ", but the file holds " + formatType(shape, spec.dtype));
  } else {
    llvm::Expected<SmallVector<int64_t>> chosen =
        chooseShape(index, spec, shapeText, options.dynamicSize);
    if (!chosen)
      return chosen.takeError();
    shape = *chosen;
  }
  llvm::Expected<HostTensor> tensor = allocate(index, spec, shape);
  if (!tensor)
    return tensor.takeError();
  if (file && tensor->isContiguous())
    return *file;
  if (!file && input.empty()) {
    tensor->fillRandom(options.seed ^ (uint64_t(index + 1) << 32));
    return tensor;
  }
  for (int64_t i = 0, e = tensor->getNumElements(); i < e; ++i)
    tensor->set(i, file ? file->get(i) : number);
  return tensor;
}

llvm::Expected<SmallVector<HostTensor>>
mlir::norm::makeArguments(const Signature &signature,
                          const ArgumentOptions &options) {
  size_t count = signature.arguments.size();
  auto inputs = assign("input", options.inputs, /*inOrder=*/true, count);
  if (!inputs)
    return inputs.takeError();
  auto shapes = assign("shape", options.shapes, /*inOrder=*/false, count);
  if (!shapes)
    return shapes.takeError();
  SmallVector<HostTensor> arguments;
  for (auto [i, spec] : llvm::enumerate(signature.arguments)) {
    llvm::Expected<HostTensor> argument =
        makeArgument(i, spec, (*inputs)[i], (*shapes)[i], options);
    if (!argument)
      return argument.takeError();
    arguments.push_back(*argument);
  }
  return arguments;
}
