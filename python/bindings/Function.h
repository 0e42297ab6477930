//===- Function.h - A compiled function as a Python callable ----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PYTHON_FUNCTION_H
#define NORM_PYTHON_FUNCTION_H

#include "Norm/Run/Jit.h"
#include <nanobind/nanobind.h>

namespace mlir::norm::python {

/// A compiled function. Immutable, so that threads may call it at once.
class Function {
public:
  /// `extents`, if any dynamic extents, is compiled from the function's
  /// ExtentContract, whose checks say `messages`.
  Function(std::string name, Signature asRead, Kernel kernel,
           std::optional<Kernel> extents, std::vector<std::string> messages)
      : name(std::move(name)), asRead(std::move(asRead)),
        kernel(std::move(kernel)), extents(std::move(extents)),
        messages(std::move(messages)) {}

  /// Arguments are checked before anything runs; tensor results are written to
  /// `out`, or to new arrays of the framework of the first array argument. On
  /// CUDA, the work is put on `stream`, and nothing waits for it.
  nanobind::object call(nanobind::args arguments, nanobind::object out,
                        nanobind::object stream) const;
  /// The same; NotImplemented where an argument is of another dtype, shape or
  /// kind of device than what the function is compiled for.
  nanobind::object callIfFits(nanobind::args arguments, nanobind::object out,
                              nanobind::object stream) const;

  const std::string &getName() const { return name; }
  /// `f(tensor<?x8xf32>, f32) -> tensor<?x8xf32>`, for people.
  std::string format() const;

private:
  class Call;

  nanobind::object call(nanobind::args arguments, nanobind::handle out,
                        nanobind::handle stream, bool mustFit) const;

  std::string name;
  /// Tensors are still results.
  Signature asRead;
  /// Tensor results are trailing memref arguments.
  Kernel kernel;
  std::optional<Kernel> extents;
  std::vector<std::string> messages;
};

} // namespace mlir::norm::python

#endif // NORM_PYTHON_FUNCTION_H
