//===- AccessWidth.cpp - Elements accessed at once -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AccessWidth.h"
#include "Norm/GPU/Plan.h"

using namespace mlir;
using namespace mlir::norm;

/// Bytes of the widest access to memory.
static constexpr int64_t accessBytes = 16;

static int64_t getByteWidth(Type type) {
  return std::max(8u, getElementTypeOrSelf(type).getIntOrFloatBitWidth()) / 8;
}

int64_t mlir::norm::getAccessAlignment(GenericOp op, unsigned operand,
                                       int64_t width) {
  return std::min(accessBytes,
                  width * getByteWidth(op->getOperand(operand).getType()));
}

static SmallVector<int64_t> getStaticStrides(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    strides.assign(type.getRank(), ShapedType::kDynamic);
  return strides;
}

int64_t mlir::norm::getVectorWidth(GenericOp op, unsigned dim, int64_t extent) {
  int64_t width = accessBytes;
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i)
    if (op.getInputMap(i).isPermutation())
      width = std::min(width,
                       accessBytes / getByteWidth(op->getOperand(i).getType()));
  if (!ShapedType::isDynamic(extent))
    while (width > 1 && extent % width != 0)
      width /= 2;
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
    AffineMap map = op.getInputMap(i);
    if (!map.isFunctionOfDim(dim))
      continue;
    // Bytes in memory, and bits of a vector.
    if (getElementTypeOrSelf(op->getOperand(i).getType()).isInteger(1))
      return 1;
    if (map.getDimPosition(map.getNumResults() - 1) != dim)
      return 1;
    auto type = cast<MemRefType>(op->getOperand(i).getType());
    SmallVector<int64_t> strides = getStaticStrides(type);
    if (strides.back() != 1) // or not known: no vector op takes it
      return 1;
    strides.pop_back();
    for (int64_t stride : strides)
      if (!ShapedType::isDynamic(stride))
        while (width > 1 &&
               stride * getByteWidth(type) % getAccessAlignment(op, i, width))
          width /= 2;
  }
  return width;
}

bool mlir::norm::isScattered(const GPUPlan &plan, GenericOp op) {
  if (plan.vectorWidth > 1 || plan.reductionDims.empty())
    return false;
  if (plan.reductionDims.size() > 1)
    return true;
  unsigned dim = plan.reductionDims.back();
  AffineExpr expr = getAffineDimExpr(dim, op.getContext());
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i)
    if (std::optional<unsigned> position =
            op.getInputMap(i).getResultPosition(expr))
      if (ShapedType::isDynamic(getStaticStrides(
              cast<MemRefType>(op->getOperand(i).getType()))[*position]))
        return true;
  return false;
}
