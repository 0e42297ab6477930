//===- Program.h - A kernel, decoded ----------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_PTX_PROGRAM_H
#define NORM_LIB_PTX_PROGRAM_H

#include "Norm/PTX/Module.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::norm::ptx {

class Warp;
struct Instruction;

/// Executes an instruction for some lanes of a warp.
using Execute = void (*)(Warp &, const Instruction &, uint32_t lanes);

/// Where the 32 lanes of a value are in a warp's file; predicates are one word
/// with a bit for each lane.
struct Slot {
  static constexpr unsigned none = ~0u;
  /// In bytes.
  unsigned offset = 0;
  unsigned bits = 0;
  /// What may have been written or not; `none`: numbers and their like.
  unsigned reg = none;
};

enum class Action {
  compute,
  branch,
  exit,
  blockBarrier,
  clusterArrive,
  clusterWait
};

enum class Space { global, shared, cluster, generic, parameter };

struct Instruction {
  Execute execute = nullptr;
  Action action = Action::compute;
  llvm::SmallVector<Slot, 4> results, sources;
  std::optional<Slot> guard;
  bool isGuardNegated = false;
  /// All threads of the warp, or those of the last source, must be here.
  bool needsAllThreads = false, needsMembers = false;
  /// Of a branch.
  unsigned target = 0;
  /// Of a memory access: what is added to the address, and bytes of a thread.
  int64_t offset = 0;
  unsigned bytes = 0;
  Space space = Space::global;
  bool isLoad = false, isStore = false, isReadOnly = false, isSigned = false;
  /// Of clusterArrive: orders nothing.
  bool isRelaxed = false;
  bool isShuffle = false;
  /// Into registers of parts of the source.
  bool takesApart = false;
  const Statement *statement = nullptr;
};

/// What an opcode is: how many bits each operand has, in order, and the code.
/// 0: any register will do.
struct Form {
  Execute execute = nullptr;
  llvm::SmallVector<unsigned, 4> results, sources;
};

/// Shared memory as the kernel lays it out. Between variables is a gap that
/// belongs to none.
struct SharedLayout {
  struct Variable {
    llvm::StringRef name;
    uint64_t begin, end;
  };
  std::vector<Variable> variables;
  uint64_t bytes = 0;
};

struct Program {
  const Kernel *kernel = nullptr;
  llvm::StringRef moduleName;
  std::vector<Instruction> code;
  /// What every warp's file starts as: numbers are in it, and the launch adds
  /// parameters.
  std::vector<char> image;
  std::vector<Slot> parameters;
  /// By name and width.
  llvm::MapVector<std::pair<llvm::StringRef, unsigned>, Slot> specials;
  unsigned fileBytes = 0;
  /// Without what is sized by the launch, which comes last.
  SharedLayout shared;

  static llvm::Expected<Program> decode(const Module &module,
                                        const Kernel &kernel);
  /// The same value in all lanes.
  static void fill(std::vector<char> &file, Slot slot, uint64_t value);
};

bool isSpecialRegister(llvm::StringRef name);

/// Opcodes whose operands are registers and numbers, each by its full name.
const Form *findFloatForm(const Statement &statement);
const Form *findIntegerForm(llvm::StringRef opcode);
const Form *findConversionForm(llvm::StringRef opcode);
std::optional<Form> findMoveForm(const Statement &statement);
/// Those that exchange values between lanes, or wait for them.
bool decodeWarpInstruction(const Statement &statement, Form &form,
                           Instruction &instruction);
/// Loads and stores, and arithmetic of addresses. The address is the first
/// source.
bool decodeMemoryAccess(const Statement &statement, Form &form,
                        Instruction &instruction);

} // namespace mlir::norm::ptx

#endif // NORM_LIB_PTX_PROGRAM_H
