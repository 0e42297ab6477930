//===- MemorySpaces.h - Where memrefs say they are --------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_MEMORYSPACES_H
#define NORM_IR_MEMORYSPACES_H

#include "mlir/IR/Operation.h"

namespace mlir::norm {

/// In `root` and all in it, memrefs in spaces that are `dropped` are in the
/// default one; so are types within types and attributes.
void dropMemorySpaces(Operation *root, function_ref<bool(Attribute)> dropped);

} // namespace mlir::norm

#endif // NORM_IR_MEMORYSPACES_H
