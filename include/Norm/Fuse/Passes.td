//===- Passes.td - Passes of the Fuse stage -*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_FUSE_PASSES_TD
#define NORM_FUSE_PASSES_TD

include "mlir/Pass/PassBase.td"

def NormGeneralizePass : Pass<"norm-generalize"> {
  let summary = "Named normalization ops to norm.generic";
  let description = [{
    Writes each named op as the row program of its formula, step by step, so
    nothing rounds differently. Works on tensors and on memrefs, and leaves
    every other op as it is.
  }];
  let dependentDialects = ["::mlir::norm::NormDialect"];
}

def NormCollapseDimsPass : Pass<"norm-collapse-dims"> {
  let summary = "Merge neighbouring dims of norm.generic on tensors";
  let description = [{
    A norm over the last dim of a `BxSxN` tensor is a norm over the rows of a
    `(B·S)xN` one. Merges dims that stand side by side in every operand that has
    them, so that lowerings see (parallel, reduction) as often as possible. No
    value changes; the reshapes are views. On memrefs, whose dims may be strided,
    and where an operand has one of two dims alone, nothing is merged.
  }];
  let dependentDialects = ["::mlir::norm::NormDialect"];
}

#endif // NORM_FUSE_PASSES_TD
