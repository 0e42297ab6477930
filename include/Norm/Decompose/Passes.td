//===- Passes.td - Passes of the Decompose stage -*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_DECOMPOSE_PASSES_TD
#define NORM_DECOMPOSE_PASSES_TD

include "mlir/Pass/PassBase.td"

def NormToLinalgPass : Pass<"norm-to-linalg"> {
  let summary = "Norm ops to linalg.generic, one per stage of the row program";
  let description = [{
    Each pass over the row becomes a reduction, what is computed once per row a
    generic over the rows, and the elements one parallel generic. `moments` is
    two-pass: a mean, then the mean of centred squares. Works on tensors and
    memrefs; every norm op can be decomposed, and every other op is left as it
    is.

    Stages over (parallel, reduction) carry a discardable attribute
    `norm.stage` ("reduce", "row" or "element"), by which a schedule finds them.

    Numeric contract: exact but for the order of summation, which is free.
  }];
  let dependentDialects = [
    "::mlir::norm::NormDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect"];
}

def NormToAffinePass : Pass<"norm-to-affine"> {
  let summary = "Norm ops on memrefs to affine.for";
  let description = [{
    A nest of `affine.for` over the rows. In it, each pass over the row is an
    `affine.for` whose iter_args are the reductions, what is computed once per
    row stands between the passes, and the elements are one loop: the form that
    `affine-super-vectorize` takes with `vectorize-reductions`. `moments` is
    two-pass: the mean, then the mean of centred squares.

    Refused, with a remark, and left as they are: norms on tensors, buffers with
    a layout (the vectorizer has no notion of one), and extents that are no
    affine symbols.

    Numeric contract: exact but for the order of summation, which is free.
  }];
  let dependentDialects = [
    "::mlir::norm::NormDialect", "::mlir::affine::AffineDialect",
    "::mlir::memref::MemRefDialect"];
}

#endif // NORM_DECOMPOSE_PASSES_TD
