//===- ParseBody.cpp - A kernel's registers, variables and statements --*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

using namespace llvm;
using namespace mlir::norm::ptx;

Error Parser::parseBody() {
  while (true) {
    addImplicitDef();
    if (lexer.isAtEnd())
      return makeError("expected '}' before the end");
    if (lexer.consume('{')) {
      scopes.emplace_back();
      continue;
    }
    if (lexer.consume('}')) {
      scopes.pop_back();
      if (scopes.empty())
        return Error::success();
      continue;
    }
    size_t begin = lexer.getPosition();
    Statement statement;
    statement.line = lexer.getLine();
    if (lexer.consume('@')) {
      statement.isGuardNegated = lexer.consume('!');
      Expected<Value> guard = parseValue();
      if (!guard)
        return guard.takeError();
      statement.guard = *guard;
    }
    StringRef word = lexer.takeWord();
    if (word.empty())
      return makeError("expected an instruction before '" +
                       Twine(lexer.peek()) + "'");
    if (lexer.consume(':')) {
      kernel.labels[word] = kernel.body.size();
      continue;
    }
    Error error = word.starts_with(".")
                      ? parseDirective(word)
                      : parseStatement(word, std::move(statement), begin);
    if (error)
      return error;
  }
}

/// As if something had been written to the register: whoever depends on what
/// it was sees numbers that are none.
void Parser::addImplicitDef() {
  std::optional<unsigned> index = findRegister(lexer.takeImplicitDef());
  if (!index)
    return;
  Statement statement;
  statement.line = lexer.getLine();
  statement.text = statement.opcode = "implicit-def";
  Operand result;
  result.values.push_back({Value::Kind::reg, *index, 0, ""});
  statement.operands.push_back(result);
  kernel.body.push_back(statement);
}

Error Parser::parseDirective(StringRef word) {
  if (word == ".reg")
    return parseRegisters();
  if (word == ".shared")
    return parseSharedVariable(false, kernel.variables);
  if (word == ".pragma")
    return skipPast(';');
  if (word == ".loc" || word == ".file") {
    lexer.skipLine();
    return Error::success();
  }
  if (word == ".local")
    return makeError("local memory is not supported");
  return makeError("not supported in a kernel: '" + word + "'");
}

Error Parser::parseRegisters() {
  StringRef type = lexer.takeWord();
  std::optional<unsigned> bytes = getTypeBytes(type);
  if (!bytes || *bytes == 1)
    return makeError("registers of type '" + type + "' are not supported");
  do {
    StringRef prefix = lexer.takeWord();
    Declaration declaration{*bytes ? *bytes * 8 : 1, lexer.consume('<'), {}};
    if (declaration.isRange) {
      lexer.takeWord();
      if (Error error = expect('>'))
        return error;
    }
    scopes.back()[prefix] = std::move(declaration);
  } while (lexer.consume(','));
  return expect(';');
}

Error Parser::parseSharedVariable(bool isExtern,
                                  std::vector<SharedVariable> &into) {
  SharedVariable variable;
  variable.isExtern = isExtern;
  unsigned elementBytes = 0;
  while (variable.name.empty()) {
    StringRef word = lexer.takeWord();
    if (word == ".align") {
      if (lexer.takeWord().getAsInteger(10, variable.alignment))
        return makeError("expected an alignment");
    } else if (std::optional<unsigned> bytes = getTypeBytes(word)) {
      elementBytes = *bytes;
    } else if (word.empty() || word.starts_with(".")) {
      return makeError("shared variable: '" + word + "' is not supported");
    } else {
      variable.name = word;
    }
  }
  variable.bytes = elementBytes;
  if (lexer.consume('[')) {
    uint64_t count = 0;
    if (lexer.peek() != ']' && lexer.takeWord().getAsInteger(10, count))
      return makeError("expected the number of elements");
    variable.bytes *= count;
    if (Error error = expect(']'))
      return error;
  }
  into.push_back(variable);
  return expect(';');
}
