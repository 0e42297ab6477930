//===- Passes.td - Passes around a call --------------------*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_PASSES_TD
#define NORM_RUN_PASSES_TD

include "mlir/Pass/PassBase.td"

def NormWidenFloatsPass : Pass<"norm-widen-floats", "::mlir::ModuleOp"> {
  let summary = "Every float narrower than f64 becomes f64";
  let description = [{
    Retypes the whole module, constants included, so that it computes what it
    says without rounding on the way: `arith.extf` and `arith.truncf` disappear,
    fast-math flags too. Constants keep the value they were read with, 1.0e-12
    as an f16 is 0. Rounding to integers stays: it is what quantization means.

    Refused, at the op: what depends on the bits of a float (`arith.bitcast`,
    `tensor.bitcast`, `vector.bitcast`, `memref.view`, scaled casts), calls to
    functions without a body, the LLVM dialect, constants whose data is missing.

    ```
    %c = arith.constant 0.1 : f16            // %c = arith.constant 0.0999755859375 : f64
    %x = arith.extf %h : f16 to f32          // %h, an f64
    ```
  }];
}

def NormFormulasToLoopsPass
    : Pass<"norm-formulas-to-loops", "::mlir::ModuleOp"> {
  let summary = "Norm ops to plain loops, as their descriptions say";
  let description = [{
    The meaning of every norm op, written down a second time and as plainly as
    possible: one scf loop per dim, one pass over the row per statistic, each
    value recomputed from memory wherever it is needed. It shares no code with
    the lowerings, which it judges. Reads f64 only: `norm-widen-floats` comes
    first, and with it all rounding attributes lose their effect.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def NormExtentContractPass
    : Pass<"norm-extent-contract", "::mlir::ModuleOp"> {
  let summary = "Beside each function, what its extents must satisfy";
  let description = [{
    For each public function `@f`, adds `@f_extents`: it takes what `@f` takes
    and a `memref<…xindex>`, and writes there how many of the checks of `@f`
    hold before the first that does not, and then all extents of its tensor
    results. So a caller can refuse a call, and allocate its results, before the
    call. The checks are `cf.assert` in `@f` and those of upstream's
    `RuntimeVerifiableOpInterface`; `norm.checks` has their messages.

    Refused: checks in regions, and extents that depend on data.

    ```
    func.func @f(%x: tensor<?x8xf32>) -> tensor<?x8xf32>
    // → func.func @f_extents(%x: tensor<?x8xf32>, %m: memref<3xindex>), which
    //   stores the number of checks, tensor.dim %x 0, and 8
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect"];
}

#endif // NORM_RUN_PASSES_TD
