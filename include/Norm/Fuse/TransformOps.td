//===- TransformOps.td - The rewrites in transform scripts -*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_FUSE_TRANSFORMOPS_TD
#define NORM_FUSE_TRANSFORMOPS_TD

include "mlir/Dialect/Transform/IR/TransformDialect.td"
include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.td"

class Norm_ApplyPatternsOp<string name, string what>
    : Op<Transform_Dialect, "apply_patterns.norm." # name,
         [DeclareOpInterfaceMethods<PatternDescriptorOpInterface>]> {
  let summary = what;
  let description = what # [{.

    ```mlir
    transform.apply_patterns to %func {
      transform.apply_patterns.norm.}] # name # [{
    } : !transform.any_op
    ```
  }];
  let assemblyFormat = "attr-dict";
  let cppNamespace = "::mlir::norm";
}

def Norm_ApplyGeneralizePatternsOp : Norm_ApplyPatternsOp<"generalize",
    "Named normalization ops and linalg.softmax become norm.generic">;
def Norm_ApplyShareStatisticsPatternsOp
    : Norm_ApplyPatternsOp<"share_statistics",
    "Norms over the same rows become one op with common statistics">;
def Norm_ApplyFuseProducersPatternsOp : Norm_ApplyPatternsOp<"fuse_producers",
    "Norms absorb the elementwise ops that compute their inputs">;
def Norm_ApplyFuseConsumersPatternsOp : Norm_ApplyPatternsOp<"fuse_consumers",
    "Norms absorb the elementwise ops that read their results">;
def Norm_ApplyFuseRowReductionsPatternsOp
    : Norm_ApplyPatternsOp<"fuse_row_reductions",
    "Norms absorb the reductions of their results over the row">;
def Norm_ApplyFuseReshapesPatternsOp : Norm_ApplyPatternsOp<"fuse_reshapes",
    "Norms work on the merged dims of a reshape beside them">;
def Norm_ApplyFoldAffineIntoWeightsPatternsOp
    : Norm_ApplyPatternsOp<"fold_affine_into_weights",
    "Constant scale and shift go into the weights of the next matmul">;
def Norm_ApplyFoldBatchNormPatternsOp
    : Norm_ApplyPatternsOp<"fold_batch_norm",
    "A constant batch norm goes into the weight of the op before it">;
def Norm_ApplyCollapseDimsPatternsOp : Norm_ApplyPatternsOp<"collapse_dims",
    "norm.generic works on as few dims as its operands allow">;

#endif // NORM_FUSE_TRANSFORMOPS_TD
