//===- Error.h - Exceptions of Python ---------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PYTHON_ERROR_H
#define NORM_PYTHON_ERROR_H

#include "llvm/ADT/Twine.h"
#include <nanobind/nanobind.h>

namespace mlir::norm::python {

[[noreturn]] inline void typeError(const llvm::Twine &message) {
  throw nanobind::type_error(message.str().c_str());
}

[[noreturn]] inline void valueError(const llvm::Twine &message) {
  throw nanobind::value_error(message.str().c_str());
}

} // namespace mlir::norm::python

#endif // NORM_PYTHON_ERROR_H
