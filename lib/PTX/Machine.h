//===- Machine.h - Warps, blocks and clusters -------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_PTX_MACHINE_H
#define NORM_LIB_PTX_MACHINE_H

#include "Norm/PTX/Launch.h"
#include "SharedMemory.h"
#include <list>
#include <map>

namespace mlir::norm::ptx {

struct Block;
struct Machine;

/// Lanes of a warp that are at the same instruction.
struct Fragment {
  uint32_t lanes = 0;
  unsigned position = 0;
  /// Until the other threads of the warp are there too.
  bool isWaiting = false;
};

/// 32 threads, or what is left of the block. Threads that took another way run
/// one after the other, those that are behind first, and go on together where
/// they meet.
class Warp {
public:
  enum class State { ready, atBarrier, atClusterWait, done };

  Warp(Block &block, unsigned index);

  /// Until all of its threads wait or are done, or something goes wrong.
  void run();

  /// Of a thread, while it executes: the first call is the launch's error.
  void fail(unsigned lane, const llvm::Twine &message);
  bool hasFailed() const;

  /// The instruction gives this lane of a register what nothing was written to,
  /// of the bytes in the mask: whoever uses it fails.
  void loadUnwritten(Slot slot, unsigned lane, uint64_t address,
                     uint32_t bytes);

  char *getLanes(Slot slot) { return file.data() + slot.offset; }
  /// Of a predicate, all lanes at once.
  uint32_t &getMask(Slot slot) {
    return *reinterpret_cast<uint32_t *>(getLanes(slot));
  }
  uint32_t getLiveLanes() const;
  Machine &getMachine() const;
  const Instruction &getInstruction() const { return *instruction; }

  Block &block;
  const unsigned index;
  State state = State::ready;
  /// How often its threads met at a bar.warp.sync.
  unsigned warpBarriers = 0;
  /// Of the cluster's barrier; of each arrival, whether it was relaxed.
  std::vector<bool> clusterArrives;
  unsigned clusterWaits = 0;

private:
  /// Of registers, the last load of what nothing was written to.
  struct UnwrittenLoad {
    uint32_t lanes = 0;
    /// Of any of the lanes.
    uint32_t bytes = 0;
    const Instruction *load = nullptr;
    uint64_t address = 0;
  };

  Fragment *pickFragment();
  unsigned getMeetingPoint(const Fragment &fragment) const;
  /// True if the fragment goes on.
  bool step(Fragment &fragment);
  bool waitForOthers(Fragment &fragment, uint32_t lanes);
  bool checkWritten(const Instruction &instruction, uint32_t lanes);
  bool dropsUnwritten(const Instruction &instruction,
                      const UnwrittenLoad &load) const;
  void fillSpecials();
  void explainWaiting();

  std::vector<char> file;
  /// Of each register, the lanes that were written.
  std::vector<uint32_t> written;
  std::map<unsigned, UnwrittenLoad> unwrittenLoads;
  std::list<Fragment> fragments;
  const Instruction *instruction = nullptr;
};

struct Block {
  Block(Machine &machine, Dim3 id, unsigned rank);

  unsigned getLiveThreads() const;

  Machine &machine;
  Dim3 id;
  /// In its cluster.
  unsigned rank;
  SharedMemory shared;
  std::list<Warp> warps;
  unsigned barriers = 0;
};

/// One cluster at a time; a block alone is a cluster of one.
struct Machine {
  Machine(const Program &program, const LaunchShape &shape,
          DeviceMemory &memory, Statistics &statistics)
      : program(program), shape(shape), memory(memory), statistics(statistics) {
  }

  llvm::Error run(llvm::ArrayRef<const void *> parameters);
  Block *getBlock(unsigned rank);
  Dim3 getClusterGrid() const;
  /// A warp executes the instruction for these lanes.
  void count(const Instruction &instruction, uint32_t lanes);

  const Program &program;
  const LaunchShape &shape;
  DeviceMemory &memory;
  Statistics &statistics;
  /// What every warp's file starts as.
  std::vector<char> image;
  /// Of the cluster at hand.
  std::list<Block> blocks;
  Dim3 clusterId;
  std::optional<std::string> error;

private:
  llvm::Error checkShape() const;
  void runCluster();
  /// True if somebody goes on.
  bool releaseBarrier(Block &block);
  bool releaseClusterWaits();
  void explainDeadlock(Warp &warp);
};

} // namespace mlir::norm::ptx

#endif // NORM_LIB_PTX_MACHINE_H
