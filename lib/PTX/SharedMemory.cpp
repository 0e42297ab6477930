//===- SharedMemory.cpp - Races, bounds and first writes --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedMemory.h"
#include "Machine.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace llvm;
using namespace mlir::norm::ptx;

SharedMemory::SharedMemory(const SharedLayout &layout, unsigned dynamicBytes)
    : layout(layout), dynamicBytes(dynamicBytes),
      data(layout.bytes + dynamicBytes), cells(data.size()) {}

std::optional<std::string> SharedMemory::checkBounds(uint64_t address,
                                                     unsigned bytes) const {
  std::string near;
  for (const SharedLayout::Variable &variable : layout.variables) {
    uint64_t begin = base + variable.begin, end = base + variable.end;
    if (address >= begin && address + bytes <= end)
      return std::nullopt;
    if (address >= begin)
      near = formatv(", {0} bytes past the begin of {1}, which has {2}",
                     address - begin, variable.name, end - begin);
  }
  uint64_t begin = base + layout.bytes;
  if (address >= begin && address + bytes <= begin + dynamicBytes)
    return std::nullopt;
  if (dynamicBytes && address >= begin)
    near = formatv(", {0} bytes past the begin of the dynamic shared memory, "
                   "which has {1}",
                   address - begin, dynamicBytes);
  return formatv("out of bounds: shared address {0:x}{1}", address, near);
}

//===----------------------------------------------------------------------===//
// Races
//===----------------------------------------------------------------------===//

SharedMemory::Access SharedMemory::makeAccess(const Warp &warp, unsigned lane) {
  Access access;
  access.thread = warp.block.rank * 1024 + warp.index * 32 + lane;
  access.clusterArrives = warp.clusterArrives.size();
  access.blockBarriers = warp.block.barriers;
  access.warpBarriers = warp.warpBarriers;
  access.line = warp.getInstruction().statement->line;
  return access;
}

/// Whether a barrier is between what happened before and this warp's lane now.
bool SharedMemory::isOrdered(const Access &before, const Warp &warp,
                             unsigned lane) {
  if (before.thread == Access::nobody)
    return true;
  unsigned rank = before.thread / 1024, thread = before.thread % 1024;
  if (rank == warp.block.rank) {
    if (thread == warp.index * 32 + lane ||
        before.blockBarriers < warp.block.barriers ||
        (thread / 32 == warp.index && before.warpBarriers < warp.warpBarriers))
      return true;
  }
  // Its first arrival after the access that is not relaxed, and our wait for
  // that phase.
  const Block *block = warp.getMachine().getBlock(rank);
  const Warp &other = *std::next(block->warps.begin(), thread / 32);
  for (unsigned phase = before.clusterArrives;
       phase < other.clusterArrives.size(); ++phase)
    if (!other.clusterArrives[phase])
      return warp.clusterWaits > phase;
  return false;
}

static std::string describe(StringRef what, uint64_t address, StringRef other,
                            unsigned thread, unsigned line) {
  return formatv("race: {0} shared address {1:x}, which {2} thread {3} of the "
                 "block with rank {4} at line {5}, with no barrier between",
                 what, address, other, thread % 1024, thread / 1024, line);
}

std::optional<std::string> SharedMemory::load(Warp &warp, unsigned lane,
                                              uint64_t address, unsigned bytes,
                                              void *into, uint32_t &unwritten) {
  if (std::optional<std::string> problem = checkBounds(address, bytes))
    return problem;
  Access access = makeAccess(warp, lane);
  for (unsigned i = 0; i < bytes; ++i) {
    Cell &cell = cells[address - base + i];
    unwritten |= uint32_t(cell.writer.thread == Access::nobody) << i;
    if (!isOrdered(cell.writer, warp, lane))
      return describe("reads", address + i, "was written by",
                      cell.writer.thread, cell.writer.line);
    if (cell.readers[0].thread != access.thread)
      cell.readers[1] = cell.readers[0];
    cell.readers[0] = access;
  }
  std::memcpy(into, &data[address - base], bytes);
  return std::nullopt;
}

std::optional<std::string> SharedMemory::store(Warp &warp, unsigned lane,
                                               uint64_t address, unsigned bytes,
                                               const void *from) {
  if (std::optional<std::string> problem = checkBounds(address, bytes))
    return problem;
  Access access = makeAccess(warp, lane);
  for (unsigned i = 0; i < bytes; ++i) {
    Cell &cell = cells[address - base + i];
    if (!isOrdered(cell.writer, warp, lane))
      return describe("writes", address + i, "was written by",
                      cell.writer.thread, cell.writer.line);
    for (const Access &reader : cell.readers)
      if (!isOrdered(reader, warp, lane))
        return describe("writes", address + i, "is read by", reader.thread,
                        reader.line);
    cell = Cell{access, {}};
  }
  std::memcpy(&data[address - base], from, bytes);
  return std::nullopt;
}
