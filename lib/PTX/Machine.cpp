//===- Machine.cpp - Blocks, clusters and their barriers --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace llvm;
using namespace mlir::norm::ptx;

//===----------------------------------------------------------------------===//
// Blocks and their barriers
//===----------------------------------------------------------------------===//

Block::Block(Machine &machine, Dim3 id, unsigned rank)
    : machine(machine), id(id), rank(rank),
      shared(machine.program.shared, machine.shape.dynamicSharedBytes) {}

unsigned Block::getLiveThreads() const {
  unsigned threads = 0;
  for (const Warp &warp : warps)
    threads += popcount(warp.getLiveLanes());
  return threads;
}

Block *Machine::getBlock(unsigned rank) {
  return rank < blocks.size() ? &*std::next(blocks.begin(), rank) : nullptr;
}

/// All threads of the block must wait, and at the same barrier: others would
/// meet in the hardware, too, but no program means that.
bool Machine::releaseBarrier(Block &block) {
  const Instruction &first = block.warps.front().getInstruction();
  for (Warp &warp : block.warps)
    if (warp.state != Warp::State::atBarrier ||
        &warp.getInstruction() != &first)
      return false;
  if (block.getLiveThreads() != shape.block.getProduct())
    return false;
  ++block.barriers;
  for (Warp &warp : block.warps)
    warp.state = Warp::State::ready;
  return true;
}

/// Threads that have left count as arrived.
bool Machine::releaseClusterWaits() {
  SmallVector<Warp *> released;
  for (Block &block : blocks)
    for (Warp &warp : block.warps) {
      if (warp.state != Warp::State::atClusterWait)
        continue;
      bool haveAllArrived = all_of(blocks, [&](Block &other) {
        return all_of(other.warps, [&](Warp &w) {
          return w.state == Warp::State::done ||
                 w.clusterArrives.size() > warp.clusterWaits;
        });
      });
      if (haveAllArrived)
        released.push_back(&warp);
    }
  for (Warp *warp : released) {
    ++warp->clusterWaits;
    warp->state = Warp::State::ready;
  }
  return !released.empty();
}

//===----------------------------------------------------------------------===//
// Clusters
//===----------------------------------------------------------------------===//

void Machine::runCluster() {
  while (true) {
    for (Block &block : blocks)
      for (Warp &warp : block.warps) {
        warp.run();
        if (error)
          return;
      }
    bool goesOn = false;
    for (Block &block : blocks)
      goesOn |= releaseBarrier(block);
    goesOn |= releaseClusterWaits();
    if (goesOn)
      continue;
    for (Block &block : blocks)
      for (Warp &warp : block.warps)
        if (warp.state != Warp::State::done)
          return explainDeadlock(warp);
    return;
  }
}

void Machine::explainDeadlock(Warp &warp) {
  std::string other = "no other thread";
  for (Block &block : blocks)
    for (Warp &w : block.warps) {
      unsigned thread = w.index * 32;
      if (w.state == Warp::State::done ||
          popcount(w.getLiveLanes()) <
              std::min<int>(32, shape.block.getProduct() - thread))
        other = formatv("a thread of warp {0} of the block with rank {1} has "
                        "left the kernel",
                        w.index, block.rank);
      else if (&w.getInstruction() != &warp.getInstruction())
        other =
            formatv("warp {0} of the block with rank {1} waits at line {2}",
                    w.index, block.rank, w.getInstruction().statement->line);
    }
  warp.fail(countr_zero(warp.getLiveLanes()),
            "divergence: not all threads come to this barrier; " + other);
}

//===----------------------------------------------------------------------===//
// The launch
//===----------------------------------------------------------------------===//

Dim3 Machine::getClusterGrid() const {
  Dim3 cluster = shape.cluster.value_or(Dim3());
  return {shape.grid.x / cluster.x, shape.grid.y / cluster.y,
          shape.grid.z / cluster.z};
}

static std::string format(Dim3 shape) {
  return formatv("({0}, {1}, {2})", shape.x, shape.y, shape.z);
}

Error Machine::checkShape() const {
  const Kernel &kernel = *program.kernel;
  auto makeError = [&](const Twine &message) {
    return createStringError("kernel '" + kernel.name + "': " + message);
  };
  uint64_t threads = shape.block.getProduct();
  if (!threads || threads > 1024)
    return makeError("a block of " + Twine(threads) + " threads");
  if (!shape.grid.getProduct())
    return makeError("an empty grid");
  if (kernel.maxThreads && threads > kernel.maxThreads->getProduct())
    return makeError("a block of " + Twine(threads) +
                     " threads, but .maxntid is " + format(*kernel.maxThreads));
  if (kernel.requiredThreads && !(shape.block == *kernel.requiredThreads))
    return makeError("block " + format(shape.block) + ", but .reqntid is " +
                     format(*kernel.requiredThreads));
  // A quarter of the warps has a quarter of a multiprocessor's registers.
  constexpr uint64_t mostRegisters = 1 << 16;
  uint64_t registers =
      alignTo(kernel.maxRegisters, 8) * alignTo(threads, 4 * 32);
  if (registers > mostRegisters)
    return makeError("a block of " + Twine(threads) + " threads of up to " +
                     Twine(kernel.maxRegisters) + " registers takes " +
                     Twine(registers) + " of " + Twine(mostRegisters));
  Dim3 cluster = shape.cluster.value_or(Dim3());
  if (kernel.requiredCluster && !(cluster == *kernel.requiredCluster))
    return makeError("cluster " + format(cluster) +
                     ", but .reqnctapercluster is " +
                     format(*kernel.requiredCluster));
  if (!cluster.getProduct() || cluster.getProduct() > 16)
    return makeError("a cluster of " + Twine(cluster.getProduct()) + " blocks");
  if (shape.grid.x % cluster.x || shape.grid.y % cluster.y ||
      shape.grid.z % cluster.z)
    return makeError("grid " + format(shape.grid) +
                     " is no multiple of cluster " + format(cluster));
  if (shape.dynamicSharedBytes > SharedMemory::maxBytes)
    return makeError(Twine(shape.dynamicSharedBytes) +
                     " bytes of dynamic shared memory");
  return Error::success();
}

Error Machine::run(ArrayRef<const void *> parameters) {
  if (Error problem = checkShape())
    return problem;
  if (parameters.size() != program.parameters.size())
    return createStringError("kernel '" + program.kernel->name + "' has " +
                             Twine(program.parameters.size()) +
                             " parameters, not " + Twine(parameters.size()));
  image = program.image;
  for (auto [parameter, slot, value] :
       zip_equal(program.kernel->parameters, program.parameters, parameters)) {
    uint64_t bits = 0;
    std::memcpy(&bits, value, parameter.bytes);
    Program::fill(image, slot, bits);
  }
  memory.beginLaunch();
  ++statistics.launches;

  Dim3 cluster = shape.cluster.value_or(Dim3()), grid = getClusterGrid();
  unsigned warps = divideCeil(shape.block.getProduct(), 32);
  for (uint64_t i = 0, e = grid.getProduct(); i < e && !error; ++i) {
    clusterId = {unsigned(i % grid.x), unsigned(i / grid.x % grid.y),
                 unsigned(i / grid.x / grid.y)};
    blocks.clear();
    for (unsigned rank = 0; rank < cluster.getProduct(); ++rank) {
      Dim3 id{clusterId.x * cluster.x + rank % cluster.x,
              clusterId.y * cluster.y + rank / cluster.x % cluster.y,
              clusterId.z * cluster.z + rank / cluster.x / cluster.y};
      Block &block = blocks.emplace_back(*this, id, rank);
      for (unsigned warp = 0; warp < warps; ++warp)
        block.warps.emplace_back(block, warp);
    }
    statistics.blocks += blocks.size();
    statistics.warps += blocks.size() * warps;
    runCluster();
  }
  return error ? createStringError(*error) : Error::success();
}

//===----------------------------------------------------------------------===//
// Executable
//===----------------------------------------------------------------------===//

Executable::Executable(std::unique_ptr<Program> program)
    : program(std::move(program)) {}
Executable::Executable(Executable &&) = default;
Executable::~Executable() = default;

Expected<Executable> Executable::create(const Module &module,
                                        const Kernel &kernel) {
  Expected<Program> program = Program::decode(module, kernel);
  if (!program)
    return program.takeError();
  return Executable(std::make_unique<Program>(std::move(*program)));
}

const Kernel &Executable::getKernel() const { return *program->kernel; }

Error Executable::launch(const LaunchShape &shape,
                         ArrayRef<const void *> parameters,
                         DeviceMemory &memory, Statistics &statistics) const {
  return Machine(*program, shape, memory, statistics).run(parameters);
}
