//===- Plan.cpp - Which threads take what of a row -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/GPU/Plan.h"
#include "AccessWidth.h"
#include "HasKernel.h"
#include "RegisterBudget.h"
#include "SharedRow.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::norm;
using utils::IteratorType;

static constexpr int64_t maxElementsPerThread = 32;
/// Threads of a block that has few warps to wait for: of a longer row, each
/// takes more instead.
static constexpr int64_t threadsOfShortRow = 256;
/// Threads of a block of several rows.
static constexpr int64_t threadsOfRows = 128;
static constexpr int64_t maxThreads = 1024;
static constexpr int64_t registersOfThread = 255;
/// Threads of a block of a row that no single block holds.
static constexpr int64_t threadsOfLongRow = 512;
static constexpr int64_t maxBlocksOfCluster = 8;

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
static void takeBlock(GPUPlan &plan, int64_t vectors, int64_t elements) {
  int64_t perThread = std::max<int64_t>(1, elements / plan.vectorWidth);
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

/// What threads of many warps take of a row: much, as they wait for each other,
/// unless each element comes with a condition and an address.
static int64_t getElementsOfLongRow(const GPUPlan &plan) {
  return plan.vectorWidth > 1 ? maxElementsPerThread : elementsPerThread;
}

/// A cluster a row: blocks of a size of which a multiprocessor takes two, if as
/// many as every chip has in a cluster are enough.
static void takeCluster(GPUPlan &plan, int64_t length) {
  int64_t threads = threadsOfLongRow, elements = getElementsOfLongRow(plan);
  if (length > maxBlocksOfCluster * threads * elements)
    threads = maxThreads;
  plan.blocksPerRow =
      llvm::PowerOf2Ceil(llvm::divideCeil(length, threads * elements));
  plan.threadsPerRow = plan.blocksPerRow * threads;
  plan.vectorsPerThread =
      llvm::divideCeil(length, plan.threadsPerRow * plan.vectorWidth);
}

/// A block a row that takes all registers of a multiprocessor, if those hold
/// it: loads wait while it reduces and stores, but what is read again would
/// too.
static bool takeLargeBlock(GPUPlan &plan, const RowProgram &program,
                           int64_t vectors) {
  GPUPlan block = plan;
  takeBlock(block, vectors, maxElementsPerThread);
  if (getRegisters(block, program) > getMostRegisters(block.getThreads()))
    return false;
  plan = block;
  return true;
}

/// A block a row, in a loop. Where there are no clusters, also of rows that are
/// not too long for that, but for the registers of a block: to split them among
/// blocks reads as much, and by launches, of which each goes through all rows,
/// so that none of that is in the L2 cache; what a block reads again is, while
/// the rows at hand fit. A few rows would be faster if split, but how many
/// there are must change no bits.
static void takeLongRow(GPUPlan &plan, GenericOp op) {
  plan.threadsPerRow = threadsOfLongRow;
  // Half as many where addresses are to be held as well.
  int64_t elements = elementsPerThread / (isScattered(plan, op) ? 2 : 1);
  plan.vectorsPerThread = std::max<int64_t>(1, elements / plan.vectorWidth);
  plan.isHeld = false;
}

static void takeSplitRow(GPUPlan &plan, GenericOp op) {
  takeLongRow(plan, op);
  plan.isSplit = true;
}

static GPUPlan getPlanOfLength(GPUPlan plan, const RowProgram &program,
                               const GPUChip &chip, int64_t length,
                               int64_t longestWhole) {
  int64_t vectors = llvm::divideCeil(length, plan.vectorWidth);
  if (length > longestWhole)
    takeSplitRow(plan, program.getOp());
  else if (length <= warpSize * maxElementsPerThread)
    takeWarp(plan, vectors);
  else if (length <= threadsOfShortRow * elementsPerThread)
    takeBlock(plan, vectors, elementsPerThread);
  else if (length <= maxThreads * elementsPerThread)
    takeBlock(plan, vectors, getElementsOfLongRow(plan));
  else if (chip.hasClusters && length <= longestHeldRow)
    takeCluster(plan, length);
  else if (length > maxThreads * maxElementsPerThread ||
           !takeLargeBlock(plan, program, vectors))
    takeLongRow(plan, program.getOp());
  if (plan.isHeld)
    plan.maxLength = plan.getElementsInFlight();
  return plan;
}

/// Of a dynamic length: by what fits, while it fits.
static void addPlansOfLength(SmallVectorImpl<GPUPlan> &plans,
                             const GPUPlan &plan, const RowProgram &program,
                             const GPUChip &chip, int64_t length,
                             int64_t longestWhole) {
  if (!ShapedType::isDynamic(length)) {
    plans.push_back(getPlanOfLength(plan, program, chip, length, longestWhole));
    return;
  }
  // At worst half of what a thread takes is not there, which costs little where
  // vectors are taken. Fewer kernels of the rows that vectors do not take: some
  // threads of a warp, a warp, a block; or a loop alone.
  static constexpr int64_t ofVectors[] = {128,   256,   512,           1024,
                                          2048,  4096,  8192,          16384,
                                          32768, 65536, longestHeldRow};
  static constexpr int64_t ofElements[] = {128, 1024, 8192};
  int64_t longest = 0;
  ArrayRef<int64_t> capacities = ofVectors;
  if (plan.vectorWidth == 1)
    capacities = ofElements;
  if (isScattered(plan, program.getOp()))
    capacities = {};
  for (int64_t capacity : capacities) {
    GPUPlan next = getPlanOfLength(plan, program, chip, capacity, longestWhole);
    if (!next.isHeld)
      break;
    longest = capacity;
    plans.push_back(next);
  }
  if (longest < longestWhole) {
    takeLongRow(plans.emplace_back(plan), program.getOp());
    plans.back().maxLength = longestWhole;
  }
  if (longestWhole < plan.maxLength)
    takeSplitRow(plans.emplace_back(plan), program.getOp());
}

bool mlir::norm::mayOverwriteRowInput(GenericOp op) {
  for (unsigned out = 0; out < op.getOutputs().size(); ++out)
    for (unsigned i = 0; i < op.getInputs().size(); ++i)
      if (!op.isElementwiseOut(out) &&
          op.getInputMap(i) == op.getOutputMap(out))
        return true;
  return false;
}

FailureOr<SmallVector<GPUPlan>>
mlir::norm::getGPUPlans(const RowProgram &program, const GPUChip &chip,
                        int64_t longestWhole, std::string &reason) {
  GenericOp op = program.getOp();
  if (failed(verifyHasKernel(op, chip, reason)))
    return failure();
  std::optional<unsigned> innermost = getInnermostDim(op);
  if (!innermost) {
    reason = "no operand has every dim";
    return failure();
  }

  GPUPlan plan;
  // Blocks that share a row cannot wait for each other.
  if (mayOverwriteRowInput(op))
    longestWhole = plan.maxLength;
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

  SmallVector<GPUPlan> plans;
  if (iterators[*innermost] == IteratorType::parallel) {
    // Neighbouring threads take neighbouring rows.
    plan.threadsPerRow = 1;
    plan.rowsPerBlock = threadsOfRows;
    plan.vectorsPerThread = 4;
    plan.isHeld = false;
    plans.push_back(plan);
  } else {
    plan.vectorWidth = getVectorWidth(op, *innermost, extents[*innermost]);
    addPlansOfLength(plans, plan, program, chip, length, longestWhole);
    if (plan.vectorWidth > 1) {
      plan.vectorWidth = 1;
      addPlansOfLength(plans, plan, program, chip, length, longestWhole);
    }
  }
  int64_t numReads = program.getPasses().size();
  for (unsigned out = 0; out < op.getOutputs().size(); ++out)
    if (op.isElementwiseOut(out)) {
      ++numReads;
      break;
    }
  for (GPUPlan &each : plans) {
    each.isInShared = isBestInShared(each, program);
    if (!each.isInShared)
      each.registers = std::min({getRegisters(each, program), registersOfThread,
                                 getMostRegisters(each.getThreads())});
    if (!each.isHeld)
      each.numReads = numReads;
  }
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
  if (isSplit)
    threads = llvm::formatv(
        "blocks of {0} threads share a row, a launch a pass", threadsPerRow);
  if (rowsPerBlock > 1)
    threads += llvm::formatv(", {0} rows per block", rowsPerBlock);
  std::string reads =
      isInShared ? "held in shared memory" : "held in registers";
  if (!isHeld)
    reads = numReads == 1 ? "read once"
                          : llvm::formatv("read {0} times", numReads).str();
  return llvm::formatv("{0}; {1} vectors of {2} per thread, {3}", threads,
                       vectorsPerThread, vectorWidth, reads);
}
