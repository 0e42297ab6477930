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

/// Rows from so many elements on are long: several in flight do not fit the
/// first-level cache beside their parameters.
constexpr int64_t longRow = 1024;

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

/// Every operand that has the vector dim has it last, at unit stride.
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

/// True if the outs are static and so large that they stream past the caches.
static bool isKnownToStream(GenericOp op, const VectorOptions &options) {
  int64_t bits = 0;
  for (auto [i, out] : llvm::enumerate(op.getOutputs())) {
    auto type = cast<MemRefType>(out.getType());
    if (!op.isElementwiseOut(i))
      continue;
    if (!type.hasStaticShape())
      return false;
    bits += type.getNumElements() * type.getElementTypeBitWidth();
  }
  return bits / 8 >= options.streamingBytes;
}

/// As many registers a value as `native` lanes fit ones: two, which, with
/// several rows, are as many independent accumulators as hide the latency of an
/// addition, while two for each (sum and sum of squares) fit the registers.
/// Rows from memory are read faster in twice as long pieces, though these
/// accumulators do not all fit. No wider than the row. It is for the row's
/// length alone to say how it is summed, lest the number of rows change it.
static int64_t getLanes(const VectorPlan &plan, const VectorTarget &target,
                        int64_t native, ArrayRef<int64_t> extents) {
  int64_t extent = extents[plan.vectorDim];
  bool isDynamic = ShapedType::isDynamic(extent);
  bool isLong = !isDynamic && extent >= longRow;
  bool isWide =
      !plan.reducesAcrossLanes || (target.numRegisters >= 32 && isLong);
  int64_t lanes = (isWide ? 4 : 2) * native;
  if (isDynamic)
    return lanes;
  return std::min(
      lanes, plan.hasMaskedTails
                 ? int64_t(llvm::alignTo(std::max<int64_t>(extent, 1), native))
                 : std::max<int64_t>(1, llvm::bit_floor(uint64_t(extent))));
}

/// Rows that are short, but not so short that to reduce one takes as long as to
/// read it.
static bool isShortRow(GenericOp op, ArrayRef<int64_t> extents) {
  constexpr int64_t minLength = 128;
  int64_t length = 1;
  for (auto [extent, iterator] :
       llvm::zip_equal(extents, op.getRowIteratorTypes()))
    if (iterator == utils::IteratorType::reduction &&
        (ShapedType::isDynamic(extent) ||
         llvm::MulOverflow(length, extent, length)))
      return false;
  return length >= minLength && length < longRow;
}

/// The rows in flight: they share the loads of parameters and hide each other's
/// latency, if they divide the rows that there are.
static int64_t getRows(GenericOp op, const VectorPlan &plan,
                       const VectorTarget &target, const VectorOptions &options,
                       ArrayRef<int64_t> extents) {
  int64_t numElementwise = 0;
  for (unsigned i = 0; i < op.getInputs().size(); ++i)
    numElementwise += op.getInputMap(i).isPermutation();
  int64_t rows = numElementwise > 1 || target.numRegisters < 32 ? 2 : 4;
  if (options.rows)
    rows = options.rows;
  else if (target.fetchesShortRowsOneByOne && isShortRow(op, extents) &&
           isKnownToStream(op, options))
    rows = 1;
  int64_t extent = extents[*plan.jammedDim];
  while (!ShapedType::isDynamic(extent) && rows > 1 && extent % rows != 0)
    rows /= 2;
  return rows;
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
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  plan.vectorDim = *vectorDim;
  plan.reducesAcrossLanes =
      iterators[*vectorDim] == utils::IteratorType::reduction;
  auto [widest, narrowest] = getWidths(op);
  plan.hasMaskedTails =
      narrowest >= 32 ? target.hasMasks : target.hasNarrowMasks;

  plan.lanes = options.lanes ? options.lanes
                             : getLanes(plan, target,
                                        target.vectorBits / widest, extents);
  if (plan.reducesAcrossLanes) {
    for (unsigned dim = 0; dim < iterators.size(); ++dim)
      if (iterators[dim] == utils::IteratorType::parallel)
        plan.jammedDim = dim;
    if (plan.jammedDim)
      plan.rows = getRows(op, plan, target, options, extents);
  }
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
