//===- ManualDeallocations.h - Buffers that their function frees -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_CPU_MANUALDEALLOCATIONS_H
#define NORM_CPU_MANUALDEALLOCATIONS_H

#include "mlir/IR/Operation.h"

namespace mlir::norm {

/// What norm-mark-manual-deallocations does.
void markManualDeallocations(Operation *root);

} // namespace mlir::norm

#endif // NORM_CPU_MANUALDEALLOCATIONS_H
