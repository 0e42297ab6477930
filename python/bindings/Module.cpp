//===- Module.cpp - The extension module norm_mlir._norm --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace mlir::norm::python;

/// Python's class, with the diagnostics as an attribute.
static void registerCompileError(nb::module_ &m) {
  static nb::object type;
  type = nb::exception<CompileError>(m, "CompileError", PyExc_ValueError);
  type.attr("__doc__") = "Text does not compile. `diagnostics` has what MLIR "
                         "said, one string each.";
  nb::register_exception_translator(
      [](const std::exception_ptr &pointer, void *) {
        try {
          std::rethrow_exception(pointer);
        } catch (const CompileError &error) {
          nb::object instance = type(error.what());
          instance.attr("diagnostics") = nb::cast(error.diagnostics);
          PyErr_SetObject(type.ptr(), instance.ptr());
        }
      });
}

NB_MODULE(_norm, m) {
  // PyTorch keeps compiled graphs until the process ends, and so kernels.
  nb::set_leak_warnings(false);
  registerCompileError(m);
  m.def("opt", &opt, nb::arg("text"), nb::arg("pipeline"));
  m.def("compile", &compile, nb::arg("text"), nb::arg("entry"),
        nb::arg("target"), nb::arg("fuse"), nb::arg("options"));
  nb::class_<Function>(m, "Function")
      .def("__call__",
           nb::overload_cast<nb::args, nb::object, nb::object>(&Function::call,
                                                               nb::const_),
           nb::arg("arguments"), nb::arg("out") = nb::none(),
           nb::arg("stream") = nb::none())
      .def("_call_if_fits", &Function::callIfFits, nb::arg("arguments"),
           nb::arg("out") = nb::none(), nb::arg("stream") = nb::none())
      .def_prop_ro("name", &Function::getName)
      .def("__repr__", [](const Function &function) {
        return "<norm_mlir.Function " + function.format() + ">";
      });
}
