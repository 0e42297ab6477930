//===- Statistics.cpp - What was executed -----------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace mlir::norm::ptx;

void Machine::count(const Instruction &instruction, uint32_t lanes) {
  unsigned threads = popcount(lanes);
  ++statistics.warpInstructions;
  statistics.threadInstructions += threads;
  statistics.barriers += instruction.action == Action::blockBarrier;
  statistics.clusterBarriers += instruction.action == Action::clusterWait;
  statistics.shuffles += instruction.isShuffle;
  if (!instruction.isLoad && !instruction.isStore)
    return;
  if (instruction.space == Space::shared ||
      instruction.space == Space::cluster) {
    ++(instruction.isLoad ? statistics.sharedLoads : statistics.sharedStores);
    return;
  }
  ++(instruction.isLoad ? statistics.loads
                        : statistics.stores)[Log2_32(instruction.bytes)];
  (instruction.isLoad ? statistics.bytesLoaded : statistics.bytesStored) +=
      uint64_t(threads) * instruction.bytes;
}

void Statistics::print(raw_ostream &os) const {
  os << "launches: " << launches << ", blocks: " << blocks
     << ", warps: " << warps << "\n"
     << "instructions: " << threadInstructions << " of threads, "
     << warpInstructions << " of warps\n"
     << "per warp: "
     << format("%.2f barriers, %.2f cluster barriers, %.2f shuffles, %.2f "
               "shared loads, %.2f shared stores\n",
               double(barriers) / warps, double(clusterBarriers) / warps,
               double(shuffles) / warps, double(sharedLoads) / warps,
               double(sharedStores) / warps);
  for (auto [name, counts, bytes] :
       {std::tuple("loads", loads, bytesLoaded),
        std::tuple("stores", stores, bytesStored)}) {
    os << "global " << name << ": " << bytes << " bytes;";
    for (unsigned i = 0; i < 6; ++i)
      if (counts[i])
        os << " " << (8 << i) << "-bit: " << counts[i];
    os << "\n";
  }
}
