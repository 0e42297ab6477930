//===- Moves.cpp - Moves, and what packs and unpacks ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace mlir::norm::ptx;

/// Of any width, to one of the same.
static void executeMove(Warp &warp, const Instruction &instruction,
                        uint32_t lanes) {
  Slot to = instruction.results.front(), from = instruction.sources.front();
  if (to.bits == 1)
    writeLanes(warp, to, readLanes<bool>(warp, from), lanes);
  else if (to.bits == 16)
    writeLanes(warp, to, readLanes<uint16_t>(warp, from), lanes);
  else if (to.bits == 32)
    writeLanes(warp, to, readLanes<uint32_t>(warp, from), lanes);
  else
    writeLanes(warp, to, readLanes<uint64_t>(warp, from), lanes);
}

/// The first part is in the lowest bits.
template <typename Whole, typename Part>
static void executePack(Warp &warp, const Instruction &instruction,
                        uint32_t lanes) {
  Lanes<Whole> whole = {};
  for (auto [i, source] : enumerate(instruction.sources)) {
    Lanes<Part> part = readLanes<Part>(warp, source);
    for (unsigned lane = 0; lane < 32; ++lane)
      whole[lane] |= Whole(part[lane]) << (i * bitsOf<Part>);
  }
  writeLanes(warp, instruction.results.front(), whole, lanes);
}

template <typename Whole, typename Part>
static void executeUnpack(Warp &warp, const Instruction &instruction,
                          uint32_t lanes) {
  Lanes<Whole> whole = readLanes<Whole>(warp, instruction.sources.front());
  for (auto [i, result] : enumerate(instruction.results)) {
    Lanes<Part> part;
    for (unsigned lane = 0; lane < 32; ++lane)
      part[lane] = Part(whole[lane] >> (i * bitsOf<Part>));
    writeLanes(warp, result, part, lanes);
  }
}

/// Bits that no program puts to use: a NaN in every format.
static void executeImplicitDef(Warp &warp, const Instruction &instruction,
                               uint32_t lanes) {
  Slot to = instruction.results.front();
  Lanes<uint64_t> bits;
  std::fill_n(bits.values, 32, 0x7fffbad17fffbad1);
  if (to.bits == 64)
    return writeLanes(warp, to, bits, lanes);
  for (unsigned lane = 0; lane < 32; ++lane)
    if (to.bits > 1 && (lanes >> lane & 1))
      std::memcpy(warp.getLanes(to) + lane * to.bits / 8, &bits[lane],
                  to.bits / 8);
}

std::optional<Form> mlir::norm::ptx::findMoveForm(const Statement &statement) {
  StringRef opcode = statement.opcode;
  if (opcode == "implicit-def")
    return Form{executeImplicitDef, {0}, {}};
  if (!opcode.consume_front("mov."))
    return std::nullopt;
  unsigned bits = StringSwitch<unsigned>(opcode)
                      .Case("pred", 1)
                      .Cases({"b16", "u16", "s16", "f16", "bf16"}, 16)
                      .Cases({"b32", "u32", "s32", "f32"}, 32)
                      .Cases({"b64", "u64", "s64", "f64"}, 64)
                      .Default(0);
  if (!bits || statement.operands.size() != 2)
    return std::nullopt;
  const Operand &to = statement.operands[0], &from = statement.operands[1];
  bool packs = from.kind == Operand::Kind::vector;
  if (!packs && to.kind != Operand::Kind::vector)
    return Form{executeMove, {bits}, {bits}};
  size_t count = (packs ? from : to).values.size();
  Form form;
  if (bits == 64 && count == 2)
    form.execute = packs ? executePack<uint64_t, uint32_t>
                         : executeUnpack<uint64_t, uint32_t>;
  else if (bits == 64 && count == 4)
    form.execute = packs ? executePack<uint64_t, uint16_t>
                         : executeUnpack<uint64_t, uint16_t>;
  else if (bits == 32 && count == 2)
    form.execute = packs ? executePack<uint32_t, uint16_t>
                         : executeUnpack<uint32_t, uint16_t>;
  else
    return std::nullopt;
  form.results.assign(packs ? 1 : count, packs ? bits : bits / count);
  form.sources.assign(packs ? count : 1, packs ? bits / count : bits);
  return form;
}
