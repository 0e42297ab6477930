//===- Function.cpp - A compiled function as a Python callable --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Function.h"
#include "Call.h"
#include "llvm/ADT/StringExtras.h"

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::python;

using Kind = ValueSpec::Kind;

nb::object Function::call(nb::args arguments, nb::object out,
                          nb::object stream) const {
  return call(arguments, out, stream, /*mustFit=*/false);
}

nb::object Function::callIfFits(nb::args arguments, nb::object out,
                                nb::object stream) const {
  try {
    return call(arguments, out, stream, /*mustFit=*/true);
  } catch (Call::Misfit) {
    return nb::borrow(Py_NotImplemented);
  }
}

nb::object Function::call(nb::args arguments, nb::handle out, nb::handle stream,
                          bool mustFit) const {
  Call call(*this, stream, mustFit);
  call.readArguments(arguments);
  call.checkExtents();
  if (out.is_none())
    call.makeOuts();
  else
    call.readOuts(out);
  call.checkOverlaps();
  call.run();
  return call.takeResults();
}

std::string Function::format() const {
  auto list = [](ArrayRef<ValueSpec> specs) {
    SmallVector<std::string> texts;
    for (const ValueSpec &spec : specs)
      texts.push_back(spec.kind == Kind::scalar ? spec.format()
                      : spec.kind == Kind::memref
                          ? "memref<" + spec.format() + ">"
                          : "tensor<" + spec.format() + ">");
    return llvm::join(texts, ", ");
  };
  return name + "(" + list(asRead.arguments) + ") -> (" + list(asRead.results) +
         ")";
}
