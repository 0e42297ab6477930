//===- TransformOps.h - Decompose in transform scripts -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_DECOMPOSE_TRANSFORMOPS_H
#define NORM_DECOMPOSE_TRANSFORMOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"

#define GET_OP_CLASSES
#include "Norm/Decompose/TransformOps.h.inc"

namespace mlir::norm {
/// Adds transform.apply_patterns.norm.* to the transform dialect.
void registerTransformDialectExtension(DialectRegistry &registry);
} // namespace mlir::norm

#endif // NORM_DECOMPOSE_TRANSFORMOPS_H
