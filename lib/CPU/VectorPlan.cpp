//===- VectorPlan.cpp - The shape of the code for one row program -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/VectorPlan.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::norm;

/// The dim that an operand's innermost memory dim runs along, if any.
static std::optional<unsigned> getInnermostDim(AffineMap map) {
  if (map.getNumResults() == 0)
    return std::nullopt;
  return map.getDimPosition(map.getNumResults() - 1);
}

/// True if neighbouring elements along the last dim are neighbours in memory.
static bool hasUnitInnerStride(MemRefType type) {
  if (type.getRank() == 0)
    return true;
  SmallVector<int64_t> strides;
  int64_t offset;
  return succeeded(type.getStridesAndOffset(strides, offset)) &&
         strides.back() == 1;
}

bool mlir::norm::isPackedInVectors(Type element) {
  if (!element.isIntOrFloat())
    return false;
  unsigned width = element.getIntOrFloatBitWidth();
  return width < 8 || !llvm::isPowerOf2_32(width);
}

/// Every operand that has the vector dim has it last, at unit stride, and its
/// elements in memory are those of a vector.
static LogicalResult verifyVectorDim(GenericOp op, unsigned vectorDim,
                                     std::string &reason) {
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!map.isFunctionOfDim(vectorDim))
      continue;
    if (getInnermostDim(map) != vectorDim) {
      reason = llvm::formatv("operand #{0} has d{1} not innermost",
                             operand.getOperandNumber(), vectorDim);
      return failure();
    }
    if (!hasUnitInnerStride(cast<MemRefType>(operand.get().getType()))) {
      reason = llvm::formatv("operand #{0} has no unit inner stride",
                             operand.getOperandNumber());
      return failure();
    }
    Type element = getElementTypeOrSelf(operand.get().getType());
    if (isPackedInVectors(element)) {
      reason = llvm::formatv("operand #{0} has elements of {1}, which memory "
                             "does not pack as vectors do",
                             operand.getOperandNumber(), element);
      return failure();
    }
  }
  return success();
}

/// The bits of the widest float that the body computes in, and of the
/// narrowest that it loads or stores.
static std::pair<unsigned, unsigned> getWidths(GenericOp op) {
  unsigned widest = 8, narrowest = 64;
  auto visit = [&](Type type) {
    if (!type.isIntOrFloat())
      return;
    unsigned width = std::max(8u, type.getIntOrFloatBitWidth());
    widest = std::max(widest, isa<FloatType>(type) ? width : 8);
    narrowest = std::min(narrowest, width);
  };
  for (Type type : op->getOperandTypes())
    visit(getElementTypeOrSelf(type));
  op.getBody().walk([&](Operation *nested) {
    for (Type type : nested->getResultTypes())
      if (isa<FloatType>(type))
        widest = std::max(widest, type.getIntOrFloatBitWidth());
  });
  return {std::max(widest, 32u), narrowest};
}

FailureOr<VectorPlan> VectorPlan::get(const RowProgram &program,
                                      const VectorTarget &target,
                                      const VectorOptions &options,
                                      std::string &reason) {
  GenericOp op = program.getOp();
  if (!op.hasPureBufferSemantics()) {
    reason = "works on tensors: bufferize first";
    return failure();
  }
  std::optional<unsigned> vectorDim;
  for (unsigned i = 0; i < op.getOutputs().size() && !vectorDim; ++i)
    if (op.isElementwiseOut(i))
      vectorDim = getInnermostDim(op.getOutputMap(i));
  for (unsigned i = 0; i < op.getInputs().size() && !vectorDim; ++i)
    if (op.getInputMap(i).isPermutation())
      vectorDim = getInnermostDim(op.getInputMap(i));
  if (!vectorDim) {
    reason = "no operand has every dim";
    return failure();
  }
  VectorPlan plan;
  SmallVector<utils::IteratorType> iterators = op.getRowIteratorTypes();
  if (failed(verifyVectorDim(op, *vectorDim, reason))) {
    auto parallel =
        llvm::find(llvm::reverse(iterators), utils::IteratorType::parallel);
    if (parallel == iterators.rend())
      return failure();
    plan.vectorDim = std::distance(parallel, iterators.rend()) - 1;
    plan.reducesAcrossLanes = false;
    plan.scalarReason = reason;
    return plan;
  }
  plan.vectorDim = *vectorDim;
  plan.reducesAcrossLanes =
      iterators[*vectorDim] == utils::IteratorType::reduction;
  auto [widest, narrowest] = getWidths(op);
  plan.hasMaskedTails =
      narrowest >= 32 ? target.hasMasks : target.hasNarrowMasks;

  if (plan.reducesAcrossLanes)
    for (unsigned dim = 0; dim < iterators.size(); ++dim)
      if (iterators[dim] == utils::IteratorType::parallel)
        plan.jammedDim = dim;
  plan.repeatsFetches = target.mayDropFetches;
  plan.chooseLanes(program, target, options, target.vectorBits / widest);
  if (plan.jammedDim)
    plan.chooseRows(program, target, options);
  return plan;
}

std::string VectorPlan::str() const {
  if (isScalar())
    return "no vectors: " + scalarReason;
  return llvm::formatv(
      "{0} lanes along d{1}, {2}; {3} rows at once; {4} tails", lanes,
      vectorDim, reducesAcrossLanes ? "reduced across lanes" : "a row per lane",
      rows, hasMaskedTails ? "masked" : "scalar");
}
