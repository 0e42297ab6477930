//===- DynamicGroups.h - Extents that a reshape leaves open -----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_CPU_DYNAMICGROUPS_H
#define NORM_LIB_CPU_DYNAMICGROUPS_H

#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

namespace mlir::norm {

/// True if the collapsed shape says too little of the expanded `shape`: some
/// group has two dynamic extents.
inline bool hasOpenGroup(ArrayRef<int64_t> shape,
                         ArrayRef<ReassociationIndices> groups) {
  return llvm::any_of(groups, [&](ArrayRef<int64_t> group) {
    return llvm::count_if(group, [&](int64_t dim) {
             return ShapedType::isDynamic(shape[dim]);
           }) > 1;
  });
}

} // namespace mlir::norm

#endif // NORM_LIB_CPU_DYNAMICGROUPS_H
