//===- Accesses.cpp - Loads, stores and addresses ---------------*- C++ -*-===//
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

/// Generic addresses of shared memory have this bit.
static constexpr uint64_t sharedWindow = uint64_t(1) << 60;

static Lanes<uint64_t> readAddresses(Warp &warp, Slot slot) {
  if (slot.bits == 64)
    return readLanes<uint64_t>(warp, slot);
  Lanes<uint32_t> narrow = readLanes<uint32_t>(warp, slot);
  Lanes<uint64_t> result;
  std::copy_n(narrow.values, 32, result.values);
  return result;
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

/// The window of shared memory that the address is in, and the address in it.
static SharedMemory *findSharedMemory(Warp &warp, Space space,
                                      uint64_t &address) {
  uint64_t rank = address >> SharedMemory::rankShift;
  Block *block = &warp.block;
  if (space == Space::cluster && rank != 0)
    block = warp.getMachine().getBlock(rank - 1);
  else if (rank != 0)
    return nullptr;
  address &= (uint64_t(1) << SharedMemory::rankShift) - 1;
  if (!block || (block != &warp.block && block->getLiveThreads() == 0))
    return nullptr;
  return &block->shared;
}

static std::optional<std::string> access(Warp &warp,
                                         const Instruction &instruction,
                                         unsigned lane, uint64_t address,
                                         char *data, uint32_t &unwritten) {
  if (address % instruction.bytes)
    return formatv("misaligned: address {0:x} is no multiple of {1}", address,
                   instruction.bytes);
  Space space = instruction.space;
  if (space == Space::generic) {
    space = address & sharedWindow ? Space::cluster : Space::global;
    address &= ~sharedWindow;
  }
  if (space == Space::global) {
    DeviceMemory &memory = warp.getMachine().memory;
    return instruction.isLoad
               ? memory.load(address, instruction.bytes, instruction.isReadOnly,
                             data, unwritten)
               : memory.store(address, instruction.bytes, data);
  }
  uint64_t inWindow = address;
  SharedMemory *shared = findSharedMemory(warp, space, inWindow);
  if (!shared)
    return formatv("out of bounds: shared address {0:x} is of a block that is "
                   "not there (any more)",
                   address);
  return instruction.isLoad
             ? shared->load(warp, lane, inWindow, instruction.bytes, data,
                            unwritten)
             : shared->store(warp, lane, inWindow, instruction.bytes, data);
}

/// Into a register that may be wider.
static void writeElement(Warp &warp, Slot slot, unsigned lane,
                         const char *element, unsigned bytes, bool isSigned) {
  char extended[8];
  bool isNegative = isSigned && element[bytes - 1] < 0;
  std::memset(extended, isNegative ? 0xff : 0, sizeof(extended));
  std::memcpy(extended, element, bytes);
  unsigned width = slot.bits / 8;
  std::memcpy(warp.getLanes(slot) + lane * width, extended, width);
}

static void executeAccess(Warp &warp, const Instruction &instruction,
                          uint32_t lanes) {
  Lanes<uint64_t> addresses = readAddresses(warp, instruction.sources.front());
  ArrayRef<Slot> elements = instruction.results;
  if (instruction.isStore)
    elements = ArrayRef(instruction.sources).drop_front();
  unsigned bytes = instruction.bytes / elements.size();
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(lanes >> lane & 1))
      continue;
    char data[32];
    if (instruction.isStore)
      for (auto [i, slot] : enumerate(elements))
        std::memcpy(data + i * bytes,
                    warp.getLanes(slot) + lane * slot.bits / 8, bytes);
    uint64_t address = addresses[lane] + instruction.offset;
    uint32_t unwritten = 0;
    std::optional<std::string> problem =
        access(warp, instruction, lane, address, data, unwritten);
    if (problem)
      return warp.fail(lane, *problem);
    if (!instruction.isLoad)
      continue;
    for (auto [i, slot] : enumerate(elements)) {
      writeElement(warp, slot, lane, data + i * bytes, bytes,
                   instruction.isSigned);
      if (uint32_t missing = unwritten >> (i * bytes) & ((1u << bytes) - 1))
        warp.loadUnwritten(slot, lane, address + i * bytes, missing);
    }
  }
}

static void executeParameterLoad(Warp &warp, const Instruction &instruction,
                                 uint32_t lanes) {
  Slot from = instruction.sources.front();
  for (unsigned lane = 0; lane < 32; ++lane)
    if (lanes >> lane & 1)
      writeElement(warp, instruction.results.front(), lane,
                   warp.getLanes(from) + lane * from.bits / 8,
                   instruction.bytes, instruction.isSigned);
}

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

template <typename T>
static void executeMapa(Warp &warp, const Instruction &instruction,
                        uint32_t lanes) {
  Lanes<T> address = readLanes<T>(warp, instruction.sources[0]);
  Lanes<uint32_t> rank = readLanes<uint32_t>(warp, instruction.sources[1]);
  for (unsigned lane = 0; lane < 32; ++lane) {
    if ((lanes >> lane & 1) && rank[lane] >= warp.getMachine().blocks.size())
      return warp.fail(lane,
                       formatv("rank {0} is not in the cluster, which "
                               "has {1} blocks",
                               rank[lane], warp.getMachine().blocks.size()));
    address[lane] = (address[lane] & ((1 << SharedMemory::rankShift) - 1)) |
                    (T(rank[lane] + 1) << SharedMemory::rankShift);
  }
  writeLanes(warp, instruction.results.front(), address, lanes);
}

static uint64_t keepAddress(uint64_t address) { return address; }
static uint64_t toGeneric(uint64_t address) { return address | sharedWindow; }
static uint64_t toShared(uint64_t address) { return address & ~sharedWindow; }

static bool decodeAddressArithmetic(StringRef opcode, Form &form) {
  if (opcode == "mapa.shared::cluster.u64")
    form = {executeMapa<uint64_t>, {64}, {64, 32}};
  else if (opcode == "mapa.shared::cluster.u32")
    form = {executeMapa<uint32_t>, {32}, {32, 32}};
  else if (opcode == "cvta.global.u64" || opcode == "cvta.to.global.u64" ||
           opcode == "cvta.param.u64")
    form = Lanewise<keepAddress>::getForm();
  else if (opcode == "cvta.shared.u64" || opcode == "cvta.shared::cluster.u64")
    form = Lanewise<toGeneric>::getForm();
  else if (opcode == "cvta.to.shared.u64" ||
           opcode == "cvta.to.shared::cluster.u64")
    form = Lanewise<toShared>::getForm();
  else
    return false;
  return true;
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

/// Those that say how, not what.
static bool isHint(StringRef modifier) {
  return StringSwitch<bool>(modifier)
      .Cases({"weak", "volatile", "relaxed", "acquire", "release"}, true)
      .Cases({"cta", "cluster", "gpu", "sys"}, true)
      .Cases({"ca", "cg", "cs", "lu", "cv", "wb", "wt"}, true)
      .Default(modifier.starts_with("L1::") || modifier.starts_with("L2::"));
}

static unsigned getTypeBits(StringRef type) {
  unsigned bits = 0;
  if (type == "f16" || type == "bf16")
    return 0;
  if (!type.empty() && StringRef("busf").contains(type.front()) &&
      !type.drop_front().getAsInteger(10, bits) && isPowerOf2_32(bits) &&
      bits >= 8 && bits <= 64)
    return bits;
  return 0;
}

bool mlir::norm::ptx::decodeMemoryAccess(const Statement &statement, Form &form,
                                         Instruction &instruction) {
  if (decodeAddressArithmetic(statement.opcode, form))
    return true;
  SmallVector<StringRef, 8> parts;
  statement.opcode.split(parts, '.');
  if (parts.size() < 2 || (parts[0] != "ld" && parts[0] != "st"))
    return false;
  bool isLoad = parts[0] == "ld";
  unsigned bits = getTypeBits(parts.back()), count = 1;
  if (!bits)
    return false;
  instruction.space = Space::generic;
  for (StringRef part : ArrayRef(parts).drop_front().drop_back()) {
    if (part == "param" && isLoad)
      instruction.space = Space::parameter;
    else if (part == "global")
      instruction.space = Space::global;
    else if (part == "shared" || part == "shared::cta")
      instruction.space = Space::shared;
    else if (part == "shared::cluster")
      instruction.space = Space::cluster;
    else if (part == "nc" && isLoad)
      instruction.isReadOnly = true;
    else if (part == "v2" || part == "v4" || part == "v8")
      count = part[1] - '0';
    else if (!isHint(part))
      return false;
  }
  instruction.bytes = count * bits / 8;
  bool isParameter = instruction.space == Space::parameter;
  if (instruction.bytes > 32 || (isParameter && count != 1))
    return false;
  instruction.isSigned = parts.back().starts_with("s");
  if (isParameter) {
    form = {executeParameterLoad, {0}, {0}};
    return true;
  }
  instruction.isLoad = isLoad;
  instruction.isStore = !isLoad;
  form.execute = executeAccess;
  form.sources.push_back(0);
  // Registers may be wider than what is loaded or stored.
  (isLoad ? form.results : form.sources).append(count, 0);
  return true;
}
