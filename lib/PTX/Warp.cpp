//===- Warp.cpp - 32 threads, apart and together ----------------*- C++ -*-===//
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

using namespace llvm;
using namespace mlir::norm::ptx;

static std::string format(Dim3 place) {
  return formatv("({0}, {1}, {2})", place.x, place.y, place.z);
}

Warp::Warp(Block &block, unsigned index)
    : block(block), index(index), file(block.machine.image),
      written(block.machine.program.kernel->registers.size(), 0) {
  unsigned threads = block.machine.shape.block.getProduct() - index * 32;
  fragments.push_back({threads >= 32 ? ~0u : (1u << threads) - 1, 0, false});
  fillSpecials();
}

Machine &Warp::getMachine() const { return block.machine; }
bool Warp::hasFailed() const { return getMachine().error.has_value(); }

uint32_t Warp::getLiveLanes() const {
  uint32_t lanes = 0;
  for (const Fragment &fragment : fragments)
    lanes |= fragment.lanes;
  return lanes;
}

void Warp::fail(unsigned lane, const Twine &message) {
  Machine &machine = getMachine();
  if (machine.error)
    return;
  Dim3 shape = machine.shape.block;
  unsigned thread = index * 32 + lane;
  Dim3 place{thread % shape.x, thread / shape.x % shape.y,
             thread / shape.x / shape.y};
  machine.error =
      formatv("{0}:{1}: {2}\n  in kernel '{3}', block {4}, thread {5}: {6}",
              machine.program.moduleName, instruction->statement->line,
              message.str(), machine.program.kernel->name, format(block.id),
              format(place), instruction->statement->text);
}

//===----------------------------------------------------------------------===//
// Which threads are next
//===----------------------------------------------------------------------===//

/// Those that are furthest behind, with all that are at the same place.
Fragment *Warp::pickFragment() {
  for (auto i = fragments.begin(); i != fragments.end(); ++i)
    for (auto j = std::next(i); j != fragments.end();) {
      if (i->position != j->position) {
        ++j;
        continue;
      }
      // Together they may be all that the instruction waits for.
      i->lanes |= j->lanes;
      i->isWaiting = false;
      j = fragments.erase(j);
    }
  Fragment *next = nullptr;
  for (Fragment &fragment : fragments)
    if (!fragment.isWaiting && (!next || fragment.position < next->position))
      next = &fragment;
  return next;
}

/// Where the fragment that is at work may meet another one.
unsigned Warp::getMeetingPoint(const Fragment &fragment) const {
  unsigned point = ~0u;
  for (const Fragment &other : fragments)
    if (&other != &fragment && other.position > fragment.position)
      point = std::min(point, other.position);
  return point;
}

void Warp::run() {
  if (state != State::ready)
    return;
  while (Fragment *fragment = pickFragment()) {
    unsigned last = fragment->position;
    unsigned meetingPoint = getMeetingPoint(*fragment);
    while (step(*fragment)) {
      if (hasFailed())
        return;
      // Back in a loop others may be closer.
      if (fragment->position >= meetingPoint || fragment->position < last)
        break;
      last = fragment->position;
    }
    if (hasFailed() || state != State::ready)
      return;
    fragments.remove_if([](const Fragment &f) { return f.lanes == 0; });
  }
  if (fragments.empty())
    state = State::done;
  else
    explainWaiting();
}

void Warp::explainWaiting() {
  const Fragment &fragment = fragments.front();
  const Program &program = getMachine().program;
  instruction = &program.code[fragment.position];
  uint32_t absent = ~fragment.lanes;
  std::string where;
  for (const Fragment &other : drop_begin(fragments)) {
    where = formatv("lane {0} waits at line {1}", countr_zero(other.lanes),
                    program.code[other.position].statement->line);
    break;
  }
  if (where.empty())
    where = formatv("lane {0} does not come: it has left the kernel, or took "
                    "another way",
                    countr_zero(absent));
  fail(countr_zero(fragment.lanes),
       "divergence: the threads of a warp do not come here together; " + where);
}

//===----------------------------------------------------------------------===//
// One instruction
//===----------------------------------------------------------------------===//

void Warp::loadUnwritten(Slot slot, unsigned lane, uint64_t address,
                         uint32_t bytes) {
  if (slot.reg == Slot::none)
    return;
  UnwrittenLoad &unwritten = unwrittenLoads[slot.reg];
  if (unwritten.load != instruction)
    unwritten = {0, 0, instruction, address};
  unwritten.lanes |= 1u << lane;
  unwritten.bytes |= bytes;
}

/// LLVM loads more at once than is used, and takes the register apart.
bool Warp::dropsUnwritten(const Instruction &instruction,
                          const UnwrittenLoad &load) const {
  if (!instruction.takesApart)
    return false;
  uint32_t used = 0;
  unsigned bytes = instruction.sources.front().bits / 8 /
                   unsigned(instruction.results.size());
  for (auto [i, part] : enumerate(instruction.results))
    if (part.reg != Slot::none)
      used |= ((1u << bytes) - 1) << (i * bytes);
  return !(load.bytes & used);
}

bool Warp::checkWritten(const Instruction &instruction, uint32_t lanes) {
  auto check = [&](Slot slot) {
    if (slot.reg == Slot::none || !(lanes & ~written[slot.reg]))
      return true;
    std::string how;
    auto found = unwrittenLoads.find(slot.reg);
    if (found != unwrittenLoads.end() &&
        dropsUnwritten(instruction, found->second))
      return true;
    if (found != unwrittenLoads.end())
      how = formatv(", loaded at line {0} from address {1:x}",
                    found->second.load->statement->line, found->second.address);
    fail(countr_zero(lanes & ~written[slot.reg]),
         "uninitialised: nothing was written to register " +
             getMachine().program.kernel->registers[slot.reg].name + how);
    return false;
  };
  return all_of(instruction.sources, check);
}

/// Lanes in which the guard does not hold go on past the instruction.
bool Warp::waitForOthers(Fragment &fragment, uint32_t lanes) {
  if (uint32_t others = fragment.lanes & ~lanes) {
    fragment.lanes = lanes;
    fragments.push_back({others, fragment.position + 1, false});
  }
  fragment.isWaiting = true;
  return false;
}

bool Warp::step(Fragment &fragment) {
  Machine &machine = getMachine();
  const Program &program = machine.program;
  if (fragment.position == program.code.size()) {
    fragment.lanes = 0;
    return false;
  }
  instruction = &program.code[fragment.position];
  uint32_t lanes = fragment.lanes;
  if (instruction->guard) {
    Slot guard = *instruction->guard;
    if (uint32_t unknown = lanes & ~written[guard.reg]) {
      fail(countr_zero(unknown), "uninitialised: nothing was written to the "
                                 "guard");
      return false;
    }
    uint32_t holds = getMask(guard);
    lanes &= instruction->isGuardNegated ? ~holds : holds;
    if (!lanes) {
      ++fragment.position;
      return true;
    }
  }
  if (!checkWritten(*instruction, lanes))
    return false;

  if (instruction->needsAllThreads && lanes != getLiveLanes())
    return waitForOthers(fragment, lanes);
  if (instruction->needsMembers) {
    unsigned first = countr_zero(lanes);
    uint32_t members = reinterpret_cast<uint32_t *>(
        getLanes(instruction->sources.back()))[first];
    if (~members & lanes) {
      fail(countr_zero(~members & lanes),
           "a thread that is no member of the mask takes part");
      return false;
    }
    if (members & ~lanes)
      return waitForOthers(fragment, lanes);
  }

  machine.count(*instruction, lanes);
  switch (instruction->action) {
  case Action::exit:
    fragment.lanes &= ~lanes;
    ++fragment.position;
    return fragment.lanes != 0;
  case Action::branch:
    if (lanes != fragment.lanes) {
      fragments.push_back({lanes, instruction->target, false});
      fragment.lanes &= ~lanes;
      ++fragment.position;
      // Either may be behind now.
      return false;
    }
    fragment.position = instruction->target;
    return true;
  case Action::compute:
  case Action::clusterArrive:
    break;
  case Action::blockBarrier:
    state = State::atBarrier;
    break;
  case Action::clusterWait:
    state = State::atClusterWait;
    break;
  }
  // In a loop the same load may have been on such memory before.
  if (instruction->isLoad && !unwrittenLoads.empty())
    for (Slot result : instruction->results)
      unwrittenLoads.erase(result.reg);
  instruction->execute(*this, *instruction, lanes);
  for (Slot result : instruction->results)
    if (result.reg != Slot::none) {
      written[result.reg] |= lanes;
      auto unwritten = unwrittenLoads.find(result.reg);
      if (unwritten != unwrittenLoads.end() &&
          unwritten->second.load == instruction)
        written[result.reg] &= ~unwritten->second.lanes;
    }
  ++fragment.position;
  return state == State::ready;
}
