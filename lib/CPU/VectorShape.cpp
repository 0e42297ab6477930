//===- VectorShape.cpp - How many lanes, how many rows ----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each rule stands for a measurement: one thread of a Zen 4, beside copies of
// as many bytes; see bench/README.md.
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/VectorPlan.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::norm;

/// The types of the inputs that have a value of their own for every element.
static SmallVector<MemRefType> getElementInputs(GenericOp op) {
  SmallVector<MemRefType> types;
  for (auto [i, input] : llvm::enumerate(op.getInputs()))
    if (op.getInputMap(i).isPermutation())
      types.push_back(cast<MemRefType>(input.getType()));
  return types;
}

int64_t mlir::norm::getElementInputBytes(GenericOp op) {
  int64_t bytes = 0;
  for (MemRefType type : getElementInputs(op))
    bytes += type.getElementTypeBitWidth() / 8;
  return bytes;
}

/// Bytes of the outs that have a value per element, if these are static.
static std::optional<int64_t> getElementOutBytes(GenericOp op) {
  int64_t bits = 0;
  for (auto [i, out] : llvm::enumerate(op.getOutputs())) {
    auto type = cast<MemRefType>(out.getType());
    if (!op.isElementwiseOut(i))
      continue;
    if (!type.hasStaticShape())
      return std::nullopt;
    bits += type.getNumElements() * type.getElementTypeBitWidth();
  }
  return bits / 8;
}

/// Elements of a row, if that is static.
static std::optional<int64_t> getRowLength(GenericOp op) {
  int64_t length = 1;
  for (auto [extent, iterator] :
       llvm::zip_equal(op.getStaticLoopRanges(), op.getRowIteratorTypes()))
    if (iterator == utils::IteratorType::reduction &&
        (ShapedType::isDynamic(extent) ||
         llvm::MulOverflow(length, extent, length)))
      return std::nullopt;
  return length;
}

/// True if rows in flight share an input that varies along them.
static bool shareParameters(GenericOp op, unsigned vectorDim,
                            unsigned jammedDim) {
  return llvm::any_of(llvm::seq(op.getInputs().size()), [&](size_t i) {
    AffineMap map = op.getInputMap(i);
    return map.isFunctionOfDim(vectorDim) && !map.isFunctionOfDim(jammedDim);
  });
}

/// True if elements pass through functions that are polynomials of many steps.
static bool hasPolynomials(const RowProgram &program) {
  auto isPolynomial = [&](Operation *op) {
    return isa_and_nonnull<math::MathDialect>(op->getDialect()) &&
           !isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
                math::FloorOp, math::FmaOp, math::RoundOp, math::RoundEvenOp,
                math::RsqrtOp, math::SqrtOp, math::TruncOp>(op) &&
           variesInRow(program.getVariation(op->getResult(0)));
  };
  return llvm::any_of(program.getOp().getBody().getOps(),
                      [&](Operation &op) { return isPolynomial(&op); });
}

/// As many registers a value as `native` lanes fit ones: two, which, with
/// several rows, are as many independent accumulators as hide the latency of an
/// addition, while two for each (sum and sum of squares) fit the registers.
/// Twice as many where a row is taken by itself, for its polynomials, is too
/// long to be fetched ahead, or ends in bytes. No wider than the row, and,
/// where a rest of it would be one register, that wide: the rest would be
/// masked, and not streamed. It is for the row alone to say how it is summed,
/// lest the number of rows change it.
void VectorPlan::chooseLanes(const RowProgram &program,
                             const VectorTarget &target,
                             const VectorOptions &options, int64_t native) {
  if (options.lanes) {
    lanes = options.lanes;
    return;
  }
  GenericOp op = program.getOp();
  int64_t extent = op.getStaticLoopRanges()[vectorDim];
  bool isDynamic = ShapedType::isDynamic(extent);
  SmallVector<MemRefType> inputs = getElementInputs(op);
  // Two registers of f32 are half a line of bytes.
  bool storesBytes = llvm::any_of(op.getOutputs(), [](Value out) {
    return getElementTypeOrSelf(out).getIntOrFloatBitWidth() == 8;
  });
  // Four rows of f32 are fetched ahead if they fit.
  int64_t least = storesBytes || hasPolynomials(program)
                      ? 1024
                      : options.prefetchBytes / (4 * 4) + 1;
  bool isWide =
      !reducesAcrossLanes ||
      (target.numRegisters >= 32 && !isDynamic && extent >= least &&
       inputs.size() == 1 && inputs.front().getElementTypeBitWidth() >= 32);
  lanes = (isWide ? 4 : 2) * native;
  if (isDynamic)
    return;
  // Of narrower elements one register is no cache line.
  bool isNarrow = llvm::any_of(op->getOperandTypes(), [](Type type) {
    return getElementTypeOrSelf(type).getIntOrFloatBitWidth() < 32;
  });
  if (!isWide && !isNarrow && extent % lanes == native)
    lanes = native;
  lanes = std::min(
      lanes, hasMaskedTails
                 ? int64_t(llvm::alignTo(std::max<int64_t>(extent, 1), native))
                 : std::max<int64_t>(1, llvm::bit_floor(uint64_t(extent))));
}

/// The rows in flight, which share the loads of parameters and hide each
/// other's latency: four, or fewer. No result depends on them.
void VectorPlan::chooseRows(const RowProgram &program,
                            const VectorTarget &target,
                            const VectorOptions &options) {
  GenericOp op = program.getOp();
  SmallVector<MemRefType> inputs = getElementInputs(op);
  std::optional<int64_t> bytes = getElementOutBytes(op);
  std::optional<int64_t> length = getRowLength(op);
  bool streams = bytes && *bytes >= options.streamingBytes;
  // Short enough to stay in the first-level cache, beside the parameters that
  // rows share, from the statistics to the stores; not so short that to reduce
  // a row, and to convert it, takes as long as to read it.
  int64_t width = getElementInputBytes(op);
  int64_t least = width < 4 ? 4096 : 1536;
  int64_t most = shareParameters(op, vectorDim, *jammedDim) ? 8192 : 32768;
  bool isShort = length && *length * width >= least && *length * width <= most;
  bool isF16 = llvm::any_of(
      inputs, [](MemRefType type) { return type.getElementType().isF16(); });
  // Rows that are this far apart compete for the same places in a cache.
  constexpr int64_t page = 4096;
  bool compete =
      length && bytes && !streams && llvm::any_of(inputs, [&](MemRefType type) {
        int64_t width = type.getElementTypeBitWidth() / 8;
        return *length * width % page == 0;
      });
  if (options.rows)
    rows = options.rows;
  else if (hasPolynomials(program)) // whose steps need the registers
    rows = 1;
  else if (target.fetchesShortRowsOneByOne && isShort && streams)
    rows = 1;
  else if (inputs.size() > 1 || target.numRegisters < 32 || isF16 || compete)
    rows = 2;
  else
    rows = 4;
  int64_t extent = op.getStaticLoopRanges()[*jammedDim];
  while (!ShapedType::isDynamic(extent) && rows > 1 && extent % rows != 0)
    rows /= 2;
}
