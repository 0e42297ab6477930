//===- TransformOps.h - The rewrites in transform scripts -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_FUSE_TRANSFORMOPS_H
#define NORM_FUSE_TRANSFORMOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"
#include "mlir/IR/OpImplementation.h"

#define GET_OP_CLASSES
#include "Norm/Fuse/TransformOps.h.inc"

namespace mlir::norm {
/// Makes `transform.apply_patterns.norm.*` known to the transform dialect.
void registerFuseTransformDialectExtension(DialectRegistry &registry);
} // namespace mlir::norm

#endif // NORM_FUSE_TRANSFORMOPS_H
