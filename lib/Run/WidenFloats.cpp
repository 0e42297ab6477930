//===- WidenFloats.cpp - Every float becomes f64 ----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Verifier.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMWIDENFLOATSPASS
#include "Norm/Run/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

static bool isNarrowFloat(Type type) {
  auto floatType = dyn_cast<FloatType>(getElementTypeOrSelf(type));
  return floatType && floatType.getWidth() < 64;
}

//===----------------------------------------------------------------------===//
// What has no meaning in f64
//===----------------------------------------------------------------------===//

/// Why the op cannot be widened; empty if it can.
static StringRef getObstacle(Operation *op) {
  bool touchesFloats = llvm::any_of(op->getOperandTypes(), isNarrowFloat) ||
                       llvm::any_of(op->getResultTypes(), isNarrowFloat);
  if (touchesFloats &&
      isa<arith::BitcastOp, arith::ScalingExtFOp, arith::ScalingTruncFOp,
          tensor::BitcastOp, vector::BitCastOp, memref::ViewOp>(op))
    return "depends on the bits of a float, which have no meaning in f64";
  if (isa<LLVM::LLVMDialect>(op->getDialect()))
    return "is below the level that can be evaluated in f64";
  if (auto function = dyn_cast<func::FuncOp>(op);
      function && function.isExternal())
    return "has no body to evaluate in f64";
  for (NamedAttribute attr : op->getAttrs())
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr.getValue());
        resource && !resource.getRawHandle().getBlob())
      return "is a constant whose data is missing";
  return {};
}

static LogicalResult refuseObstacles(ModuleOp module) {
  WalkResult result = module.walk([](Operation *op) {
    StringRef obstacle = getObstacle(op);
    if (obstacle.empty())
      return WalkResult::advance();
    op->emitError() << "'" << op->getName() << "' " << obstacle;
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

//===----------------------------------------------------------------------===//
// Types and constants
//===----------------------------------------------------------------------===//

static APFloat widen(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value;
}

static Attribute widen(DenseElementsAttr attr) {
  return cast<DenseFPElementsAttr>(attr).mapValues(
      Float64Type::get(attr.getContext()),
      [](const APFloat &value) { return widen(value).bitcastToAPInt(); });
}

static AttrTypeReplacer makeReplacer() {
  using AttrResult = std::optional<std::pair<Attribute, WalkResult>>;
  AttrTypeReplacer replacer;
  replacer.addReplacement([](FloatType type) -> std::optional<Type> {
    if (isNarrowFloat(type))
      return Float64Type::get(type.getContext());
    return std::nullopt;
  });
  replacer.addReplacement([](FloatAttr attr) -> AttrResult {
    if (!isNarrowFloat(attr.getType()))
      return std::nullopt;
    Type f64 = Float64Type::get(attr.getContext());
    return {{FloatAttr::get(f64, widen(attr.getValue())), WalkResult::skip()}};
  });
  replacer.addReplacement([](DenseElementsAttr attr) -> AttrResult {
    if (!isNarrowFloat(attr.getType()))
      return std::nullopt;
    return {{widen(attr), WalkResult::skip()}};
  });
  replacer.addReplacement([](DenseResourceElementsAttr attr) -> AttrResult {
    if (!isNarrowFloat(attr.getType()))
      return std::nullopt;
    auto dense = DenseElementsAttr::getFromRawBuffer(
        attr.getType(), attr.getRawHandle().getBlob()->getData());
    return {{widen(dense), WalkResult::skip()}};
  });
  // Properties of ops, such as static sizes; their type is part of the op.
  replacer.addReplacement([](DenseArrayAttr attr) -> AttrResult {
    return {{attr, WalkResult::skip()}};
  });
  replacer.addReplacement([](arith::FastMathFlagsAttr attr) -> AttrResult {
    return {{arith::FastMathFlagsAttr::get(attr.getContext(),
                                           arith::FastMathFlags::none),
             WalkResult::skip()}};
  });
  return replacer;
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct NormWidenFloatsPass
    : norm::impl::NormWidenFloatsPassBase<NormWidenFloatsPass> {
  using Base::Base;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(refuseObstacles(module)))
      return signalPassFailure();
    module.walk([](Operation *op) {
      if (!isa<arith::ExtFOp, arith::TruncFOp>(op))
        return;
      op->getResult(0).replaceAllUsesWith(op->getOperand(0));
      op->erase();
    });
    AttrTypeReplacer replacer = makeReplacer();
    replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true,
                                          /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
  }
};
} // namespace
