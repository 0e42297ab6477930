//===- Jit.h - Compile a function and call it -------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_JIT_H
#define NORM_RUN_JIT_H

#include "Norm/Run/Device.h"
#include "Norm/Run/Signature.h"
#include <functional>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace mlir {
class DialectRegistry;
class ExecutionEngine;
class OpPassManager;

namespace norm {

/// Every dialect and extension, ours, and their translations to LLVM IR: what a
/// context needs for compile().
void registerAllForRun(DialectRegistry &registry);

struct CompileOptions {
  /// What --norm-cpu-pipeline would be given, such as "road=affine"; with a
  /// device, --norm-gpu-pipeline.
  std::string pipelineOptions;
  /// Where norms run; with none, here.
  std::shared_ptr<Device> device;
  /// Raises and fuses first, as --norm-raise and --norm-fuse do.
  bool fuse = false;
  /// Replaces --norm-cpu-pipeline if set; must end in the LLVM dialect.
  std::function<void(OpPassManager &)> pipeline;
  /// Turns tensor results into trailing memref arguments, so that the caller
  /// says where they go and nothing is allocated for them.
  bool resultsAsArguments = false;
  /// Where dynamic extents that must agree do not, the call aborts with a
  /// message. Costs little, but is not part of what is timed.
  bool checkExtents = false;
  /// Of LLVM, 0 to 3.
  unsigned optLevel = 3;
};

/// Seconds of this process's CPU time that a compilation took.
struct CompileTime {
  double passes = 0; ///< to the LLVM dialect
  double code = 0;   ///< from there to machine code that can be called
};

/// A compiled function.
class Kernel {
public:
  ~Kernel();
  Kernel(Kernel &&);

  /// With resultsAsArguments, as rewritten.
  const Signature &getSignature() const { return signature; }
  /// True if the code runs on OpenMP threads.
  bool isParallel() const { return parallel; }
  /// True if norms run on a device.
  bool hasDevice() const { return device != nullptr; }

  CompileTime getCompileTime() const { return compileTime; }

  /// The code itself, for callers that pack the arguments: the address of each
  /// scalar, and of the pointer to each descriptor, as upstream's packed
  /// interface has it.
  void (*getFunction() const)(void **) { return function; }

  /// Calls the function. Tensor arguments stay as they are, memref arguments
  /// may be written. A failing cf.assert in the function aborts the process.
  llvm::Expected<SmallVector<HostTensor>>
  invoke(ArrayRef<HostTensor> arguments) const;

  /// A call whose arguments are checked and packed once, to be run repeatedly.
  class Call {
  public:
    Call(Call &&);
    ~Call();
    /// With a device, what went wrong there.
    llvm::Error run();
    /// Takes the results of the last run(). Due after every run() of a function
    /// with shaped results, which are freshly allocated.
    SmallVector<HostTensor> takeResults();

  private:
    friend class Kernel;
    struct State;
    explicit Call(std::unique_ptr<State> state);
    std::unique_ptr<State> state;
  };
  llvm::Expected<Call> prepare(ArrayRef<HostTensor> arguments) const;

private:
  Kernel() = default;
  friend llvm::Expected<Kernel> compile(ModuleOp, StringRef,
                                        const CompileOptions &);

  Signature signature;
  std::shared_ptr<Device> device;
  bool parallel = false;
  CompileTime compileTime;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::unique_ptr<ExecutionEngine> engine;
  void (*function)(void **) = nullptr;
};

/// Compiles one function of a module, and what it calls, for this machine. The
/// module is not changed; its context needs registerAllForRun(). An empty name
/// means the only public function.
llvm::Expected<Kernel> compile(ModuleOp module, StringRef entry,
                               const CompileOptions &options = {});

/// The same, from text.
llvm::Expected<Kernel> compile(StringRef text, StringRef entry,
                               MLIRContext &context,
                               const CompileOptions &options = {});

/// A copy of the module in which the entry is its only public function.
OwningOpRef<ModuleOp> isolateEntry(func::FuncOp entry);

/// A diagnostic of MLIR, with location and notes.
class DiagnosticError : public llvm::ErrorInfo<DiagnosticError> {
public:
  explicit DiagnosticError(Diagnostic &diagnostic);
  /// Emits it again.
  void emit() const;
  /// As `file:line:column: message`.
  void log(raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }
  static char ID; // NOLINT(readability-identifier-naming): LLVM looks for it

private:
  Location location;
  std::string text;
  std::vector<std::pair<Location, std::string>> notes;
};

/// Runs a pipeline; its first error is the Error, a DiagnosticError.
llvm::Error runPipeline(ModuleOp module,
                        llvm::function_ref<void(OpPassManager &)> build);

} // namespace norm
} // namespace mlir

#endif // NORM_RUN_JIT_H
