//===- Rewrite.h - A proven norm as an op -----------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_REWRITE_H
#define NORM_RAISE_REWRITE_H

#include "Norm/Raise/BuildGraph.h"
#include "Norm/Raise/Match.h"

namespace mlir::norm {

/// The tensor with its dims regrouped: `from` are the digits of its dims, `to`
/// the same digits in the dims of the result. Views where the order of the
/// digits is the same, else a transpose between two views.
Value regroupDims(OpBuilder &builder, Location loc, ExtentTable &extents,
                  Value tensor, const Index &from, const Index &to);

/// The dims of the host that a value of its body has, as the graph has it.
AffineMap getBodyMap(const ExprGraph &graph, Value value,
                     linalg::LinalgOp host);

/// A tensor that holds the node and is computed before `op`, made from the body
/// of a linalg op if need be. Null if there is none.
Value getTensorBefore(ExprGraph &graph, Node *node, Operation *op);

/// Puts the named op in the place of y, and of statistics that are used
/// elsewhere, and erases what has no use any more. Null if an operand cannot be
/// had as a tensor.
Operation *rewriteMatch(ExprGraph &graph, const Match &match,
                        MutableArrayRef<Assertion> assertions);

} // namespace mlir::norm

#endif // NORM_RAISE_REWRITE_H
