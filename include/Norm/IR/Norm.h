//===- Norm.h - The norm dialect -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_NORM_H
#define NORM_IR_NORM_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/IndexingMapOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"

#include "Norm/IR/NormDialect.h.inc"
#include "Norm/IR/NormEnums.h.inc"
#include "Norm/IR/RowOpInterface.h.inc"

#define GET_ATTRDEF_CLASSES
#include "Norm/IR/NormAttrs.h.inc"

namespace mlir::norm {
/// moments has two statistics, mean and variance; all others have one.
inline unsigned getNumStats(Combiner kind) {
  return kind == Combiner::moments ? 2 : 1;
}
} // namespace mlir::norm

#define GET_OP_CLASSES
#include "Norm/IR/NormOps.h.inc"

namespace mlir::norm {
/// Lets one-shot-bufferize handle every op over rows, in place where legal.
void registerBufferizableOpInterfaceExternalModels(DialectRegistry &registry);

/// Lets generate-runtime-verification check the dynamic extents of every op
/// over rows.
void registerRuntimeVerifiableOpInterfaceExternalModels(
    DialectRegistry &registry);

/// Shaped operands are all tensors or all memrefs (C9, G9).
LogicalResult verifyOneKindOfShape(Operation *op);

/// The narrowest of f16, bf16, f32 and f64 that holds every value of the given
/// types exactly.
FloatType getNarrowestCommonType(ArrayRef<FloatType> types);

/// True if every value of `from` is a value of `to`.
bool holdsExactly(FloatType to, FloatType from);
} // namespace mlir::norm

#endif // NORM_IR_NORM_H
