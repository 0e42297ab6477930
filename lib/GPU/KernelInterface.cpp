//===- KernelInterface.cpp - What host and kernel agree on -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelInterface.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/TilingInterface.h"

using namespace mlir;
using namespace mlir::norm;

OpFoldResult KernelInterface::addArgument(OpFoldResult value) {
  auto dynamic = dyn_cast<Value>(value);
  if (!dynamic)
    return value;
  value = getAsOpFoldResult(dynamic);
  if (isa<Value>(value))
    arguments.insert(dynamic);
  return value;
}

OperandLayout KernelInterface::getLayout(Value operand, OpBuilder &builder,
                                         Location loc) {
  OperandLayout layout;
  auto type = dyn_cast<MemRefType>(operand.getType());
  if (!type) {
    layout.base = operand;
    if (!matchPattern(operand, m_Constant()))
      arguments.insert(operand);
    return layout;
  }
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  layout.base = memref::ReinterpretCastOp::create(
      builder, loc,
      MemRefType::get({1}, type.getElementType(), MemRefLayoutAttrInterface(),
                      type.getMemorySpace()),
      operand, zero, ArrayRef<OpFoldResult>(one), ArrayRef<OpFoldResult>(one));
  arguments.insert(layout.base);
  auto metadata =
      memref::ExtractStridedMetadataOp::create(builder, loc, operand);
  layout.offset = addArgument(metadata.getConstifiedMixedOffset());
  for (OpFoldResult stride : metadata.getConstifiedMixedStrides())
    layout.strides.push_back(addArgument(stride));
  return layout;
}

KernelInterface::KernelInterface(GenericOp op, OpBuilder &builder) {
  Location loc = op.getLoc();
  for (Value operand : op->getOperands()) {
    auto same = llvm::find(op->getOperands(), operand);
    unsigned first = std::distance(op->operand_begin(), same);
    operands.push_back(first < operands.size()
                           ? operands[first]
                           : getLayout(operand, builder, loc));
  }
  for (Range &range :
       cast<TilingInterface>(op.getOperation()).getIterationDomain(builder))
    extents.push_back(addArgument(range.size));
  op.getBody().walk([&](Operation *nested) {
    for (Value operand : nested->getOperands())
      if (operand.getParentBlock() != op.getBodyBlock() &&
          !matchPattern(operand, m_Constant()))
        arguments.insert(operand);
  });

  unsigned numInputs = op.getInputs().size();
  auto isOut = [&](Value operand, AffineMap map) {
    for (auto [i, out] : llvm::enumerate(op.getOutputs()))
      if (out == operand || op.getOutputMap(i) == map)
        return true;
    return false;
  };
  for (unsigned i = 0; i < numInputs; ++i)
    if (isa<MemRefType>(op.getInputs()[i].getType()))
      readOnly.insert(operands[i].base);
  for (unsigned i = 0; i < numInputs; ++i)
    if (isOut(op.getInputs()[i], op.getInputMap(i)))
      readOnly.erase(operands[i].base);
}
