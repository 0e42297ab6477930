//===- Neighbour.h - What stands beside a norm -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_FUSE_NEIGHBOUR_H
#define NORM_LIB_FUSE_NEIGHBOUR_H

#include "Norm/IR/Norm.h"
#include "mlir/IR/PatternMatch.h"

// Every structured linalg op, generic or named, has a scalar body and indexing
// maps: linalg.add, linalg.broadcast, linalg.transpose and linalg.fill need no
// code of their own.

namespace mlir::norm {
class GenericBuilder;

/// Fails where no fusion applies to the norm as it is: on buffers, and where it
/// has no rows of its own but those of the layer norm it expands to.
LogicalResult checkFusible(RewriterBase &rewriter, RowOpInterface norm);

/// Says why a neighbour stays outside; `--norm-fuse` makes a remark of it.
/// Always failure.
LogicalResult refuse(RewriterBase &rewriter, Operation *neighbour,
                     Operation *norm, const Twine &reason);

/// The first thing that keeps the body of `op` out of a norm.generic, or an
/// empty string.
std::string findObstacle(linalg::LinalgOp op);
/// The same of ops on buffers too.
std::string findBodyObstacle(linalg::LinalgOp op);

/// Clones the body of `op` for one element of each of its inputs; returns what
/// it yields.
SmallVector<Value> inlineBody(OpBuilder &builder, linalg::LinalgOp op,
                              ValueRange elements);

/// The dims of `consumer` as a function of those of `norm`, read off an operand
/// that both index: all dims, or the parallel ones; null if there is none.
AffineMap inferDims(linalg::LinalgOp consumer, RowOpInterface norm);

/// True if `dims`, a map from the dims of `norm`, has exactly its parallel
/// ones.
bool isRowMap(RowOpInterface norm, AffineMap dims);

/// Why the element of a result of `norm` that `consumer` needs is not the one
/// that the norm has at hand; empty if it is.
std::string findMisread(linalg::LinalgOp consumer, RowOpInterface norm,
                        AffineMap dims);

/// What the body of `consumer` is inlined with into the norm.
SmallVector<Value> getElements(GenericBuilder &builder,
                               linalg::LinalgOp consumer, RowOpInterface norm,
                               AffineMap dims);

/// The results of `norm` that only `consumer` reads.
SmallVector<OpResult> findLastReads(Operation *norm, Operation *consumer);

/// True if every user of the results of `op` but `except` is dominated by
/// `position`. Queries of a result's extents do not count, see
/// queryInitsForExtents.
bool othersFollow(Operation *position, Operation *op, Operation *except);

/// A tensor.dim of a result asks the init that the result has its shape from.
void queryInitsForExtents(RewriterBase &rewriter,
                          DestinationStyleOpInterface op);

/// The op before which one op can stand for both `first` and its later
/// neighbour `second`, after moving what the latter reads if need be; null if
/// there is none.
Operation *findCommonPosition(RewriterBase &rewriter, Operation *first,
                              Operation *second);

/// arith, math and their like on tensors become linalg.generic where they stand
/// beside a norm of `root`, or beside each other up to one.
void convertElementwiseNeighbours(Operation *root);

/// The norm.generic of each linalg.softmax, with the attributes of the latter.
using SoftmaxPrograms = llvm::DenseMap<Operation *, DictionaryAttr>;

/// Each linalg.softmax on tensors as a row program.
SoftmaxPrograms generalizeSoftmaxes(Operation *root);

/// Back to linalg.softmax.
void restoreSoftmaxes(RewriterBase &rewriter, const SoftmaxPrograms &programs);

/// Elementwise generics that read the collapsed value read it as it was before,
/// and so on behind them: they have the dims of the norm then.
void expandConsumers(RewriterBase &rewriter, tensor::CollapseShapeOp collapse);

/// A reduction whose result has the reduced dims with extent 1 becomes one
/// without them, whose result is expanded; others are returned as they are.
/// Null if that is not possible.
linalg::LinalgOp dropKeptDims(RewriterBase &rewriter,
                              linalg::LinalgOp reduction);

/// Lets an elementwise generic that reads a tensor expanded by unit dims read
/// it as it was before; false if there is none.
bool readWithoutUnitDims(RewriterBase &rewriter, tensor::ExpandShapeOp expand);

/// Erases what defines the values if it is dead, and then what only it used.
void eraseIfDead(RewriterBase &rewriter, ValueRange values);

} // namespace mlir::norm

#endif // NORM_LIB_FUSE_NEIGHBOUR_H
