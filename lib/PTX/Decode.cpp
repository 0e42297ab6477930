//===- Decode.cpp - From statements to instructions -------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "Norm/PTX/Launch.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>
#include <map>

using namespace llvm;
using namespace mlir::norm::ptx;

namespace {
/// Gives every register, number, parameter and special register its place in a
/// warp's file.
class Decoder {
public:
  Decoder(Program &program) : program(program), kernel(*program.kernel) {}

  Error decode();

private:
  Error makeError(const Statement &statement, const Twine &message) const {
    return createStringError(program.moduleName + ":" + Twine(statement.line) +
                             ": " + message + ": " + statement.text);
  }
  Error layOutSharedMemory();
  void layOutRegisters();
  unsigned allocate(unsigned bits);
  Error decodeStatement(const Statement &statement, Instruction &instruction);
  Error bindOperands(const Statement &statement, const Form &form,
                     Instruction &instruction);
  Expected<Slot> bind(const Statement &statement, const Value &value,
                      unsigned bits);
  Error bindParameterLoad(const Statement &statement, const Form &form,
                          Instruction &instruction);
  Expected<Slot> bindSymbol(const Statement &statement, const Value &value,
                            unsigned bits);
  Slot getNumber(uint64_t value, unsigned bits);

  Program &program;
  const Kernel &kernel;
  std::map<std::pair<uint64_t, unsigned>, Slot> numbers;
  std::vector<Slot> registers;
  StringMap<uint64_t> sharedAddresses;
  Slot sink;
};
} // namespace

unsigned Decoder::allocate(unsigned bits) {
  unsigned bytes = bits == 1 ? 8 : bits / 8 * 32;
  unsigned offset = program.fileBytes;
  program.fileBytes += bytes;
  return offset;
}

Slot Decoder::getNumber(uint64_t value, unsigned bits) {
  auto [found, isNew] = numbers.try_emplace({value, bits});
  if (isNew)
    found->second = {allocate(bits), bits, Slot::none};
  return found->second;
}

Error Decoder::layOutSharedMemory() {
  constexpr unsigned gap = 128;
  uint64_t declared = 0;
  for (const SharedVariable &variable : kernel.variables) {
    if (variable.isExtern)
      continue;
    uint64_t begin =
        alignTo(program.shared.bytes, std::max(1u, variable.alignment));
    program.shared.variables.push_back(
        {variable.name, begin, begin + variable.bytes});
    sharedAddresses[variable.name] = SharedMemory::base + begin;
    program.shared.bytes = begin + variable.bytes + gap;
    declared += variable.bytes;
  }
  program.shared.bytes = alignTo(program.shared.bytes, 1024);
  for (const SharedVariable &variable : kernel.variables)
    if (variable.isExtern)
      sharedAddresses[variable.name] =
          SharedMemory::base + program.shared.bytes;
  if (declared > SharedMemory::maxStaticBytes)
    return createStringError(program.moduleName + ": kernel '" + kernel.name +
                             "' has " + Twine(declared) +
                             " bytes of static shared memory; 49152 is the "
                             "limit");
  return Error::success();
}

void Decoder::layOutRegisters() {
  for (const Parameter &parameter : kernel.parameters) {
    unsigned bits = std::max(16u, parameter.bytes * 8);
    program.parameters.push_back({allocate(bits), bits, Slot::none});
  }
  for (auto [i, reg] : enumerate(kernel.registers))
    registers.push_back({allocate(reg.bits), reg.bits, unsigned(i)});
  sink = {allocate(64), 64, Slot::none};
}

Error Decoder::decode() {
  if (Error error = layOutSharedMemory())
    return error;
  layOutRegisters();
  for (const Statement &statement : kernel.body) {
    Instruction &instruction = program.code.emplace_back();
    instruction.statement = &statement;
    if (statement.guard) {
      Expected<Slot> guard = bind(statement, *statement.guard, 1);
      if (!guard)
        return guard.takeError();
      if (guard->reg == Slot::none)
        return makeError(statement, "the guard is no register");
      instruction.guard = *guard;
      instruction.isGuardNegated = statement.isGuardNegated;
    }
    if (Error error = decodeStatement(statement, instruction))
      return error;
  }
  program.image.assign(program.fileBytes, 0);
  for (auto &[key, slot] : numbers)
    program.fill(program.image, slot, key.first);
  return Error::success();
}

Error Decoder::decodeStatement(const Statement &statement,
                               Instruction &instruction) {
  StringRef opcode = statement.opcode;
  if (opcode == "ret" || opcode == "ret.uni" || opcode == "exit") {
    instruction.action = Action::exit;
    return Error::success();
  }
  if (opcode == "bra" || opcode == "bra.uni") {
    instruction.action = Action::branch;
    if (statement.operands.size() == 1 &&
        !statement.operands.front().values.empty()) {
      auto label =
          kernel.labels.find(statement.operands.front().values.front().name);
      if (label != kernel.labels.end()) {
        instruction.target = label->second;
        return Error::success();
      }
    }
    return makeError(statement, "no such label");
  }
  Form form;
  std::optional<Form> move;
  if (const Form *found = findFloatForm(statement))
    form = *found;
  else if (const Form *found = findIntegerForm(opcode))
    form = *found;
  else if (const Form *found = findConversionForm(opcode))
    form = *found;
  else if ((move = findMoveForm(statement)))
    form = *move;
  else if (!decodeMemoryAccess(statement, form, instruction) &&
           !decodeWarpInstruction(statement, form, instruction))
    return makeError(statement, "unknown instruction");
  instruction.execute = form.execute;
  instruction.takesApart = move && form.results.size() > 1;
  if (instruction.space == Space::parameter)
    return bindParameterLoad(statement, form, instruction);
  if (Error error = bindOperands(statement, form, instruction))
    return error;
  ArrayRef<Slot> elements = instruction.results;
  if (instruction.isStore)
    elements = ArrayRef(instruction.sources).drop_front();
  for (Slot slot : elements)
    if (slot.bits < instruction.bytes * 8 / elements.size())
      return makeError(statement, "a register is too narrow");
  return Error::success();
}

Error Decoder::bindParameterLoad(const Statement &statement, const Form &form,
                                 Instruction &instruction) {
  ArrayRef<Operand> operands = statement.operands;
  if (operands.size() != 2 || operands[0].values.size() != 1 ||
      operands[1].kind != Operand::Kind::address || operands[1].offset)
    return makeError(statement, "no load of a parameter");
  Expected<Slot> result =
      bind(statement, operands[0].values[0], form.results[0]);
  if (!result)
    return result.takeError();
  instruction.results.push_back(*result);
  if (result->bits < instruction.bytes * 8)
    return makeError(statement, "the register is too narrow");
  for (auto [parameter, slot] :
       zip_equal(kernel.parameters, program.parameters))
    if (parameter.name == operands[1].values[0].name &&
        parameter.bytes >= instruction.bytes) {
      instruction.sources.push_back(slot);
      return Error::success();
    }
  return makeError(statement, "no parameter of this name and size");
}

Error Decoder::bindOperands(const Statement &statement, const Form &form,
                            Instruction &instruction) {
  ArrayRef<Operand> operands = statement.operands;
  if (!form.results.empty()) {
    if (operands.empty() ||
        operands.front().values.size() > form.results.size())
      return makeError(statement, "wrong number of results");
    ArrayRef<Value> values = operands.front().values;
    for (auto [i, bits] : enumerate(form.results)) {
      Expected<Slot> slot =
          bind(statement, i < values.size() ? values[i] : Value(), bits);
      if (!slot)
        return slot.takeError();
      if (slot->reg == Slot::none && slot->offset != sink.offset)
        return makeError(statement, "the result is no register");
      instruction.results.push_back(*slot);
    }
    operands = operands.drop_front();
  }
  size_t position = 0;
  for (const Operand &operand : operands)
    for (const Value &value : operand.values) {
      if (position == form.sources.size())
        return makeError(statement, "too many operands");
      if (operand.kind == Operand::Kind::address)
        instruction.offset = operand.offset;
      Expected<Slot> slot = bind(statement, value, form.sources[position++]);
      if (!slot)
        return slot.takeError();
      instruction.sources.push_back(*slot);
    }
  if (position != form.sources.size())
    return makeError(statement, "too few operands");
  return Error::success();
}

/// 0 bits: as many as the value has.
Expected<Slot> Decoder::bind(const Statement &statement, const Value &value,
                             unsigned bits) {
  switch (value.kind) {
  case Value::Kind::sink:
    return Slot{sink.offset, bits ? bits : 64, Slot::none};
  case Value::Kind::number:
    return getNumber(value.bits, bits ? bits : 64);
  case Value::Kind::reg: {
    Slot slot = registers[value.index];
    bool isAnyRight = slot.bits > 1 || statement.opcode == "implicit-def";
    if (bits ? slot.bits != bits : !isAnyRight)
      return makeError(
          statement, value.name + " has " + Twine(slot.bits) + " bits where " +
                         (bits ? Twine(bits) : Twine("more")) + " are due");
    return slot;
  }
  case Value::Kind::special: {
    if (isSpecialRegister(value.name)) {
      auto [found, isNew] =
          program.specials.insert({{value.name, bits ? bits : 32}, Slot()});
      if (isNew)
        found->second = {allocate(found->first.second), found->first.second,
                         Slot::none};
      return found->second;
    }
    return makeError(statement, "unknown register '" + value.name + "'");
  }
  case Value::Kind::symbol:
    return bindSymbol(statement, value, bits);
  }
  llvm_unreachable("a kind of value without a place");
}

Expected<Slot> Decoder::bindSymbol(const Statement &statement,
                                   const Value &value, unsigned bits) {
  auto found = sharedAddresses.find(value.name);
  if (found != sharedAddresses.end())
    return getNumber(found->second, bits ? bits : 64);
  return makeError(statement, "unknown name '" + value.name + "'");
}

void Program::fill(std::vector<char> &file, Slot slot, uint64_t value) {
  if (slot.bits == 1)
    value = value ? ~uint64_t(0) : 0;
  unsigned bytes = slot.bits == 1 ? 4 : slot.bits / 8;
  unsigned count = slot.bits == 1 ? 1 : 32;
  for (unsigned lane = 0; lane < count; ++lane)
    std::memcpy(file.data() + slot.offset + lane * bytes, &value, bytes);
}

Expected<Program> Program::decode(const Module &module, const Kernel &kernel) {
  Program program;
  program.kernel = &kernel;
  program.moduleName = module.getName();
  if (Error error = Decoder(program).decode())
    return error;
  return program;
}
