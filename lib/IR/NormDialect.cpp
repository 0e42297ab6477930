//===- NormDialect.cpp - Registration -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/Norm.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::norm;

#include "Norm/IR/NormDialect.cpp.inc"
#include "Norm/IR/NormEnums.cpp.inc"
#include "Norm/IR/RowOpInterface.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "Norm/IR/NormAttrs.cpp.inc"

#define GET_OP_CLASSES
#include "Norm/IR/NormOps.cpp.inc"

void NormDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "Norm/IR/NormAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "Norm/IR/NormOps.cpp.inc"
      >();
}

Operation *NormDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

LogicalResult mlir::norm::verifyOneKindOfShape(Operation *op) {
  bool tensors = false, memrefs = false;
  for (Type type : op->getOperandTypes()) {
    tensors |= isa<TensorType>(type);
    memrefs |= isa<BaseMemRefType>(type);
  }
  if (tensors && memrefs)
    return op->emitOpError("mixes tensor and memref operands");
  return success();
}

bool mlir::norm::holdsExactly(FloatType to, FloatType from) {
  return llvm::APFloatBase::isRepresentableBy(from.getFloatSemantics(),
                                              to.getFloatSemantics());
}

FloatType mlir::norm::getNarrowestCommonType(ArrayRef<FloatType> types) {
  MLIRContext *context = types.front().getContext();
  for (FloatType candidate : {FloatType(Float16Type::get(context)),
                              FloatType(BFloat16Type::get(context)),
                              FloatType(Float32Type::get(context))})
    if (llvm::all_of(types, [&](FloatType type) {
          return holdsExactly(candidate, type);
        }))
      return candidate;
  return Float64Type::get(context);
}
