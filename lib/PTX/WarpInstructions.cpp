//===- WarpInstructions.cpp - What lanes do together ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace mlir::norm::ptx;

//===----------------------------------------------------------------------===//
// Shuffles and their like: every member is here
//===----------------------------------------------------------------------===//

enum class Shuffle { butterfly, up, down, index };

/// `c` has the last lane of a segment in its low bits (the first one for up)
/// and the segments' mask in bits 8 to 12.
template <Shuffle shuffle>
static void executeShuffle(Warp &warp, const Instruction &instruction,
                           uint32_t lanes) {
  Lanes<uint32_t> values = readLanes<uint32_t>(warp, instruction.sources[0]);
  Lanes<uint32_t> b = readLanes<uint32_t>(warp, instruction.sources[1]);
  Lanes<uint32_t> c = readLanes<uint32_t>(warp, instruction.sources[2]);
  Lanes<uint32_t> result;
  Lanes<bool> isInSegment;
  for (int lane = 0; lane < 32; ++lane) {
    if (!(lanes >> lane & 1))
      continue;
    int by = b[lane] & 31, segments = c[lane] >> 8 & 31;
    int bound = (lane & segments) | (c[lane] & 31 & ~segments);
    int from = shuffle == Shuffle::butterfly ? lane ^ by
               : shuffle == Shuffle::up      ? lane - by
               : shuffle == Shuffle::down
                   ? lane + by
                   : (lane & segments) | (by & ~segments);
    isInSegment[lane] = shuffle == Shuffle::up ? from >= bound : from <= bound;
    if (!isInSegment[lane])
      from = lane;
    if (!(lanes >> from & 1))
      return warp.fail(lane, formatv("shuffle from lane {0}, which takes no "
                                     "part in it",
                                     from));
    result[lane] = values[from];
  }
  writeLanes(warp, instruction.results[0], result, lanes);
  writeLanes(warp, instruction.results[1], isInSegment, lanes);
}

enum class Vote { all, any, ballot };

template <Vote vote>
static void executeVote(Warp &warp, const Instruction &instruction,
                        uint32_t lanes) {
  uint32_t voters = warp.getMask(instruction.sources[0]) & lanes;
  if constexpr (vote == Vote::ballot) {
    Lanes<uint32_t> result;
    std::fill_n(result.values, 32, voters);
    writeLanes(warp, instruction.results[0], result, lanes);
  } else {
    Lanes<bool> result;
    std::fill_n(result.values, 32,
                vote == Vote::all ? voters == lanes : voters != 0);
    writeLanes(warp, instruction.results[0], result, lanes);
  }
}

template <typename T, T (*combine)(T, T)>
static void executeReduction(Warp &warp, const Instruction &instruction,
                             uint32_t lanes) {
  Lanes<T> values = readLanes<T>(warp, instruction.sources[0]);
  std::optional<T> total;
  for (unsigned lane = 0; lane < 32; ++lane)
    if (lanes >> lane & 1)
      total = total ? combine(*total, values[lane]) : values[lane];
  std::fill_n(values.values, 32, *total);
  writeLanes(warp, instruction.results[0], values, lanes);
}
static uint32_t add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t bitAnd(uint32_t a, uint32_t b) { return a & b; }
static uint32_t bitOr(uint32_t a, uint32_t b) { return a | b; }
static uint32_t bitXor(uint32_t a, uint32_t b) { return a ^ b; }
template <typename T> static T min(T a, T b) { return std::min(a, b); }
template <typename T> static T max(T a, T b) { return std::max(a, b); }

static void executeElect(Warp &warp, const Instruction &instruction,
                         uint32_t lanes) {
  unsigned leader = countr_zero(lanes);
  Lanes<uint32_t> result;
  std::fill_n(result.values, 32, leader);
  Lanes<bool> isLeader = {};
  isLeader[leader] = true;
  writeLanes(warp, instruction.results[0], result, lanes);
  writeLanes(warp, instruction.results[1], isLeader, lanes);
}

static void executeActiveMask(Warp &warp, const Instruction &instruction,
                              uint32_t lanes) {
  Lanes<uint32_t> result;
  std::fill_n(result.values, 32, lanes);
  writeLanes(warp, instruction.results[0], result, lanes);
}

//===----------------------------------------------------------------------===//
// Barriers
//===----------------------------------------------------------------------===//

static void executeWarpBarrier(Warp &warp, const Instruction &,
                               uint32_t lanes) {
  // What only some of them ordered is not kept apart.
  if (lanes == warp.getLiveLanes())
    ++warp.warpBarriers;
}

static void executeClusterArrive(Warp &warp, const Instruction &instruction,
                                 uint32_t) {
  if (warp.clusterArrives.size() > warp.clusterWaits)
    return warp.fail(0, "arrives at the cluster's barrier twice, with no wait "
                        "between");
  warp.clusterArrives.push_back(instruction.isRelaxed);
}

static void executeClusterWait(Warp &warp, const Instruction &, uint32_t) {
  if (warp.clusterArrives.size() == warp.clusterWaits)
    return warp.fail(0, "waits at the cluster's barrier without having "
                        "arrived");
}

/// Ids and counts would let parts of a block wait: nothing here needs that.
static void executeBlockBarrier(Warp &warp, const Instruction &instruction,
                                uint32_t) {
  if (instruction.sources.size() < 2)
    return;
  uint32_t count = readLanes<uint32_t>(warp, instruction.sources[1])[0];
  if (count != warp.getMachine().shape.block.getProduct())
    warp.fail(0, "barriers of a part of the block are not supported");
}

static void executeNothing(Warp &, const Instruction &, uint32_t) {}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

static bool decodeBarrier(const Statement &statement, Form &form,
                          Instruction &instruction) {
  StringRef opcode = statement.opcode;
  if (opcode.consume_front("barrier.cluster.")) {
    opcode.consume_back(".aligned");
    bool arrives = opcode.consume_front("arrive");
    if (!arrives && !opcode.consume_front("wait"))
      return false;
    instruction.isRelaxed = opcode == ".relaxed";
    if (!opcode.empty() && !(arrives && opcode == ".relaxed") &&
        opcode != (arrives ? ".release" : ".acquire"))
      return false;
    instruction.action = arrives ? Action::clusterArrive : Action::clusterWait;
    instruction.needsAllThreads = true;
    form.execute = arrives ? executeClusterArrive : executeClusterWait;
    return true;
  }
  bool isBlockBarrier =
      StringSwitch<bool>(opcode)
          .Cases({"bar.sync", "bar.cta.sync"}, true)
          .Cases({"barrier.sync", "barrier.cta.sync", "barrier.sync.aligned",
                  "barrier.cta.sync.aligned"},
                 true)
          .Default(false);
  if (isBlockBarrier) {
    instruction.action = Action::blockBarrier;
    instruction.needsAllThreads = true;
    form.execute = executeBlockBarrier;
    form.sources.assign(std::min<size_t>(statement.operands.size(), 2), 32);
    return true;
  }
  if (opcode == "bar.warp.sync") {
    instruction.needsMembers = true;
    form = {executeWarpBarrier, {}, {32}};
    return true;
  }
  // Lanes run in order, and blocks one after the other.
  if (opcode.starts_with("fence.") || opcode.starts_with("membar.") ||
      opcode.starts_with("griddepcontrol.")) {
    form.execute = executeNothing;
    return true;
  }
  return false;
}

bool mlir::norm::ptx::decodeWarpInstruction(const Statement &statement,
                                            Form &form,
                                            Instruction &instruction) {
  if (decodeBarrier(statement, form, instruction))
    return true;
  StringRef opcode = statement.opcode;
  if (opcode == "activemask.b32") {
    form = {executeActiveMask, {32}, {}};
    return true;
  }
  instruction.isShuffle = opcode.starts_with("shfl.sync.");
  instruction.needsMembers = true;
  // By opcode: the code, the bits of the results, those of the first source.
  auto choose = [&](Execute execute, std::initializer_list<unsigned> results,
                    std::initializer_list<unsigned> sources) {
    form = {execute, results, sources};
    form.sources.push_back(32);
    return true;
  };
  if (instruction.isShuffle) {
    Execute execute =
        StringSwitch<Execute>(opcode)
            .Case("shfl.sync.bfly.b32", executeShuffle<Shuffle::butterfly>)
            .Case("shfl.sync.up.b32", executeShuffle<Shuffle::up>)
            .Case("shfl.sync.down.b32", executeShuffle<Shuffle::down>)
            .Case("shfl.sync.idx.b32", executeShuffle<Shuffle::index>)
            .Default(nullptr);
    return execute && choose(execute, {32, 1}, {32, 32, 32});
  }
  if (opcode == "elect.sync")
    return choose(executeElect, {32, 1}, {});
  if (opcode == "vote.sync.ballot.b32")
    return choose(executeVote<Vote::ballot>, {32}, {1});
  if (opcode == "vote.sync.any.pred")
    return choose(executeVote<Vote::any>, {1}, {1});
  if (opcode == "vote.sync.all.pred")
    return choose(executeVote<Vote::all>, {1}, {1});
  Execute reduce =
      StringSwitch<Execute>(opcode)
          .Cases({"redux.sync.add.u32", "redux.sync.add.s32"},
                 executeReduction<uint32_t, add>)
          .Case("redux.sync.and.b32", executeReduction<uint32_t, bitAnd>)
          .Case("redux.sync.or.b32", executeReduction<uint32_t, bitOr>)
          .Case("redux.sync.xor.b32", executeReduction<uint32_t, bitXor>)
          .Case("redux.sync.min.u32", executeReduction<uint32_t, min>)
          .Case("redux.sync.max.u32", executeReduction<uint32_t, max>)
          .Case("redux.sync.min.s32", executeReduction<int32_t, min>)
          .Case("redux.sync.max.s32", executeReduction<int32_t, max>)
          .Default(nullptr);
  if (reduce)
    return choose(reduce, {32}, {32});
  instruction.needsMembers = false;
  return false;
}
