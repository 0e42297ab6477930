//===- TransformOps.td - Decompose in transform scripts ----*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_DECOMPOSE_TRANSFORMOPS_TD
#define NORM_DECOMPOSE_TRANSFORMOPS_TD

include "mlir/Dialect/Transform/IR/TransformDialect.td"
include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.td"

def ApplyNormToLinalgPatternsOp : Op<Transform_Dialect,
    "apply_patterns.norm.to_linalg",
    [DeclareOpInterfaceMethods<PatternDescriptorOpInterface>]> {
  let summary = "norm.generic to linalg.generic, one per stage";
  let description = [{
    What `norm-to-linalg` does, for the norms inside one op: in the row loop of
    a tiled norm, the stages are fused by construction.
  }];
  let assemblyFormat = "attr-dict";
}

#endif // NORM_DECOMPOSE_TRANSFORMOPS_TD
