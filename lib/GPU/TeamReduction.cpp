//===- TeamReduction.cpp - Among the threads of a row -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "Norm/IR/ScalarBuilder.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::norm;

/// The value of the thread whose number differs in the bit `distance`.
Value KernelEmitter::shuffle(Value value, int64_t distance) {
  auto exchange = [&](Value word) -> Value {
    return gpu::ShuffleOp::create(builder, loc, word, distance, warpSize,
                                  gpu::ShuffleMode::XOR)
        .getShuffleResult();
  };
  if (value.getType().isF32())
    return exchange(value);
  // A double is two words.
  Type word = builder.getI32Type(), wide = builder.getI64Type();
  Value bits = arith::BitcastOp::create(builder, loc, wide, value);
  Value half = arith::ConstantIntOp::create(builder, loc, 32, 64);
  Value low = arith::TruncIOp::create(builder, loc, word, bits);
  Value high = arith::TruncIOp::create(
      builder, loc, word, arith::ShRUIOp::create(builder, loc, bits, half));
  low = arith::ExtUIOp::create(builder, loc, wide, exchange(low));
  high = arith::ExtUIOp::create(builder, loc, wide, exchange(high));
  bits = arith::OrIOp::create(
      builder, loc, arith::ShLIOp::create(builder, loc, high, half), low);
  return arith::BitcastOp::create(builder, loc, value.getType(), bits);
}

/// Over each group of `lanes` threads: a butterfly, so that every one gets the
/// result, the same bits in each.
void KernelEmitter::reduceInWarp(ArrayRef<Accumulator> accumulators,
                                 MutableArrayRef<Value> reduced,
                                 int64_t lanes) {
  ScalarBuilder b{builder, loc};
  for (int64_t distance = lanes / 2; distance > 0; distance /= 2)
    for (auto [accumulator, value] : llvm::zip_equal(accumulators, reduced))
      value = b.combine(accumulator.first, value, shuffle(value, distance));
}

/// Two and two: short chains.
Value KernelEmitter::combineAll(Combiner kind, SmallVector<Value> terms) {
  auto combine = [&](Value a, Value b) -> Value {
    if (kind == Combiner::add)
      return arith::AddFOp::create(builder, loc, a, b,
                                   arith::FastMathFlags::contract);
    return ScalarBuilder{builder, loc}.combine(kind, a, b);
  };
  while (terms.size() > 1) {
    SmallVector<Value> sums;
    for (unsigned i = 0; i + 1 < terms.size(); i += 2)
      sums.push_back(combine(terms[i], terms[i + 1]));
    if (terms.size() % 2)
      sums.push_back(terms.back());
    terms = sums;
  }
  return terms.front();
}

/// The first lane of each warp leaves its results in the slots of the block.
void KernelEmitter::publish(ArrayRef<Value> reduced, ArrayRef<Value> slots) {
  Value lane = arith::AndIOp::create(builder, loc, thread, index(warpSize - 1));
  Value warp = arith::ShRUIOp::create(builder, loc, thread,
                                      index(llvm::Log2_64(warpSize)));
  Value isFirst = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                        lane, index(0));
  {
    auto ifOp = scf::IfOp::create(builder, loc, isFirst);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(ifOp.thenBlock());
    for (auto [slot, value] : llvm::zip_equal(slots, reduced))
      memref::StoreOp::create(builder, loc, value, slot, warp);
  }
  gpu::BarrierOp::create(builder, loc);
}

/// Lane i of each warp leaves its results in the slots of block i. Whoever is
/// past the barrier is written to no more, and may end.
void KernelEmitter::publishInCluster(ArrayRef<Value> reduced,
                                     ArrayRef<Value> slots) {
  UnitAttr aligned = builder.getUnitAttr();
  if (!hasMetCluster)
    NVVM::ClusterWaitOp::create(builder, loc, aligned);
  hasMetCluster = true;
  Value lane = arith::AndIOp::create(builder, loc, thread, index(warpSize - 1));
  Value warp = arith::ShRUIOp::create(builder, loc, member,
                                      index(llvm::Log2_64(warpSize)));
  Value hasBlock = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::ult, lane, index(plan.blocksPerRow));
  {
    auto ifOp = scf::IfOp::create(builder, loc, hasBlock);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(ifOp.thenBlock());
    auto cast = [&](Value value, Type type) -> Value {
      return arith::IndexCastOp::create(builder, loc, type, value);
    };
    auto pointer = [&](NVVM::NVVMMemorySpace space) {
      return LLVM::LLVMPointerType::get(builder.getContext(), unsigned(space));
    };
    Type here = pointer(NVVM::NVVMMemorySpace::Shared);
    Type there = pointer(NVVM::NVVMMemorySpace::SharedCluster);
    for (auto [slot, value] : llvm::zip_equal(slots, reduced)) {
      Value base = LLVM::IntToPtrOp::create(
          builder, loc, here,
          cast(memref::ExtractAlignedPointerAsIndexOp::create(builder, loc,
                                                              slot),
               builder.getI64Type()));
      Value mine =
          LLVM::GEPOp::create(builder, loc, here, value.getType(), base,
                              ValueRange(cast(warp, builder.getI64Type())));
      Value theirs = NVVM::MapaOp::create(builder, loc, there, mine,
                                          cast(lane, builder.getI32Type()));
      LLVM::StoreOp::create(builder, loc, value, theirs);
    }
  }
  NVVM::ClusterArriveOp::create(builder, loc, aligned);
  NVVM::ClusterWaitOp::create(builder, loc, aligned);
}

/// `number` slots from `first` on, in accesses as wide as they get.
SmallVector<Value> KernelEmitter::readSlots(Value slots, Value first,
                                            int64_t number) {
  Type type = cast<MemRefType>(slots.getType()).getElementType();
  int64_t bytes = type.getIntOrFloatBitWidth() / 8;
  SmallVector<Value> words;
  for (int64_t at = 0; at < number;) {
    int64_t width =
        std::min<int64_t>(16 / bytes, llvm::bit_floor(uint64_t(number - at)));
    Value loaded = vector::LoadOp::create(
        builder, loc, VectorType::get({width}, type), slots,
        ValueRange(builder.createOrFold<arith::AddIOp>(loc, first, index(at))),
        /*nontemporal=*/false, llvm::MaybeAlign(width * bytes));
    for (int64_t i = 0; i < width; ++i)
      words.push_back(vector::ExtractOp::create(builder, loc, loaded, i));
    at += width;
  }
  return words;
}

/// Room for `size` elements that nothing else uses.
Value KernelEmitter::addSharedMemory(int64_t size, Type type) {
  auto space = gpu::AddressSpaceAttr::get(builder.getContext(),
                                          gpu::AddressSpace::Workgroup);
  unsigned number = function.getNumWorkgroupAttributions();
  // Whole accesses, as LLVM may widen the last one.
  size = llvm::alignTo(size, 128 / type.getIntOrFloatBitWidth());
  Value memory = function.addWorkgroupAttribution(
      MemRefType::get({size}, type, MemRefLayoutAttrInterface(), space), loc);
  function.setWorkgroupAttributionAttr(number, "llvm.align",
                                       builder.getI64IntegerAttr(16));
  return memory;
}

/// Each warp leaves its values in shared memory: one barrier, after which every
/// warp has them all.
FromWarps KernelEmitter::exchange(ArrayRef<Value> ofWarp) {
  int64_t warps = plan.getWarpsPerRow();
  SmallVector<Value> slots;
  for (Value value : ofWarp)
    slots.push_back(addSharedMemory(warps, value.getType()));
  if (plan.blocksPerRow > 1)
    publishInCluster(ofWarp, slots);
  else
    publish(ofWarp, slots);

  FromWarps all;
  int64_t number = warps;
  Value first = index(0);
  // Shuffles take no longer than to combine more than this.
  constexpr int64_t mostOfThread = 8;
  if (warps > mostOfThread) {
    all.lanes = std::min<int64_t>(warpSize, llvm::PowerOf2Ceil(warps));
    number = llvm::divideCeil(warps, warpSize);
    Value lane =
        arith::AndIOp::create(builder, loc, thread, index(all.lanes - 1));
    first = builder.createOrFold<arith::MulIOp>(loc, lane, index(number));
    if (all.lanes * number != warps) {
      all.isThere = arith::CmpIOp::create(
          builder, loc, arith::CmpIPredicate::ult, lane, index(warps));
      first = arith::MinUIOp::create(builder, loc, lane, index(warps - 1));
    }
  }
  for (Value slot : slots)
    all.terms.push_back(readSlots(slot, first, number));
  return all;
}
