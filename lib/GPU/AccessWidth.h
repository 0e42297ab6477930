//===- AccessWidth.h - Elements accessed at once -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_GPU_ACCESSWIDTH_H
#define NORM_LIB_GPU_ACCESSWIDTH_H

#include "Norm/GPU/Plan.h"

namespace mlir::norm {

/// The most elements, a power of two, that each operand may be accessed by at
/// once along `dim`, as far as is known before run time.
int64_t getVectorWidth(GenericOp op, unsigned dim, int64_t extent);

/// Elements of a row have addresses that have nothing to do with each other: by
/// division, or by strides that are not known.
bool isScattered(const GPUPlan &plan, GenericOp op);

} // namespace mlir::norm

#endif // NORM_LIB_GPU_ACCESSWIDTH_H
