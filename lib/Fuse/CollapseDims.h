//===- CollapseDims.h - Fewer dims, same values -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_FUSE_COLLAPSEDIMS_H
#define NORM_LIB_FUSE_COLLAPSEDIMS_H

#include "Norm/IR/Norm.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::norm {

/// A partition of the loop dims; each group, in its order, becomes one dim.
using DimGroups = SmallVector<SmallVector<unsigned>>;

/// True if an operand with this map has the dims one after the other, or has
/// neither: it can have them as one.
bool areSideBySide(AffineMap map, unsigned first, unsigned second);

/// Replaces `op`, whose operands all have each group side by side, by one over
/// the groups, through reshapes of the operands and of the results.
void collapseDims(RewriterBase &rewriter, GenericOp op,
                  const DimGroups &groups);

} // namespace mlir::norm

#endif // NORM_LIB_FUSE_COLLAPSEDIMS_H
