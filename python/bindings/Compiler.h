//===- Compiler.h - From text to text, and to a function --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PYTHON_COMPILER_H
#define NORM_PYTHON_COMPILER_H

#include "Function.h"

namespace mlir::norm::python {

/// Becomes norm_mlir.CompileError.
struct CompileError : std::exception {
  explicit CompileError(std::vector<std::string> diagnostics);
  const char *what() const noexcept override { return text.c_str(); }

  std::vector<std::string> diagnostics;
  std::string text;
};

/// Parses a module, runs a pipeline, prints the module.
std::string opt(const std::string &text, const std::string &pipeline);

/// Compiles a function for this machine, raised and fused first if so told.
std::unique_ptr<Function> compile(const std::string &text,
                                  const std::string &entry,
                                  const std::string &target, bool fuse,
                                  const std::string &options);

} // namespace mlir::norm::python

#endif // NORM_PYTHON_COMPILER_H
