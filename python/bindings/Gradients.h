//===- Gradients.h - Gradients that a result would not have -----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PYTHON_GRADIENTS_H
#define NORM_PYTHON_GRADIENTS_H

#include "Array.h"

namespace mlir::norm::python {

/// A gradient that the results will not have must not be lost without a word.
/// Only PyTorch has them.
bool areGradientsRecorded();

/// Such an array is a TypeError.
void checkGradient(nanobind::handle object, const OperandName &what);

} // namespace mlir::norm::python

#endif // NORM_PYTHON_GRADIENTS_H
