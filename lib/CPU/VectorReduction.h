//===- VectorReduction.h - From lanes to one value per row ------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_CPU_VECTORREDUCTION_H
#define NORM_LIB_CPU_VECTORREDUCTION_H

#include "Norm/IR/Norm.h"

namespace mlir::norm {

/// Combines the lanes of each row's vector. One row gives a scalar, several a
/// vector with an element each: four rows are transposed on the way, which
/// takes a third of the steps of four reductions. The order does not depend on
/// how many rows there are.
Value reduceLanes(OpBuilder &builder, Location loc, Combiner kind,
                  ArrayRef<Value> rows);

} // namespace mlir::norm

#endif // NORM_LIB_CPU_VECTORREDUCTION_H
