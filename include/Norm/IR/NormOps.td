//===- NormOps.td - Named normalization ops ----------------*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_NORMOPS_TD
#define NORM_IR_NORMOPS_TD

include "Norm/IR/NormDialect.td"
include "Norm/IR/RowOpInterface.td"
include "mlir/Dialect/Linalg/IR/LinalgInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/TilingInterface.td"

def Norm_Float : AnyTypeOf<[F16, BF16, F32, F64]>;

def Norm_FloatShaped : AnyTypeOf<[
    RankedTensorOf<[F16, BF16, F32, F64]>, MemRefOf<[F16, BF16, F32, F64]>],
    "ranked tensor or memref of f16, bf16, f32 or f64">;

//===----------------------------------------------------------------------===//
// What every op over rows has
//===----------------------------------------------------------------------===//

class Norm_RowOp<string mnemonic, list<Trait> traits = []>
    : Op<Norm_Dialect, mnemonic, traits # [
        AttrSizedOperandSegments,
        DestinationStyleOpInterface, IndexingMapOpInterface,
        DeclareOpInterfaceMethods<Norm_RowOpInterface>,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
          ["reifyResultShapes"]>,
        DeclareOpInterfaceMethods<AggregatedOpInterface, ["decomposeOperation"]>,
        DeclareOpInterfaceMethods<TilingInterface, [
          "getLoopIteratorTypes", "getIterationDomain",
          "getTiledImplementation", "getResultTilePosition",
          "generateResultTileValue", "getIterationDomainTileFromResultTile",
          "getTiledImplementationFromOperandTiles",
          "getIterationDomainTileFromOperandTiles"]>]> {
  let hasVerifier = 1;

  code rowOpDeclaration = [{
    /// The shape of one operand; scalars have rank 0. IndexingMapOpInterface
    /// calls this.
    ::llvm::ArrayRef<int64_t> getShape(::mlir::OpOperand *operand) {
      auto type = ::llvm::dyn_cast<::mlir::ShapedType>(operand->get().getType());
      return type ? type.getShape() : ::llvm::ArrayRef<int64_t>();
    }
  }];
  /// Of ops that end in a scale and a shift.
  code affineOpDeclaration = rowOpDeclaration # [{
    /// The indexing maps of all operands, in operand order.
    ::mlir::ArrayAttr getIndexingMaps();
    ::mlir::ShapedType getXType() {
      return ::llvm::cast<::mlir::ShapedType>(getX().getType());
    }
    /// The type in which is computed: `acc`, or f32 for f16 and bf16 data, or
    /// the data's own type.
    ::mlir::FloatType getAccType();
  }];
  /// Of ops whose scale and shift are per channel.
  code channelOpDeclaration = affineOpDeclaration # [{
    /// The dims of x that the scale (shift) indexes; the channel unless given.
    ::llvm::SmallVector<int64_t> getScaleDimsOrDefault() {
      if (::std::optional<::llvm::ArrayRef<int64_t>> dims = getScaleDims())
        return ::llvm::SmallVector<int64_t>(*dims);
      return {int64_t(getChannelDim())};
    }
    ::llvm::SmallVector<int64_t> getShiftDimsOrDefault() {
      if (::std::optional<::llvm::ArrayRef<int64_t>> dims = getShiftDims())
        return ::llvm::SmallVector<int64_t>(*dims);
      return {int64_t(getChannelDim())};
    }
  }];
}

//===----------------------------------------------------------------------===//
// Named ops
//===----------------------------------------------------------------------===//

class Norm_NamedOp<string mnemonic, dag statInits, dag extraAttributes = (ins),
                   list<Trait> traits = []>
    : Norm_RowOp<mnemonic, traits # [
        InferTypeOpAdaptor]> {
  let arguments = !con(
    (ins Norm_FloatShaped:$x, Optional<Norm_FloatShaped>:$scale,
         Optional<Norm_FloatShaped>:$shift, Norm_FloatShaped:$init),
    statInits,
    (ins DenseI64ArrayAttr:$dims,
         OptionalAttr<DenseI64ArrayAttr>:$scale_dims,
         OptionalAttr<DenseI64ArrayAttr>:$shift_dims,
         F64Attr:$eps,
         OptionalAttr<TypeAttrOf<Norm_Float>>:$acc,
         DefaultValuedAttr<Norm_RoundingAttr,
           "::mlir::norm::Rounding::after_scale">:$rounding,
         DefaultValuedAttr<F64Attr, "0.0">:$scale_offset),
    extraAttributes);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let hasCanonicalizer = 1;

  code namedOpDeclaration = affineOpDeclaration # [{
    /// The dims of x that the scale (shift) indexes; `dims` unless given.
    ::llvm::ArrayRef<int64_t> getScaleDimsOrDefault() {
      return getScaleDims().value_or(getDims());
    }
    ::llvm::ArrayRef<int64_t> getShiftDimsOrDefault() {
      return getShiftDims().value_or(getDims());
    }
  }];
}

def Norm_LayerNormOp : Norm_NamedOp<"layer_norm",
    (ins Optional<Norm_FloatShaped>:$mean_init,
         Optional<Norm_FloatShaped>:$rstd_init)> {
  let summary = "Layer normalization over any dims";
  let description = [{
    Reduced dims D, n = ∏ extents of D, data type R of x, result type Y,
    accumulation type A (`acc`; by default f32 for f16 and bf16 data, else R),
    parameter type P: the narrowest of f16, bf16, f32, f64 that holds R and the
    types of scale and shift exactly.

    ```
    a = ext_A(x)
    μ = Σ_D a / n
    q = Σ_D (a − μ)²                                  two passes: centred
    ρ = 1/√(q/n + ε)
    h = (a − μ)·ρ
    y = trunc_Y(h·(ext_A γ + o) + ext_A β)                      rounding = after_scale
    y = trunc_Y(ext_P(trunc_R h)·(ext_P γ + o) + ext_P β)       rounding = before_scale
    ```

    with γ = `scale` (1 if absent), β = `shift` (0 if absent), o =
    `scale_offset`. All reductions are in A; with `before_scale` each step after
    `trunc_R` rounds in P. A parameter wider than A is rounded to A. μ and ρ are
    rounded to the types of their inits.

    `after_scale` is what ATen, Gemma and GPT-OSS write; `before_scale` is ONNX,
    Llama and T5. `scale_dims` and `shift_dims` name the dims of x that γ and β
    index, `dims` by default: channels-first, instance norm, AdaLN, QK-norm and
    training-mode batch norm need no op of their own.

    Constraints:

    * (C1) x and init are ranked tensors or memrefs of f16, bf16, f32 or f64.
    * (C2) `dims` is not empty, has no duplicates, and lies in [0, rank(x)).
    * (C3) no reduced extent is statically 0: a mean over nothing is no number.
    * (C4) `scale_dims` has no duplicates, lies in [0, rank(x)), and the scale
      has the shape of x at these dims; without a scale there are neither
      `scale_dims` nor a `scale_offset`.
    * (C5) the same for `shift_dims` and shift.
    * (C6) init has the shape of x.
    * (C7) the inits of the statistics have the shape of x without `dims`.
    * (C8) `acc` holds every value of R exactly.
    * (C9) operands are all tensors or all memrefs; each tensor init has a
      result of its type.
    * (C10) `eps` is finite and not negative; `scale_offset` is finite.

    Example, a row of four elements: μ = 2.5, q/n = 1.25, ρ ≈ 0.894:

    ```mlir
    // %x = [[1, 2, 3, 4]]
    %y = norm.layer_norm ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>)
           dims = [1] eps = 1.0e-5
    // %y = [[-1.3416, -0.4472, 0.4472, 1.3416]]
    ```

    With parameters and both statistics:

    ```mlir
    %y, %mean, %rstd = norm.layer_norm ins(%x : tensor<64x256xf32>)
        scale(%g : tensor<256xf32>) shift(%b : tensor<256xf32>)
        outs(%e : tensor<64x256xf32>) mean(%m : tensor<64xf32>)
        rstd(%r : tensor<64xf32>) dims = [1] eps = 1.0e-5
    ```

    Channels-first, as in ConvNeXt:

    ```mlir
    %y = norm.layer_norm ins(%x : tensor<8x96x56x56xf32>)
        scale(%g : tensor<96xf32>) shift(%b : tensor<96xf32>)
        outs(%e : tensor<8x96x56x56xf32>) dims = [1] eps = 1.0e-6
    ```

    Source: Ba, Kiros, Hinton, "Layer Normalization", arXiv:1607.06450.
  }];
  let assemblyFormat = [{
    `ins` `(` $x `:` type($x) `)`
    (`scale` `(` $scale^ `:` type($scale) `)`)?
    (`shift` `(` $shift^ `:` type($shift) `)`)?
    `outs` `(` $init `:` type($init) `)`
    (`mean` `(` $mean_init^ `:` type($mean_init) `)`)?
    (`rstd` `(` $rstd_init^ `:` type($rstd_init) `)`)?
    `dims` `=` $dims
    (`scale_dims` `=` $scale_dims^)? (`shift_dims` `=` $shift_dims^)?
    `eps` `=` $eps (`acc` `=` $acc^)? (`rounding` `=` `` $rounding^)?
    (`scale_offset` `=` $scale_offset^)? attr-dict
  }];
  let extraClassDeclaration = namedOpDeclaration # [{
    /// y, then mean, then rstd: all outs are inits.
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      unsigned first = getODSOperandIndexAndLength(3).first;
      return ::mlir::MutableOperandRange(
          getOperation(), first, getNumOperands() - first);
    }
  }];
}

class Norm_RstdOnlyOp<string mnemonic, dag extraAttributes = (ins)>
    : Norm_NamedOp<mnemonic, (ins Optional<Norm_FloatShaped>:$rstd_init),
                   extraAttributes> {
  code rstdOnlyDeclaration = namedOpDeclaration # [{
    /// y, then rstd: all outs are inits.
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      unsigned first = getODSOperandIndexAndLength(3).first;
      return ::mlir::MutableOperandRange(
          getOperation(), first, getNumOperands() - first);
    }
    /// These ops are not centred and have no mean.
    ::mlir::Value getMeanInit() { return {}; }
  }];
}

def Norm_RmsNormOp : Norm_RstdOnlyOp<"rms_norm"> {
  let summary = "Root-mean-square normalization over any dims";
  let description = [{
    `norm.layer_norm` without the mean (symbols as there):

    ```
    a = ext_A(x)
    q = Σ_D a²
    ρ = 1/√(q/n + ε)
    h = a·ρ
    y = trunc_Y(h·(ext_A γ + o) + ext_A β)                      rounding = after_scale
    y = trunc_Y(ext_P(trunc_R h)·(ext_P γ + o) + ext_P β)       rounding = before_scale
    ```

    Constraints C1 … C10 are those of `norm.layer_norm`; there is no mean.

    Example, a row of four elements: q/n = 7.5, ρ ≈ 0.3651:

    ```mlir
    // %x = [[1, 2, 3, 4]]
    %y = norm.rms_norm ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>)
           dims = [1] eps = 1.0e-6
    // %y = [[0.3651, 0.7303, 1.0954, 1.4606]]
    ```

    Llama's norm of bf16 data, rounded before the scale:

    ```mlir
    %y = norm.rms_norm ins(%x : tensor<1x7x64xbf16>) scale(%g : tensor<64xbf16>)
        outs(%e : tensor<1x7x64xbf16>) dims = [2] eps = 1.0e-6
        rounding = before_scale
    ```

    Source: Zhang, Sennrich, "Root Mean Square Layer Normalization",
    arXiv:1910.07467.
  }];
  let assemblyFormat = [{
    `ins` `(` $x `:` type($x) `)`
    (`scale` `(` $scale^ `:` type($scale) `)`)?
    (`shift` `(` $shift^ `:` type($shift) `)`)?
    `outs` `(` $init `:` type($init) `)`
    (`rstd` `(` $rstd_init^ `:` type($rstd_init) `)`)?
    `dims` `=` $dims
    (`scale_dims` `=` $scale_dims^)? (`shift_dims` `=` $shift_dims^)?
    `eps` `=` $eps (`acc` `=` $acc^)? (`rounding` `=` `` $rounding^)?
    (`scale_offset` `=` $scale_offset^)? attr-dict
  }];
  let extraClassDeclaration = rstdOnlyDeclaration;
}

def Norm_L2NormOp : Norm_RstdOnlyOp<"l2_norm",
    (ins DefaultValuedAttr<Norm_EpsModeAttr,
           "::mlir::norm::EpsMode::add">:$eps_mode)> {
  let summary = "Euclidean normalization over any dims";
  let description = [{
    `norm.rms_norm` with a sum in place of the mean of squares (symbols as in
    `norm.layer_norm`):

    ```
    a = ext_A(x)
    q = Σ_D a²
    ρ = 1/√(q + ε)             eps_mode = add
    ρ = 1/max(√q, ε)           eps_mode = max      (torch.nn.functional.normalize)
    h = a·ρ
    y = trunc_Y(h·(ext_A γ + o) + ext_A β)                      rounding = after_scale
    y = trunc_Y(ext_P(trunc_R h)·(ext_P γ + o) + ext_P β)       rounding = before_scale
    ```

    Constraints C1 … C10 are those of `norm.layer_norm`; there is no mean.

    Example, a row of length 5:

    ```mlir
    // %x = [[3, 4]]
    %y = norm.l2_norm ins(%x : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>)
           dims = [1] eps = 1.0e-12 eps_mode = max
    // %y = [[0.6, 0.8]]
    ```
  }];
  let assemblyFormat = [{
    `ins` `(` $x `:` type($x) `)`
    (`scale` `(` $scale^ `:` type($scale) `)`)?
    (`shift` `(` $shift^ `:` type($shift) `)`)?
    `outs` `(` $init `:` type($init) `)`
    (`rstd` `(` $rstd_init^ `:` type($rstd_init) `)`)?
    `dims` `=` $dims
    (`scale_dims` `=` $scale_dims^)? (`shift_dims` `=` $shift_dims^)?
    `eps` `=` $eps (`eps_mode` `=` `` $eps_mode^)? (`acc` `=` $acc^)?
    (`rounding` `=` `` $rounding^)? (`scale_offset` `=` $scale_offset^)? attr-dict
  }];
  let extraClassDeclaration = rstdOnlyDeclaration;
}

def Norm_GroupNormOp : Norm_NamedOp<"group_norm", (ins),
    (ins I64Attr:$channel_dim, I64Attr:$groups)> {
  let summary = "Layer normalization of groups of channels";
  let description = [{
    `norm.layer_norm` over `dims`, of which one, `channel_dim`, does not run
    over all C channels but over those of one of G = `groups` groups of C/G
    neighbours (symbols as in `norm.layer_norm`):

    ```
    row of an element with channel c:  the elements with a channel of ⌊c / (C/G)⌋·C/G + [0, C/G),
                                       any index at the other `dims`, its own at all other dims
    y of each row as in norm.layer_norm
    ```

    That is `norm.layer_norm` of x with `channel_dim` expanded to (G, C/G), over
    the second of these and the other `dims`; decomposition and generalization
    go through it, and whoever needs the mean and rstd of the groups writes it
    so. Scale and shift are per channel: `scale_dims` and `shift_dims` are
    `[channel_dim]` by default. With one group this is `norm.layer_norm`, with C
    groups instance norm. Tiles keep all channels: the iteration space has the
    dims of x, and a part of `channel_dim` need not be whole groups.

    Constraints C1 … C6 and C8 … C10 are those of `norm.layer_norm`, and:

    * (C11) `channel_dim` is one of `dims`.
    * (C12) `groups` is positive and divides the extent of x at `channel_dim`,
      statically where that is static.

    Example, four channels in two groups: μ = (2, 7), q/n = (1, 1):

    ```mlir
    // %x = [[1, 3, 6, 8]]
    %y = norm.group_norm ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>)
           dims = [1] channel_dim = 1 groups = 2 eps = 0.0
    // %y = [[-1, 1, -1, 1]]
    ```

    Images, channels first, with parameters:

    ```mlir
    %y = norm.group_norm ins(%x : tensor<8x64x32x32xf32>)
        scale(%g : tensor<64xf32>) shift(%b : tensor<64xf32>)
        outs(%e : tensor<8x64x32x32xf32>) dims = [1, 2, 3] channel_dim = 1
        groups = 16 eps = 1.0e-5
    ```

    Source: Wu, He, "Group Normalization", arXiv:1803.08494.
  }];
  let assemblyFormat = [{
    `ins` `(` $x `:` type($x) `)`
    (`scale` `(` $scale^ `:` type($scale) `)`)?
    (`shift` `(` $shift^ `:` type($shift) `)`)?
    `outs` `(` $init `:` type($init) `)`
    `dims` `=` $dims `channel_dim` `=` $channel_dim `groups` `=` $groups
    (`scale_dims` `=` $scale_dims^)? (`shift_dims` `=` $shift_dims^)?
    `eps` `=` $eps (`acc` `=` $acc^)? (`rounding` `=` `` $rounding^)?
    (`scale_offset` `=` $scale_offset^)? attr-dict
  }];
  let extraClassDeclaration = channelOpDeclaration # [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
    /// The layer norm of the groups has them.
    ::mlir::Value getMeanInit() { return {}; }
    ::mlir::Value getRstdInit() { return {}; }
  }];
}

def Norm_BatchNormOp : Norm_RowOp<"batch_norm", [InferTypeOpAdaptor]> {
  let summary = "Batch normalization with given statistics";
  let description = [{
    What batch norm is when it infers: mean μ and variance v of each channel are
    operands, and nothing is reduced. (When it trains, it is `norm.layer_norm`
    over all dims but the channel, with `scale_dims = [channel]`.) Computation
    type A (`acc`; by default f32 for f16 and bf16 data, else R), other symbols
    as in `norm.layer_norm`:

    ```
    a = ext_A(x)
    ρ = 1/√(ext_A v + ε)
    h = (a − ext_A μ)·ρ
    y = trunc_Y(h·(ext_A γ + o) + ext_A β)                      rounding = after_scale
    y = trunc_Y(ext_P(trunc_R h)·(ext_P γ + o) + ext_P β)       rounding = before_scale
    ```

    A parameter or statistic wider than A is rounded to A. Every element stands
    alone, so tiles may cut every dim. In `norm.generic`, which has rows, a row
    is the dims after the channel, so that ρ is computed once per row; where the
    channel is the last dim, it is the channel.

    Constraints C1, C4 … C6 and C8 … C10 are those of `norm.layer_norm`, but
    that `scale_dims` and `shift_dims` are `[channel_dim]` by default, and:

    * (C11) `channel_dim` is a dim of x.
    * (C12) mean and variance have one dim, of the extent of x at `channel_dim`.

    Example, two channels:

    ```mlir
    // %x = [[1, 5]], %m = [0, 1], %v = [4, 16]
    %y = norm.batch_norm ins(%x : tensor<1x2xf32>) mean(%m : tensor<2xf32>)
           variance(%v : tensor<2xf32>) outs(%e : tensor<1x2xf32>)
           channel_dim = 1 eps = 0.0
    // %y = [[0.5, 1]]
    ```

    Images, channels first, with parameters:

    ```mlir
    %y = norm.batch_norm ins(%x : tensor<8x64x32x32xf32>)
        mean(%m : tensor<64xf32>) variance(%v : tensor<64xf32>)
        scale(%g : tensor<64xf32>) shift(%b : tensor<64xf32>)
        outs(%e : tensor<8x64x32x32xf32>) channel_dim = 1 eps = 1.0e-5
    ```

    Source: Ioffe, Szegedy, "Batch Normalization", arXiv:1502.03167.
  }];
  let arguments = (ins Norm_FloatShaped:$x, Norm_FloatShaped:$mean,
      Norm_FloatShaped:$variance, Optional<Norm_FloatShaped>:$scale,
      Optional<Norm_FloatShaped>:$shift, Norm_FloatShaped:$init,
      I64Attr:$channel_dim,
      OptionalAttr<DenseI64ArrayAttr>:$scale_dims,
      OptionalAttr<DenseI64ArrayAttr>:$shift_dims, F64Attr:$eps,
      OptionalAttr<TypeAttrOf<Norm_Float>>:$acc,
      DefaultValuedAttr<Norm_RoundingAttr,
        "::mlir::norm::Rounding::after_scale">:$rounding,
      DefaultValuedAttr<F64Attr, "0.0">:$scale_offset);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let hasCanonicalizer = 1;
  let assemblyFormat = [{
    `ins` `(` $x `:` type($x) `)` `mean` `(` $mean `:` type($mean) `)`
    `variance` `(` $variance `:` type($variance) `)`
    (`scale` `(` $scale^ `:` type($scale) `)`)?
    (`shift` `(` $shift^ `:` type($shift) `)`)?
    `outs` `(` $init `:` type($init) `)` `channel_dim` `=` $channel_dim
    (`scale_dims` `=` $scale_dims^)? (`shift_dims` `=` $shift_dims^)?
    `eps` `=` $eps (`acc` `=` $acc^)? (`rounding` `=` `` $rounding^)?
    (`scale_offset` `=` $scale_offset^)? attr-dict
  }];
  let extraClassDeclaration = channelOpDeclaration # [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
}

#endif // NORM_IR_NORMOPS_TD
