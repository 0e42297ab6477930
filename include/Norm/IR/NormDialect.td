//===- NormDialect.td - The norm dialect -------------------*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_NORMDIALECT_TD
#define NORM_IR_NORMDIALECT_TD

include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Norm_Dialect : Dialect {
  let name = "norm";
  let cppNamespace = "::mlir::norm";
  let summary = "Normalization over rows: what is meant, and how it is fused";
  let description = [{
    Two levels of one idea.

    *Named ops* (`norm.layer_norm`, `norm.rms_norm`, `norm.l2_norm`,
    `norm.group_norm`, `norm.batch_norm`) say what is meant: which dims form a
    row, which statistics are taken, where values are rounded. The meaning of a variance is always the centred, two-pass one;
    E[x²] − E[x]² is never a meaning.

    *`norm.generic`* is the hub: one fused row program, one region of scalar SSA
    in which `norm.reduce` is a collective over the row. Every fusion ends in it
    and every lowering starts from it.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect"
  ];
  let hasConstantMaterializer = 1;
  let useDefaultAttributePrinterParser = 1;
}

//===----------------------------------------------------------------------===//
// Enums
//===----------------------------------------------------------------------===//

def Norm_Rounding : I32EnumAttr<"Rounding",
    "where the normalized value is rounded to the data's type", [
      I32EnumAttrCase<"after_scale", 0>, I32EnumAttrCase<"before_scale", 1>]> {
  let cppNamespace = "::mlir::norm";
  let genSpecializedAttr = 0;
}
def Norm_RoundingAttr : EnumAttr<Norm_Dialect, Norm_Rounding, "rounding">;

def Norm_EpsMode : I32EnumAttr<"EpsMode",
    "how eps keeps the norm away from zero", [
      I32EnumAttrCase<"add", 0>, I32EnumAttrCase<"max", 1>]> {
  let cppNamespace = "::mlir::norm";
  let genSpecializedAttr = 0;
}
def Norm_EpsModeAttr : EnumAttr<Norm_Dialect, Norm_EpsMode, "eps_mode">;

def Norm_Combiner : I32EnumAttr<"Combiner",
    "how the values of a row are combined", [
      I32EnumAttrCase<"add", 0>, I32EnumAttrCase<"max", 1>,
      I32EnumAttrCase<"min", 2>, I32EnumAttrCase<"moments", 3>]> {
  let cppNamespace = "::mlir::norm";
  let genSpecializedAttr = 0;
}
def Norm_CombinerAttr : EnumAttr<Norm_Dialect, Norm_Combiner, "combiner">;

#endif // NORM_IR_NORMDIALECT_TD
