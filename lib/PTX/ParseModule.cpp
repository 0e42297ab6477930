//===- ParseModule.cpp - Kernels and what they are declared with --*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Parser.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace mlir::norm::ptx;

Error Parser::skipPast(char c) {
  while (!lexer.consume(c)) {
    if (lexer.isAtEnd())
      return makeError("expected '" + Twine(c) + "' before the end");
    if (lexer.takeWord().empty())
      lexer.consume(lexer.peek());
  }
  return Error::success();
}

Error Parser::skipBraces() {
  for (unsigned depth = 1; depth;) {
    if (lexer.isAtEnd())
      return makeError("expected '}' before the end");
    if (lexer.consume('{'))
      ++depth;
    else if (lexer.consume('}'))
      --depth;
    else if (lexer.takeWord().empty())
      lexer.consume(lexer.peek());
  }
  return Error::success();
}

Error Parser::parseModule() {
  bool isExtern = false;
  while (!lexer.isAtEnd()) {
    StringRef word = lexer.takeWord();
    if (word == ".version" || word == ".target" || word == ".address_size" ||
        word == ".file" || word == ".loc") {
      lexer.skipLine();
    } else if (word == ".visible" || word == ".weak" || word == ".common") {
      continue;
    } else if (word == ".extern") {
      isExtern = true;
      continue;
    } else if (word == ".entry") {
      if (Error error = parseKernel())
        return error;
    } else if (word == ".shared") {
      if (Error error = parseSharedVariable(isExtern, moduleVariables))
        return error;
    } else if (word == ".func" && isExtern) {
      // Where it is called, the call is what cannot be run.
      if (Error error = skipPast(';'))
        return error;
    } else if (word == ".section") {
      if (Error error = skipPast('{'))
        return error;
      if (Error error = skipBraces())
        return error;
    } else {
      return makeError("not supported in a module: '" +
                       (word.empty() ? Twine(lexer.peek()) : Twine(word)) +
                       "'");
    }
    isExtern = false;
  }
  return Error::success();
}

Error Parser::parseKernel() {
  kernel = Kernel();
  kernel.name = lexer.takeWord();
  kernel.variables = moduleVariables;
  if (lexer.peek() == '(')
    if (Error error = parseParameters())
      return error;
  while (lexer.peek() != '{') {
    StringRef word = lexer.takeWord();
    Expected<bool> known = parsePerformanceDirective(word);
    if (!known)
      return known.takeError();
    if (!*known)
      return makeError("not supported on a kernel: '" + word + "'");
  }
  lexer.consume('{');
  scopes.assign(1, {});
  if (Error error = parseBody())
    return error;
  kernels.push_back(std::move(kernel));
  return Error::success();
}

std::optional<unsigned> mlir::norm::ptx::getTypeBytes(StringRef type) {
  unsigned bits;
  if (!type.consume_front(".") || type.empty())
    return std::nullopt;
  if (type == "pred")
    return 0;
  if (StringRef("busf").contains(type.front()) &&
      !type.drop_front().getAsInteger(10, bits) && bits % 8 == 0 && bits <= 64)
    return bits / 8;
  return std::nullopt;
}

Error Parser::parseParameters() {
  lexer.consume('(');
  while (!lexer.consume(')')) {
    Parameter parameter{"", 0};
    while (parameter.name.empty() || !parameter.bytes) {
      StringRef word = lexer.takeWord();
      if (std::optional<unsigned> bytes = getTypeBytes(word))
        parameter.bytes = *bytes;
      else if (word == ".align")
        lexer.takeWord();
      else if (word.empty())
        return makeError("expected a parameter before '" + Twine(lexer.peek()) +
                         "'");
      else if (!word.starts_with("."))
        parameter.name = word;
    }
    // A half is an array of bytes.
    if (lexer.consume('[')) {
      unsigned count;
      if (lexer.takeWord().getAsInteger(10, count) || !lexer.consume(']'))
        return makeError("parameter '" + parameter.name +
                         "': expected a number of elements");
      parameter.bytes *= count;
    }
    constexpr unsigned most = sizeof(uint64_t);
    if (parameter.bytes == 0 || parameter.bytes > most)
      return makeError("parameter '" + parameter.name + "' has " +
                       Twine(parameter.bytes) + " bytes; 1 to " + Twine(most) +
                       " are supported");
    kernel.parameters.push_back(parameter);
    lexer.consume(',');
  }
  return Error::success();
}

Expected<Dim3> Parser::parseDim3() {
  unsigned extents[] = {1, 1, 1};
  for (unsigned &extent : extents) {
    StringRef word = lexer.takeWord();
    if (word.getAsInteger(10, extent))
      return makeError("expected a number, not '" + word + "'");
    if (!lexer.consume(','))
      break;
  }
  return Dim3{extents[0], extents[1], extents[2]};
}

/// False if it is none.
Expected<bool> Parser::parsePerformanceDirective(StringRef word) {
  if (word == ".minnctapersm" || word == ".maxclusterrank")
    return lexer.takeWord(), true;
  if (word == ".maxnreg") {
    StringRef number = lexer.takeWord();
    if (number.getAsInteger(10, kernel.maxRegisters))
      return makeError("expected a number, not '" + number + "'");
    return true;
  }
  if (word == ".explicitcluster")
    return true;
  std::optional<Dim3> *target =
      StringSwitch<std::optional<Dim3> *>(word)
          .Case(".maxntid", &kernel.maxThreads)
          .Case(".reqntid", &kernel.requiredThreads)
          .Case(".reqnctapercluster", &kernel.requiredCluster)
          .Default(nullptr);
  if (!target)
    return false;
  Expected<Dim3> extents = parseDim3();
  if (!extents)
    return extents.takeError();
  *target = *extents;
  return true;
}

//===----------------------------------------------------------------------===//
// Module
//===----------------------------------------------------------------------===//

Expected<Module> Module::parse(StringRef text, StringRef name) {
  Module module;
  module.source = std::make_unique<Source>(Source{name.str(), text.str()});
  if (Error error = Parser(module).parseModule())
    return error;
  return module;
}

Expected<const Kernel *> Module::findKernel(StringRef name) const {
  std::string names;
  for (const Kernel &kernel : kernels) {
    if (kernel.name == name || (name.empty() && kernels.size() == 1))
      return &kernel;
    names += (names.empty() ? "" : ", ") + kernel.name.str();
  }
  std::string problem =
      name.empty() ? "name a kernel" : "no kernel '" + name.str() + "'";
  return createStringError(getName() + ": " + problem + "; there is " +
                           (names.empty() ? "none" : names));
}
