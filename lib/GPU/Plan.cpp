//===- Plan.cpp - Which threads take what of a row -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/GPU/Plan.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::norm;
using utils::IteratorType;

/// Bytes of the widest access to memory.
static constexpr int64_t accessBytes = 16;
/// Elements of a row that a thread holds: enough loads in flight, and few
/// enough registers for several blocks.
static constexpr int64_t elementsPerThread = 16;
static constexpr int64_t maxElementsPerThread = 32;
/// Threads of a block of several rows.
static constexpr int64_t threadsOfRows = 128;
static constexpr int64_t maxThreads = 1024;
/// Threads of a block of a row that no single block holds.
static constexpr int64_t threadsOfLongRow = 512;
static constexpr int64_t maxBlocksOfCluster = 8;

static int64_t getByteWidth(Type type) {
  return std::max(8u, getElementTypeOrSelf(type).getIntOrFloatBitWidth()) / 8;
}

int64_t mlir::norm::getAccessAlignment(GenericOp op, unsigned operand,
                                       int64_t width) {
  return std::min(accessBytes,
                  width * getByteWidth(op->getOperand(operand).getType()));
}

SmallVector<int64_t> mlir::norm::getStaticStrides(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    strides.assign(type.getRank(), ShapedType::kDynamic);
  return strides;
}

//===----------------------------------------------------------------------===//
// What has a kernel
//===----------------------------------------------------------------------===//

static bool isFloat(Type type) {
  return isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type);
}

/// Ops on scalars that the GPU has instructions for, or that expand to such.
static bool isKnown(Operation *op) {
  if (isa<ReduceOp, CountOp>(op))
    return true;
  if (isa<arith::ArithDialect>(op->getDialect()))
    return !isa<arith::RemFOp>(op);
  return isa<math::AbsFOp, math::CeilOp, math::ClampFOp, math::CopySignOp,
             math::ErfOp, math::Exp2Op, math::ExpM1Op, math::ExpOp,
             math::FloorOp, math::FmaOp, math::Log1pOp, math::Log2Op,
             math::LogOp, math::RoundEvenOp, math::RsqrtOp, math::SqrtOp,
             math::TanhOp, math::TruncOp>(op);
}

static bool isF8(Type type) {
  return isa<Float8E4M3FNType, Float8E5M2Type>(type);
}

/// f8 is for results alone: what is rounded to it is stored, as it is or as a
/// byte.
static bool isF8Result(Operation *op) {
  auto truncate = dyn_cast<arith::TruncFOp>(op);
  return truncate && isF8(truncate.getType()) &&
         !truncate.getIn().getType().isF64() &&
         llvm::all_of(op->getUsers(), llvm::IsaPred<YieldOp, arith::BitcastOp>);
}

static LogicalResult verifyBody(GenericOp op, const GPUChip &chip,
                                std::string &reason) {
  llvm::raw_string_ostream os(reason);
  for (Operation &nested : op.getBodyBlock()->without_terminator()) {
    if (!isKnown(&nested)) {
      os << "'" << nested.getName() << "' has no code of its own on the GPU";
      return failure();
    }
    bool isTranscendental =
        isa<math::ErfOp, math::Exp2Op, math::ExpM1Op, math::ExpOp,
            math::Log1pOp, math::Log2Op, math::LogOp, math::TanhOp>(nested);
    for (Type type : nested.getResultTypes())
      if (!(isFloat(type) && !(isTranscendental && type.isF64())) &&
          !type.isIntOrIndex() && !(chip.hasF8 && isF8Result(&nested))) {
        os << "'" << nested.getName() << "' has no code on " << type << " on "
           << chip.name;
        return failure();
      }
  }
  return success();
}

static LogicalResult verifyOperands(GenericOp op, std::string &reason) {
  llvm::raw_string_ostream os(reason);
  for (auto [i, type] : llvm::enumerate(op->getOperandTypes())) {
    bool isOut = i >= op.getInputs().size();
    Type element = getElementTypeOrSelf(type);
    auto memref = dyn_cast<MemRefType>(type);
    bool isBytes =
        element.isInteger() && element.getIntOrFloatBitWidth() % 8 == 0;
    if (!isFloat(element) && !isBytes && !(element.isIndex() && !memref) &&
        !(isOut && isF8(element))) {
      os << "no kernels on " << type << " as an " << (isOut ? "out" : "input");
      return failure();
    }
    if (memref && !memref.isStrided()) {
      os << "no strides for " << type;
      return failure();
    }
  }
  return success();
}

/// The dim along which elements are neighbours in memory.
static std::optional<unsigned> getInnermostDim(GenericOp op) {
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
    // Outs first.
    unsigned operand = (i + op.getInputs().size()) % e;
    AffineMap map = op.getInputMap(operand);
    if (map.isPermutation())
      return map.getDimPosition(map.getNumResults() - 1);
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

/// The most elements, a power of two, that each operand may be accessed by at
/// once along `dim`, as far as is known before run time.
static int64_t getVectorWidth(GenericOp op, unsigned dim, int64_t extent) {
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
    if (map.getDimPosition(map.getNumResults() - 1) != dim)
      return 1;
    auto type = cast<MemRefType>(op->getOperand(i).getType());
    SmallVector<int64_t> strides = getStaticStrides(type);
    if (!ShapedType::isDynamic(strides.back()) && strides.back() != 1)
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

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

/// Some threads of a warp a row, several rows a block.
static void takeWarp(GPUPlan &plan, int64_t vectors) {
  int64_t perThread =
      std::max<int64_t>(1, elementsPerThread / plan.vectorWidth);
  int64_t threads = std::max<int64_t>(
      std::min<int64_t>(8, llvm::PowerOf2Ceil(vectors)),
      llvm::PowerOf2Ceil(llvm::divideCeil(vectors, perThread)));
  plan.threadsPerRow = std::clamp<int64_t>(threads, 1, warpSize);
  plan.rowsPerBlock = threadsOfRows / plan.threadsPerRow;
  plan.vectorsPerThread =
      std::max<int64_t>(1, llvm::divideCeil(vectors, plan.threadsPerRow));
}

/// A block a row: as many vectors a thread as waste few of them.
static void takeBlock(GPUPlan &plan, int64_t vectors) {
  int64_t perThread =
      std::max<int64_t>(1, elementsPerThread / plan.vectorWidth);
  int64_t leastWaste = std::numeric_limits<int64_t>::max();
  for (int64_t number = perThread; number > 0; --number) {
    int64_t threads =
        llvm::alignTo(llvm::divideCeil(vectors, number), warpSize);
    int64_t waste = threads * number - vectors;
    if (threads > maxThreads || waste >= leastWaste)
      continue;
    leastWaste = waste;
    plan.threadsPerRow = threads;
    plan.vectorsPerThread = number;
    if (waste <= vectors / 16)
      return;
  }
}

/// A cluster a row: blocks of a size of which a multiprocessor takes two, if as
/// many as every chip has in a cluster are enough.
static void takeCluster(GPUPlan &plan, int64_t length) {
  int64_t threads = threadsOfLongRow;
  if (length > maxBlocksOfCluster * threads * elementsPerThread)
    threads = maxThreads;
  plan.blocksPerRow =
      llvm::PowerOf2Ceil(llvm::divideCeil(length, threads * elementsPerThread));
  plan.threadsPerRow = plan.blocksPerRow * threads;
  plan.vectorsPerThread =
      llvm::divideCeil(length, plan.threadsPerRow * plan.vectorWidth);
}

static void takeLongRow(GPUPlan &plan) {
  plan.threadsPerRow = threadsOfLongRow;
  plan.vectorsPerThread =
      std::max<int64_t>(1, elementsPerThread / plan.vectorWidth);
  plan.isHeld = false;
}

static GPUPlan getPlanOfLength(GPUPlan plan, const GPUChip &chip,
                               int64_t length) {
  int64_t vectors = llvm::divideCeil(length, plan.vectorWidth);
  if (length <= warpSize * maxElementsPerThread)
    takeWarp(plan, vectors);
  else if (length <= maxThreads * elementsPerThread)
    takeBlock(plan, vectors);
  else if (chip.hasClusters &&
           length <= maxBlocksOfCluster * maxThreads * elementsPerThread)
    takeCluster(plan, length);
  else
    takeLongRow(plan);
  return plan;
}

FailureOr<SmallVector<GPUPlan>>
mlir::norm::getGPUPlans(const RowProgram &program, const GPUChip &chip,
                        std::string &reason) {
  GenericOp op = program.getOp();
  if (!op.hasPureBufferSemantics()) {
    reason = "works on tensors: bufferize first";
    return failure();
  }
  if (failed(verifyOperands(op, reason)) ||
      failed(verifyBody(op, chip, reason)))
    return failure();
  std::optional<unsigned> innermost = getInnermostDim(op);
  if (!innermost) {
    reason = "no operand has every dim";
    return failure();
  }

  GPUPlan plan;
  int64_t length = 1;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  auto addDim = [&](unsigned dim, IteratorType iterator) {
    if (iterator == IteratorType::parallel) {
      plan.parallelDims.push_back(dim);
      return;
    }
    plan.reductionDims.push_back(dim);
    if (ShapedType::isDynamic(extents[dim]) || ShapedType::isDynamic(length))
      length = ShapedType::kDynamic;
    else
      length *= extents[dim];
  };
  SmallVector<IteratorType> iterators = op.getRowIteratorTypes();
  for (auto [dim, iterator] : llvm::enumerate(iterators))
    if (dim != *innermost)
      addDim(dim, iterator);
  addDim(*innermost, iterators[*innermost]);

  if (iterators[*innermost] == IteratorType::parallel) {
    // Neighbouring threads take neighbouring rows.
    plan.threadsPerRow = 1;
    plan.rowsPerBlock = threadsOfRows;
    plan.vectorsPerThread = 4;
    plan.isHeld = false;
    return SmallVector<GPUPlan>{plan};
  }

  SmallVector<GPUPlan> plans;
  plan.vectorWidth = getVectorWidth(op, *innermost, extents[*innermost]);
  if (!ShapedType::isDynamic(length)) {
    plans.push_back(getPlanOfLength(plan, chip, length));
    if (plan.vectorWidth > 1) {
      plan.vectorWidth = 1;
      plans.push_back(getPlanOfLength(plan, chip, length));
    }
    return plans;
  }
  if (plan.vectorWidth > 1) {
    for (int64_t capacity : {512, 4096, 16384})
      plans.push_back(getPlanOfLength(plan, chip, capacity));
    takeLongRow(plans.emplace_back(plan));
    plan.vectorWidth = 1;
  }
  takeLongRow(plans.emplace_back(plan));
  return plans;
}

std::string GPUPlan::str() const {
  std::string threads =
      threadsPerRow == 1 ? "a thread per row"
      : threadsPerRow < warpSize
          ? llvm::formatv("{0} threads per row", threadsPerRow).str()
      : threadsPerRow == warpSize
          ? "a warp per row"
          : llvm::formatv("a block of {0} threads per row", threadsPerRow)
                .str();
  if (blocksPerRow > 1)
    threads = llvm::formatv("a cluster of {0} blocks of {1} threads per row",
                            blocksPerRow, getThreads());
  if (rowsPerBlock > 1)
    threads += llvm::formatv(", {0} rows per block", rowsPerBlock);
  return llvm::formatv(
      "{0}; {1} vectors of {2} per thread, {3}", threads, vectorsPerThread,
      vectorWidth, isHeld ? "held in registers" : "read again in each pass");
}
