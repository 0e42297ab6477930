//===- ParseOperand.cpp - Operands, registers and numbers -------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Parser.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace mlir::norm::ptx;

Error Parser::parseStatement(StringRef word, Statement statement,
                             size_t begin) {
  statement.opcode = word;
  while (lexer.peek() != ';') {
    Expected<Operand> operand = parseOperand();
    if (!operand)
      return operand.takeError();
    statement.operands.push_back(std::move(*operand));
    if (!lexer.consume(','))
      break;
  }
  if (Error error = expect(';'))
    return error;
  statement.text = lexer.getTextFrom(begin);
  kernel.body.push_back(std::move(statement));
  return Error::success();
}

Error Parser::parseList(char close, Operand &operand) {
  while (!lexer.consume(close)) {
    Expected<Value> value = parseValue();
    if (!value)
      return value.takeError();
    operand.values.push_back(*value);
    lexer.consume(',');
  }
  return Error::success();
}

Expected<Operand> Parser::parseOperand() {
  Operand operand;
  if (lexer.consume('{') || lexer.peek() == '(') {
    operand.kind = Operand::Kind::vector;
    if (Error error = parseList(lexer.consume('(') ? ')' : '}', operand))
      return error;
    return operand;
  }
  bool isAddress = lexer.consume('[');
  Expected<Value> value = parseValue();
  if (!value)
    return value.takeError();
  operand.values.push_back(*value);
  if (isAddress) {
    operand.kind = Operand::Kind::address;
    if (lexer.consume('+') && lexer.takeWord().getAsInteger(0, operand.offset))
      return makeError("expected an offset");
    if (Error error = expect(']'))
      return error;
  } else if (lexer.consume('|')) {
    operand.kind = Operand::Kind::pair;
    Expected<Value> second = parseValue();
    if (!second)
      return second.takeError();
    operand.values.push_back(*second);
  }
  return operand;
}

Expected<Value> Parser::parseValue() {
  StringRef word = lexer.takeWord();
  if (word.empty())
    return makeError("expected an operand before '" + Twine(lexer.peek()) +
                     "'");
  return resolve(word);
}

Expected<Value> Parser::resolve(StringRef word) {
  if (word == "_")
    return Value();
  if (std::optional<unsigned> index = findRegister(word))
    return Value{Value::Kind::reg, *index, 0, word};
  if (word.starts_with("%"))
    return Value{Value::Kind::special, 0, 0, word};
  if (!isDigit(word.front()) && word.front() != '-')
    return Value{Value::Kind::symbol, 0, 0, word};
  uint64_t bits;
  StringRef digits = word;
  if (digits.consume_front_insensitive("0f") ||
      digits.consume_front_insensitive("0d")) {
    if (!digits.getAsInteger(16, bits))
      return Value{Value::Kind::number, 0, bits, word};
  } else {
    int64_t integer;
    digits = word.ends_with("U") ? word.drop_back() : word;
    if (!digits.getAsInteger(0, bits))
      return Value{Value::Kind::number, 0, bits, word};
    if (!digits.getAsInteger(0, integer))
      return Value{Value::Kind::number, 0, uint64_t(integer), word};
  }
  return makeError("not a number: '" + word + "'");
}

std::optional<unsigned> Parser::findRegister(StringRef word) {
  if (word.empty())
    return std::nullopt;
  StringRef prefix = word.rtrim("0123456789");
  for (Scope &scope : llvm::reverse(scopes)) {
    auto found = scope.find(word);
    if (found == scope.end() || found->second.isRange) {
      found = scope.find(prefix);
      if (found == scope.end() || !found->second.isRange || prefix == word)
        continue;
    }
    auto [index, isNew] =
        found->second.indices.try_emplace(word, kernel.registers.size());
    if (isNew)
      kernel.registers.push_back({word, found->second.bits});
    return index->second;
  }
  return std::nullopt;
}
