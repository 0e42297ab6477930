//===- Patterns.h - The rewrites of the Fuse stage -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_FUSE_PATTERNS_H
#define NORM_FUSE_PATTERNS_H

#include "Norm/IR/Norm.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::norm {
/// Named ops to norm.generic, tensors or memrefs. Exact: the body spells the
/// op's formula step by step.
void populateGeneralizePatterns(RewritePatternSet &patterns);

/// linalg.softmax to norm.generic, tensors or memrefs. Sums are taken in f32
/// for f16 and bf16; otherwise as linalg decomposes it.
void populateGeneralizeSoftmaxPatterns(RewritePatternSet &patterns);

/// Elementwise linalg ops, and copies of buffers with a layout, to norm.generic
/// without reductions, whose rows are along the innermost dim of the result.
void populateGeneralizeElementwisePatterns(RewritePatternSet &patterns);

/// Merges neighbouring dims of norm.generic on tensors that every operand
/// either has side by side or lacks altogether, and drops unit dims, through
/// tensor.collapse_shape and tensor.expand_shape. Exact: no value changes.
void populateCollapseDimsPatterns(RewritePatternSet &patterns);

// Fusions. Each takes named ops too, which become norm.generic when something
// fits; values stay the same bit by bit but for the order of reductions. What
// is refused is notified as a match failure of the neighbour.

/// Elementwise linalg ops whose result is an input of a norm. A result with
/// other users becomes an out; ops that only move or cast are recomputed.
void populateFuseProducersPatterns(RewritePatternSet &patterns);

/// Inputs that are one scalar, constant or not: the scalar is read instead. Is
/// part of the former.
void populateFuseSplatsPatterns(RewritePatternSet &patterns);

/// Elementwise linalg ops that read a result of a norm.
void populateFuseConsumersPatterns(RewritePatternSet &patterns);

/// linalg reductions over the row of a norm's result.
void populateFuseRowReductionsPatterns(RewritePatternSet &patterns);

/// Reshapes between a norm and such a neighbour: the norm works on the merged
/// dims instead, where all its operands have them side by side.
void populateFuseReshapesPatterns(RewritePatternSet &patterns);

/// Norms over the same rows become one op with common statistics.
void populateShareStatisticsPatterns(RewritePatternSet &patterns);

/// Constant scale and shift of a named norm go into the constant weights of the
/// matmuls that read the norm: γ·W rounds each weight once more, β·W the bias
/// once. With `computes`, what is not constant is computed in front of them.
void populateFoldAffineIntoWeightsPatterns(RewritePatternSet &patterns,
                                           bool computes = false);

/// A batch norm goes into the weight of the matmul or convolution that it
/// normalizes. Rounds, and takes `computes`, as the former.
void populateFoldBatchNormPatterns(RewritePatternSet &patterns,
                                   bool computes = false);

/// All fusions of --norm-fuse.
void populateFusePatterns(RewritePatternSet &patterns,
                          bool foldWeights = false);

/// The norm.generic that means what a named op means, at the builder's
/// insertion point; the op stays.
FailureOr<GenericOp> generalizeNamedOp(OpBuilder &builder, Operation *op);

/// A group norm as the layer norm of its groups.
struct ExpandedGroupNorm {
  LayerNormOp layerNorm;
  SmallVector<Value> results; // in the shape of the group norm
};
/// At the builder's insertion point; the op stays. All else is views.
ExpandedGroupNorm expandGroupNorm(OpBuilder &builder, GroupNormOp op);
} // namespace mlir::norm

#endif // NORM_FUSE_PATTERNS_H
