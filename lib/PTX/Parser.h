//===- Parser.h - From text to kernels --------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_PTX_PARSER_H
#define NORM_LIB_PTX_PARSER_H

#include "Lexer.h"
#include "Norm/PTX/Module.h"

namespace mlir::norm::ptx {

/// Reads what LLVM writes: kernels, their parameters, registers, shared
/// variables and instructions. What the instructions are is not its matter.
class Parser {
public:
  Parser(Module &module)
      : name(module.source->name), kernels(module.kernels),
        lexer(module.source->text) {}

  llvm::Error parseModule();

private:
  /// `.reg .b32 %r<8>` declares %r0 … %r7, `.reg .b16 t` declares t.
  struct Declaration {
    unsigned bits;
    bool isRange;
    llvm::StringMap<unsigned> indices;
  };
  using Scope = llvm::StringMap<Declaration>;

  llvm::Error makeError(const llvm::Twine &message) const {
    return llvm::createStringError(name + ":" + llvm::Twine(lexer.getLine()) +
                                   ": " + message);
  }
  llvm::Error expect(char c) {
    if (lexer.consume(c))
      return llvm::Error::success();
    return makeError("expected '" + llvm::Twine(c) + "' before '" +
                     llvm::Twine(lexer.peek()) + "'");
  }
  llvm::Error skipPast(char c);
  llvm::Error skipBraces();
  llvm::Error parseKernel();
  llvm::Error parseParameters();
  llvm::Expected<bool> parsePerformanceDirective(llvm::StringRef word);
  llvm::Expected<Dim3> parseDim3();
  llvm::Error parseBody();
  llvm::Error parseDirective(llvm::StringRef word);
  llvm::Error parseRegisters();
  llvm::Error parseSharedVariable(bool isExtern,
                                  std::vector<SharedVariable> &into);
  llvm::Error parseStatement(llvm::StringRef word, Statement statement,
                             size_t begin);
  llvm::Expected<Operand> parseOperand();
  llvm::Error parseList(char close, Operand &operand);
  llvm::Expected<Value> parseValue();
  llvm::Expected<Value> resolve(llvm::StringRef word);
  std::optional<unsigned> findRegister(llvm::StringRef word);
  void addImplicitDef();

  llvm::StringRef name;
  std::vector<Kernel> &kernels;
  Lexer lexer;
  std::vector<SharedVariable> moduleVariables;
  /// Of the kernel at hand.
  Kernel kernel;
  std::vector<Scope> scopes;
};

/// Of `.b32` and its like; 0 of `.pred`.
std::optional<unsigned> getTypeBytes(llvm::StringRef type);

} // namespace mlir::norm::ptx

#endif // NORM_LIB_PTX_PARSER_H
