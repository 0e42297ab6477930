//===- Module.h - PTX, parsed -----------------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PTX_MODULE_H
#define NORM_PTX_MODULE_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <vector>

namespace mlir::norm::ptx {

struct Dim3 {
  unsigned x = 1, y = 1, z = 1;
  uint64_t getProduct() const { return uint64_t(x) * y * z; }
  bool operator==(const Dim3 &other) const {
    return x == other.x && y == other.y && z == other.z;
  }
};

/// One value that an instruction names.
struct Value {
  enum class Kind {
    reg,     ///< `index` into Kernel::registers
    number,  ///< `bits`: an integer, or the bits of a float
    special, ///< `name`: %tid.x and its like
    symbol,  ///< `name`: a parameter, a variable or a label
    sink,    ///< `_`: the result is dropped
  };
  Kind kind = Kind::sink;
  unsigned index = 0;
  uint64_t bits = 0;
  llvm::StringRef name;
};

/// `%r1`, `%r1|%p1`, `{%r1, %r2}` or `[%rd1+16]`.
struct Operand {
  enum class Kind { plain, pair, vector, address };
  Kind kind = Kind::plain;
  llvm::SmallVector<Value, 1> values;
  /// Of an address, in bytes.
  int64_t offset = 0;
};

struct Statement {
  unsigned line = 0;
  /// As written, without the comment.
  llvm::StringRef text;
  llvm::StringRef opcode;
  /// `@%p1` or `@!%p1`.
  std::optional<Value> guard;
  bool isGuardNegated = false;
  llvm::SmallVector<Operand, 4> operands;
};

struct Register {
  llvm::StringRef name;
  /// 1 for predicates.
  unsigned bits;
};

struct Parameter {
  llvm::StringRef name;
  unsigned bytes;
};

/// A variable in shared memory; `bytes` of an extern one is 0.
struct SharedVariable {
  llvm::StringRef name;
  unsigned alignment = 1;
  uint64_t bytes = 0;
  bool isExtern = false;
};

struct Kernel {
  llvm::StringRef name;
  std::vector<Parameter> parameters;
  std::vector<Register> registers;
  std::vector<SharedVariable> variables;
  std::vector<Statement> body;
  /// Each the index of a statement; one past the last is the end.
  llvm::StringMap<unsigned> labels;
  std::optional<Dim3> maxThreads, requiredThreads, requiredCluster;
  /// Of a thread; 0 if that is ptxas's matter.
  uint64_t maxRegisters = 0;
};

/// The text of a PTX module and its kernels, which point into it.
class Module {
public:
  /// `name` is what errors call the text.
  static llvm::Expected<Module> parse(llvm::StringRef text,
                                      llvm::StringRef name);

  llvm::StringRef getName() const { return source->name; }
  llvm::ArrayRef<Kernel> getKernels() const { return kernels; }
  /// With an empty name, the only one.
  llvm::Expected<const Kernel *> findKernel(llvm::StringRef name) const;

private:
  friend class Parser;
  struct Source {
    std::string name, text;
  };

  std::unique_ptr<Source> source;
  std::vector<Kernel> kernels;
};

} // namespace mlir::norm::ptx

#endif // NORM_PTX_MODULE_H
