//===- SharedMemory.h - Shared memory, and who used it ----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_PTX_SHAREDMEMORY_H
#define NORM_LIB_PTX_SHAREDMEMORY_H

#include "Program.h"

namespace mlir::norm::ptx {

class Warp;

/// Of one block. Addresses start at `base`, so that 0 is none; in the window
/// that a cluster shares they have the block's rank + 1 in their highest byte.
class SharedMemory {
public:
  static constexpr uint64_t base = 1024;
  static constexpr unsigned rankShift = 24;
  static constexpr uint64_t maxStaticBytes = 48 << 10;
  static constexpr uint64_t maxBytes = 227 << 10;

  SharedMemory(const SharedLayout &layout, unsigned dynamicBytes);

  /// What is wrong with the access by a lane of this warp, if anything is.
  /// Bytes that nothing was written to are in `unwritten`, as bits.
  std::optional<std::string> load(Warp &warp, unsigned lane, uint64_t address,
                                  unsigned bytes, void *into,
                                  uint32_t &unwritten);
  std::optional<std::string> store(Warp &warp, unsigned lane, uint64_t address,
                                   unsigned bytes, const void *from);

private:
  /// Who, and at which point between barriers.
  struct Access {
    static constexpr uint16_t nobody = 0xffff;
    /// The block's rank · 1024 + the thread's number.
    uint16_t thread = nobody;
    uint16_t clusterArrives;
    uint32_t blockBarriers, warpBarriers;
    unsigned line;
  };
  struct Cell {
    Access writer;
    /// The last one, and the last one before it that is another thread.
    Access readers[2];
  };

  std::optional<std::string> checkBounds(uint64_t address,
                                         unsigned bytes) const;
  static Access makeAccess(const Warp &warp, unsigned lane);
  static bool isOrdered(const Access &before, const Warp &warp, unsigned lane);

  const SharedLayout &layout;
  unsigned dynamicBytes;
  std::vector<char> data;
  std::vector<Cell> cells;
};

} // namespace mlir::norm::ptx

#endif // NORM_LIB_PTX_SHAREDMEMORY_H
