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
  let summary = "Named normalization ops and linalg.softmax to norm.generic";
  let description = [{
    Writes each named op as the row program of its formula, step by step, so
    nothing rounds differently.

    `linalg.softmax` becomes one too: with a = ext_A(x), m = max a and
    s = Σ exp(a − m), y = trunc(exp(a − m) / s), where A is f32 for f16 and
    bf16, else the type of x. linalg's own decomposition rounds each step to the
    type of x; in f32 and f64 the two agree but for the order of the sum.

    With `elementwise`, elementwise linalg ops become row programs without a
    reduction, as do copies of buffers that have a layout: what makes kernels of
    norms makes kernels of these too.

    Works on tensors and on memrefs, and leaves every other op as it is.
  }];
  let options = [
    Option<"elementwise", "elementwise", "bool", "false",
           "Elementwise linalg ops and copies of strided buffers too">
  ];
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

def NormFusePass : Pass<"norm-fuse"> {
  let summary = "Absorb the neighbours of norms into norm.generic";
  let description = [{
    Inlines what stands beside a norm into its row program, until nothing more
    fits. A named op becomes `norm.generic` when it fuses with something, and
    stays as it is otherwise; IR without norms and softmax stays as it is
    altogether.

    Fusions, by the names that `only` and `disable` take:

    * `siblings`: norms over the same rows share their statistics; identical
      norms become one.
    * `producers`: elementwise linalg ops whose result is an input: residual
      add, bias, dequantize, cast, scale, broadcast, transpose, fill. A result
      that others read too becomes an out; what only moves or casts is
      recomputed instead. Of a constant or `tensor.splat` whose elements are one
      scalar, the scalar is read.
    * `consumers`: elementwise linalg ops that read a result: activation, gate,
      modulate, residual, cast, static quantization. A result that others read
      too stays an out.
    * `row-reductions`: linalg reductions of a result over the row: amax for
      dynamic quantization, means; with the reduced dims kept as unit dims or
      not.
    * `reshapes`: where a reshape that merges dims stands between a norm and
      such a neighbour, the norm works on the merged dims; one that adds unit
      dims is read as it was before.
    * `affine`: constant scale and shift go into the constant f32 or f64 weights
      of the matmuls that read the norm: (h·γ + β)·W = h·(γ·W) + β·W. With
      `fold-weights`, also those that are not constant: γ·W and β·W are computed
      in front of the matmul.
    * `batch-norm`: a batch norm of the result of a matmul or convolution whose
      weight has the channel goes into that weight and its init. With σ = γ·ρ:
      (x·W + b − μ)·σ + β = x·(W·σ) + (b − μ)·σ + β. Where it is all constant,
      or with `fold-weights`.

    A `linalg.softmax` takes part as the row program of `--norm-generalize`, and
    stays as it is where nothing fuses with it.

    A group norm becomes the layer norm of its groups first, and elementwise
    linalg.generic ops that follow it take over its dims. Elementwise ops on
    tensors, of arith, math and other dialects, become linalg.generic where they
    stand beside a norm, directly or behind one another.

    Numeric contract: the body computes what the ops did, step by step, with
    every cast kept, so values are the same bit by bit, but for the order of
    reductions, which `norm.reduce` leaves free. `affine` and `batch-norm` alone
    differ: each folded weight is rounded once more, and what is added to the
    result is added to the init before the matmul.

    A neighbour stays outside, with a `norm-fuse` remark that names the first
    reason, when fusing it would compute a value twice, when its body is not
    pure, reads its loop index or its init, or when no place in the block comes
    after all that the fused op reads and before all that reads it.
  }];
  let dependentDialects = ["::mlir::norm::NormDialect"];
  let options = [
    ListOption<"only", "only", "std::string", "Only these fusions">,
    ListOption<"disable", "disable", "std::string", "All but these fusions">,
    Option<"foldWeights", "fold-weights", "bool", "false",
           "Compute folded weights where they are not constant">
  ];
  let statistics = [
    Statistic<"numSiblings", "siblings", "Norms merged with a sibling">,
    Statistic<"numProducers", "producers", "Producers absorbed">,
    Statistic<"numConsumers", "consumers", "Consumers absorbed">,
    Statistic<"numRowReductions", "row-reductions", "Row reductions absorbed">,
    Statistic<"numAffine", "affine", "Scales and shifts folded into weights">,
    Statistic<"numBatchNorms", "batch-norms",
              "Batch norms folded into weights">,
    Statistic<"numReshapes", "reshapes", "Reshapes moved out of the way">
  ];
}

#endif // NORM_FUSE_PASSES_TD
