//===- HasKernel.h - Which ops there are kernels for -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_GPU_HASKERNEL_H
#define NORM_LIB_GPU_HASKERNEL_H

#include "Norm/GPU/Chip.h"
#include "Norm/IR/Norm.h"

namespace mlir::norm {

/// Fails with the reason why the chip has no code for the op, whatever its
/// shape.
LogicalResult verifyHasKernel(GenericOp op, const GPUChip &chip,
                              std::string &reason);

} // namespace mlir::norm

#endif // NORM_LIB_GPU_HASKERNEL_H
