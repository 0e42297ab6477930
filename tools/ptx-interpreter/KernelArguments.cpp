//===- KernelArguments.cpp - Parameters on a command line -------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelArguments.h"
#include "Norm/Run/Npy.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::norm;

/// `4x4096xf32`, or `f32`.
static std::optional<std::pair<SmallVector<int64_t>, DType>>
parseType(StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, 'x');
  std::optional<DType> dtype =
      llvm::StringSwitch<std::optional<DType>>(parts.back())
          .Case("i8", DType::i8)
          .Case("i16", DType::i16)
          .Case("i32", DType::i32)
          .Case("i64", DType::i64)
          .Case("f16", DType::f16)
          .Case("bf16", DType::bf16)
          .Case("f32", DType::f32)
          .Case("f64", DType::f64)
          .Case("f8E4M3FN", DType::f8E4M3FN)
          .Case("f8E5M2", DType::f8E5M2)
          .Default(std::nullopt);
  SmallVector<int64_t> shape;
  for (StringRef part : ArrayRef(parts).drop_back())
    if (part.getAsInteger(10, shape.emplace_back()) || shape.back() < 0)
      return std::nullopt;
  if (!dtype)
    return std::nullopt;
  return std::pair(shape, *dtype);
}

llvm::Expected<KernelArguments::Argument>
KernelArguments::parseNumber(StringRef type, StringRef text) {
  Argument argument;
  int64_t integer;
  double number;
  if ((type == "i32" || type == "i64") && !text.getAsInteger(0, integer))
    argument.bits = integer;
  else if (type == "f32" && !text.getAsDouble(number))
    argument.bits = llvm::bit_cast<uint32_t>(float(number));
  else if (type == "f64" && !text.getAsDouble(number))
    argument.bits = llvm::bit_cast<uint64_t>(number);
  else
    return llvm::createStringError("--arg=" + type + ":" + text +
                                   ": no such argument");
  return argument;
}

llvm::Expected<KernelArguments::Argument>
KernelArguments::parse(StringRef text, ptx::DeviceMemory &memory,
                       unsigned number) {
  SmallVector<StringRef, 4> parts;
  text.split(parts, ':');
  StringRef kind = parts[0];
  bool reads = kind == "in" || kind == "inout";
  bool writes = kind == "out" || kind == "inout";
  if (!reads && !writes && kind != "random") {
    auto [type, value] = text.split(':');
    return parseNumber(type, value);
  }
  size_t most = kind == "inout" ? 4 : kind == "random" ? 2 : 3;
  size_t least = kind == "out" ? 2 : most;
  auto type = parts.size() > 1 ? parseType(parts[1]) : std::nullopt;
  if (!type || parts.size() > most || parts.size() < least)
    return llvm::createStringError("--arg=" + text + ": no such argument");
  Argument argument;
  if (reads) {
    llvm::Expected<HostTensor> tensor = readNpy(parts[2], type->second);
    if (!tensor)
      return tensor.takeError();
    argument.buffer = *tensor;
  } else {
    argument.buffer.emplace(type->second, type->first);
    if (kind == "random")
      argument.buffer->fillRandom(number);
  }
  argument.isOutput = writes;
  if (writes && parts.size() == most)
    argument.outputFile = parts.back().str();
  argument.bits = reinterpret_cast<uintptr_t>(argument.buffer->getData());
  memory.add(argument.buffer->getData(), argument.buffer->getNumBytes(),
             "argument " + std::to_string(number), kind != "out");
  return argument;
}

llvm::Expected<KernelArguments>
KernelArguments::create(const ptx::Kernel &kernel, ArrayRef<std::string> texts,
                        ptx::DeviceMemory &memory) {
  KernelArguments result;
  if (texts.size() != kernel.parameters.size())
    return llvm::createStringError(
        "kernel '" + kernel.name + "' has " + Twine(kernel.parameters.size()) +
        " parameters; --arg is given " + Twine(texts.size()) + " times");
  for (auto [i, text] : llvm::enumerate(texts)) {
    llvm::Expected<Argument> argument = parse(text, memory, i);
    if (!argument)
      return argument.takeError();
    result.arguments.push_back(std::move(*argument));
  }
  return result;
}

SmallVector<const void *> KernelArguments::getPointers() const {
  SmallVector<const void *> pointers;
  for (const Argument &argument : arguments)
    pointers.push_back(&argument.bits);
  return pointers;
}

llvm::Error KernelArguments::write(llvm::raw_ostream &os) const {
  constexpr int64_t shown = 8;
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    if (!argument.isOutput)
      continue;
    const HostTensor &buffer = *argument.buffer;
    int64_t size = buffer.getNumElements();
    os << "argument " << i << ": "
       << formatType(buffer.getShape(), buffer.getDType()) << " [";
    for (int64_t k = 0; k < std::min(size, shown); ++k) {
      os << (k ? ", " : "");
      if (isFloat(buffer.getDType()))
        os << llvm::format("%.9g", buffer.get(k));
      else
        os << int64_t(buffer.get(k));
    }
    os << (size > shown ? ", …]\n" : "]\n");
    if (!argument.outputFile.empty())
      if (llvm::Error error = writeNpy(argument.outputFile, buffer))
        return error;
  }
  return llvm::Error::success();
}

static void print(llvm::raw_ostream &os, StringRef what,
                  ArrayRef<uint8_t> counts) {
  auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  os << what << " " << int(*least);
  if (*least != *most)
    os << " to " << int(*most);
  os << " times";
}

void KernelArguments::printAccesses(const ptx::DeviceMemory &memory,
                                    llvm::raw_ostream &os) const {
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    if (!argument.buffer || !argument.buffer->getNumBytes())
      continue;
    const ptx::DeviceMemory::Buffer &buffer =
        memory.getBuffers().at(argument.bits);
    os << "argument " << i << ": each byte";
    print(os, " loaded", buffer.loads);
    print(os, ", stored", buffer.stores);
    os << "\n";
  }
}
