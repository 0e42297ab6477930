//===- Passes.td - Passes of the Raise stage -*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_PASSES_TD
#define NORM_RAISE_PASSES_TD

include "mlir/Pass/PassBase.td"

def NormRaisePass : Pass<"norm-raise"> {
  let summary = "Recognise norms in what exporters write";
  let description = [{
    Finds the norms in linalg, arith, math and tensor ops and writes them as
    named ops. Ops are not matched: values are. Each value is brought to a
    normal form, a polynomial over the elements of x, the parameters and the
    sums over a row, and compared with the formula of the op, so that no
    spelling, fusion, order or layout matters:

    ```
    y = (x − μ)·1/√(Σ(x − μ)²/n + ε)·(γ + o) + β        norm.layer_norm
    y =  x     ·1/√(Σx²/n + ε)      ·(γ + o) + β        norm.rms_norm
    y =  x     ·1/√(Σx² + ε)        ·(γ + o) + β        norm.l2_norm
    y =  x     ·1/max(√Σx², ε)      ·(γ + o) + β        norm.l2_norm, eps_mode = max
    y = (x − m)·1/√(v + ε)          ·(γ + o) + β        norm.batch_norm, if m and v are
                                                        operands of the program, per channel
    ```

    A layer norm of some of the channels, by a reshape that splits them, becomes
    norm.group_norm.

    n, ε, the dims of the row, the roles of the parameters, the accumulation
    type and the place of the rounding are read off. A mean or 1/√… that is used
    elsewhere becomes a result of the op. What the norm replaces is erased; so
    are assertions in it that no number fails, such as that √(q + ε) is not 0.
    Clamps at 0 of what cannot be negative go too, and a `select` on a comparison
    is a maximum; a NaN may come out in more places than it did.

    Numeric contract: equal over the reals, with literals such as 1/n taken for
    what they are rounded from. In floating point, `mode` says what may differ;
    each mode includes the one before:

    * `strict`: every rounding is to the same type as before. The order of sums
      is free, as everywhere in linalg.
    * `widen`: a type may be wider than before. This repairs sums in f16.
    * `reassoc`: E[x²] − E[x]² may become the two-pass variance, which is the
      meaning of the ops; and a variance in f64 beside a mean in f32 may be
      accumulated in f32, which is at least as exact. `keep-f64` keeps the f64.

    Refused, with a remark of the category `norm-raise` at the sum that almost
    led to a norm, naming the first condition that does not hold: statistics of
    several tensors (`no-row-input`) or of part of a row (`element-outside-row`),
    a divisor that is not n (`divisor-not-n`), an ε outside of the root
    (`eps-outside-root`) or computed (`eps-not-literal`), a clamped statistic
    (`clamp`), what a mode does not allow (`needs-mode`), and others.
  }];
  let options = [
    Option<"mode", "mode", "::mlir::norm::RaiseMode",
           "::mlir::norm::RaiseMode::reassoc",
           "How far rounding may differ", [{::llvm::cl::values(
             clEnumValN(::mlir::norm::RaiseMode::strict, "strict",
                        "the same type at every rounding"),
             clEnumValN(::mlir::norm::RaiseMode::widen, "widen",
                        "types may be wider"),
             clEnumValN(::mlir::norm::RaiseMode::reassoc, "reassoc",
                        "variances become two-pass"))}]>,
    Option<"keepF64", "keep-f64", "bool", "false",
           "Accumulate in f64 where the variance, but not the mean, is f64">
  ];
  let statistics = [
    Statistic<"numRaised", "raised", "Norms raised">,
    Statistic<"numRefused", "refused", "Sums that led to no norm">
  ];
  let dependentDialects = ["::mlir::norm::NormDialect"];
}

#endif // NORM_RAISE_PASSES_TD
