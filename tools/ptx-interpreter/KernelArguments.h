//===- KernelArguments.h - Parameters on a command line ---------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TOOLS_PTX_INTERPRETER_KERNELARGUMENTS_H
#define NORM_TOOLS_PTX_INTERPRETER_KERNELARGUMENTS_H

#include "Norm/PTX/DeviceMemory.h"
#include "Norm/PTX/Module.h"
#include "Norm/Run/HostTensor.h"

namespace mlir::norm {

/// What `--arg` says: buffers, which are device memory, and numbers.
class KernelArguments {
public:
  static llvm::Expected<KernelArguments> create(const ptx::Kernel &kernel,
                                                ArrayRef<std::string> texts,
                                                ptx::DeviceMemory &memory);

  /// To each parameter's value.
  SmallVector<const void *> getPointers() const;
  /// Buffers that go out: the first elements to `os`, all to their files.
  llvm::Error write(llvm::raw_ostream &os) const;
  /// How often each byte of each buffer was loaded and stored.
  void printAccesses(const ptx::DeviceMemory &memory,
                     llvm::raw_ostream &os) const;

private:
  struct Argument {
    /// Of a buffer, its address.
    uint64_t bits = 0;
    std::optional<HostTensor> buffer;
    bool isOutput = false;
    std::string outputFile;
  };
  static llvm::Expected<Argument>
  parse(StringRef text, ptx::DeviceMemory &memory, unsigned number);
  static llvm::Expected<Argument> parseNumber(StringRef type, StringRef text);

  std::vector<Argument> arguments;
};

} // namespace mlir::norm

#endif // NORM_TOOLS_PTX_INTERPRETER_KERNELARGUMENTS_H
