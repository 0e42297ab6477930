//===- GenericOp.td - The fused row program ----------------*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_GENERICOP_TD
#define NORM_IR_GENERICOP_TD

include "Norm/IR/NormOps.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Norm_GenericOp : Norm_RowOp<"generic", [
    SingleBlockImplicitTerminator<"::mlir::norm::YieldOp">]> {
  let summary = "A fused row program with dependent reductions";
  let description = [{
    What `linalg.generic` is to named linalg ops, for *dependent* reductions:
    one region of scalar SSA, evaluated for every point of the iteration space,
    in which `norm.reduce` is a collective over the row. Parallel dims number
    the rows, reduction dims the elements of a row.

    The stages follow from data dependence: a reduce of a value that depends on
    another reduce needs a later pass over the row. CSE, dead-code elimination
    and canonicalization work on the body as on any block, and fusing a producer
    or a consumer is inlining its body.

    Inputs are read through projected permutations, written as index lists; a
    scalar input has none. Outs are destination style and their inits are never
    read. An out is indexed by all dims (a value per element) or by exactly the
    parallel dims (a value per row: a mean, a scale).

    Constraints:

    * (G1) iterator types are parallel or reduction, with at least one reduction.
    * (G2) there is one indexing map per operand, over all dims, a projected
      permutation.
    * (G3) each dim is indexed by a shaped operand, and static extents agree.
    * (G4) the body has one argument per input, of its element type.
    * (G5) `norm.yield` has one value per out, of its element type.
    * (G6) each out is indexed by all dims, or by exactly the parallel dims.
    * (G7) the value of a per-row out is uniform in the row.
    * (G8) ops in the body are pure, have no regions, and work on scalars.
    * (G9) shaped operands are all tensors or all memrefs; each tensor init has
      a result of its type.

    Example, a residual add and a layer norm without parameters; the sum is a
    result too:

    ```mlir
    %y, %s = norm.generic (d0: parallel, d1: reduction)
        ins(%x[d0, d1], %r[d0, d1] : tensor<64x256xf32>, tensor<64x256xf32>)
        outs(%e[d0, d1], %f[d0, d1] : tensor<64x256xf32>, tensor<64x256xf32>) (%xe, %re) {
      %v = arith.addf %xe, %re : f32
      %mean, %var = norm.reduce moments %v : f32
      %ve = arith.addf %var, %eps : f32
      %rstd = math.rsqrt %ve : f32
      %c = arith.subf %v, %mean : f32
      %h = arith.mulf %c, %rstd : f32
      norm.yield %h, %v : f32, f32
    }
    ```

    With numbers: a row x = [1, 2], r = [0, 1] gives v = [1, 3], mean = 2,
    var = 1, and for eps = 0: y = [-1, 1], s = [1, 3].
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Variadic<AnyShaped>:$outputs,
                       AffineMapArrayAttr:$indexing_maps,
                       ArrayAttr:$iterator_types);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasCanonicalizer = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    OpBuilder<(ins "TypeRange":$resultTypes, "ValueRange":$inputs,
      "ValueRange":$outputs, "ArrayRef<AffineMap>":$indexingMaps,
      "ArrayRef<utils::IteratorType>":$iteratorTypes,
      CArg<"function_ref<SmallVector<Value>(OpBuilder &, Location, ValueRange)>",
           "nullptr">:$body)>
  ];
  let extraClassDeclaration = rowOpDeclaration # [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getOutputsMutable();
    }
    ::mlir::Block *getBodyBlock() { return &getBody().front(); }
    ::mlir::OperandRange getYields() {
      return getBodyBlock()->getTerminator()->getOperands();
    }
    /// The indexing map of input or out number i.
    ::mlir::AffineMap getInputMap(unsigned i) {
      return ::llvm::cast<::mlir::AffineMapAttr>(getIndexingMaps()[i]).getValue();
    }
    ::mlir::AffineMap getOutputMap(unsigned i) {
      return getInputMap(getInputs().size() + i);
    }
    /// True if out number i is indexed by all dims; otherwise it has a value
    /// per row.
    bool isElementwiseOut(unsigned i) { return getOutputMap(i).isPermutation(); }
  }];
}

def Norm_ReduceOp : Op<Norm_Dialect, "reduce", [
    Pure, InferTypeOpAdaptor, ParentOneOf<["GenericOp"]>]> {
  let summary = "Combines a value over the row";
  let description = [{
    A collective over the row: every element contributes its value, and every
    element sees the result, which is therefore uniform in the row.

    ```
    add      s = Σ v                    max   s = max v        min   s = min v
    moments  mean = Σ v / n,  variance = Σ (v − mean)² / n
    ```

    The order of combination is free; max and min propagate NaN as
    `arith.maximumf` and `arith.minimumf` do. The variance of `moments` is
    centred: no lowering may compute it as E[v²] − E[v]². Over an empty row
    `add` is 0, `max` is −∞, `min` is +∞, and `moments` are NaN.

    ```mlir
    %mean, %var = norm.reduce moments %v : f32
    ```

    With numbers: over the row [1, 3], `add` is 4, `max` is 3, `moments` are
    2 and 1.
  }];
  let arguments = (ins Norm_CombinerAttr:$kind, Norm_Float:$value);
  let results = (outs Variadic<Norm_Float>:$stats);
  let assemblyFormat = "`` $kind $value attr-dict `:` type($value)";
}

def Norm_CountOp : Op<Norm_Dialect, "count", [
    Pure, ParentOneOf<["GenericOp"]>]> {
  let summary = "The number of elements of a row";
  let description = [{
    n, the product of the extents of the reduction dims, rounded to the result
    type. It folds where these extents are static.

    ```mlir
    %n = norm.count : f32
    ```
  }];
  let results = (outs Norm_Float:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasFolder = 1;
}

def Norm_YieldOp : Op<Norm_Dialect, "yield", [
    Pure, Terminator, ReturnLike, ParentOneOf<["GenericOp"]>]> {
  let summary = "The values of the outs";
  let description = [{
    Ends the body of `norm.generic`: one value per out.

    ```mlir
    norm.yield %y, %sum : f32, f32
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let builders = [OpBuilder<(ins)>];
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

#endif // NORM_IR_GENERICOP_TD
