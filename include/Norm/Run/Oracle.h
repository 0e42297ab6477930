//===- Oracle.h - What a function means -------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_ORACLE_H
#define NORM_RUN_ORACLE_H

#include "Norm/Run/Jit.h"

namespace mlir::norm {

/// Evaluates a function as read, before any of our passes, in f64: floats are
/// widened, norm ops become the plain loops of their formulas, and upstream
/// lowers the rest op by op. No lowering of ours takes part, so that it can
/// judge all of them.
class Oracle {
public:
  /// The module is not changed. An empty name means the only public function.
  static llvm::Expected<Oracle> create(ModuleOp module, StringRef entry);

  /// Results first, then the memref arguments as they are left, all of them
  /// copies, with floats as f64. The given arguments are not written.
  llvm::Expected<SmallVector<HostTensor>>
  evaluate(ArrayRef<HostTensor> arguments) const;

  /// The function in f64, before it is lowered.
  ModuleOp getModule() const { return *module; }

private:
  Oracle(OwningOpRef<ModuleOp> module, Kernel kernel)
      : module(std::move(module)), kernel(std::move(kernel)) {}

  OwningOpRef<ModuleOp> module;
  Kernel kernel;
};

} // namespace mlir::norm

#endif // NORM_RUN_ORACLE_H
