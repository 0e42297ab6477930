//===- Gradients.cpp - Gradients that a result would not have ---*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Gradients.h"
#include "Error.h"

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::python;

bool mlir::norm::python::areGradientsRecorded() {
  // Never freed: it would be after the interpreter.
  static PyObject *isGradEnabled = nullptr;
  if (!isGradEnabled) {
    nb::object modules = nb::module_::import_("sys").attr("modules");
    if (PyMapping_HasKeyString(modules.ptr(), "torch") != 1)
      return false;
    isGradEnabled =
        nb::getattr(modules["torch"], "is_grad_enabled").release().ptr();
  }
  return nb::handle(isGradEnabled)().ptr() == Py_True;
}

void mlir::norm::python::checkGradient(nb::handle object,
                                       const OperandName &what) {
  static PyObject *name = PyUnicode_InternFromString("requires_grad");
  nb::object requiresGradient = nb::steal(PyObject_GetAttr(object.ptr(), name));
  if (!requiresGradient.is_valid())
    PyErr_Clear();
  else if (requiresGradient.ptr() == Py_True)
    throw nb::type_error((what.str() +
                          " requires a gradient, and the function has none: "
                          "call it under torch.no_grad(), or detach() it")
                             .c_str());
}
