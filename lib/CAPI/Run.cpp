//===- Run.cpp - C API to compile a function and call it --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"
#include "Norm/Run/ExtentContract.h"
#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Support.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::norm;

MlirNormCompileOptions mlirNormCompileOptionsGetDefault(void) {
  return {/*fuse=*/true, wrap(StringRef()), /*optLevel=*/3};
}

/// Only results that became arguments have a place to go to.
static llvm::Error checkResults(const Signature &signature) {
  if (signature.results.empty())
    return llvm::Error::success();
  const ValueSpec &result = signature.results.front();
  std::string what = "the function returns " + result.format();
  if (result.kind == ValueSpec::Kind::tensor)
    return llvm::createStringError(
        what + ", but cannot take a place for it as an argument: it is called "
               "within the module");
  return llvm::createStringError(what + "; only tensors can be returned to C");
}

static bool needsExtentCheck(func::FuncOp function) {
  auto isDynamic = [](Type type) {
    auto shaped = dyn_cast<ShapedType>(type);
    return shaped && !shaped.hasStaticShape();
  };
  return llvm::any_of(function.getArgumentTypes(), isDynamic) ||
         llvm::any_of(function.getResultTypes(), isDynamic) ||
         function->getParentOfType<ModuleOp>()
             .walk([](cf::AssertOp) { return WalkResult::interrupt(); })
             .wasInterrupted();
}

/// Compiles what tells, before a call, whether its extents agree.
static llvm::Error addExtentContract(CheckedKernel &kernel,
                                     func::FuncOp original) {
  OwningOpRef<ModuleOp> module = isolateEntry(original);
  if (llvm::Error error = runPipeline(
          *module, [](OpPassManager &pm) { pm.addPass(createInlinerPass()); }))
    return error;
  FailureOr<ExtentContract> contract = createExtentContract(
      module->lookupSymbol<func::FuncOp>(original.getSymName()));
  if (failed(contract))
    return llvm::createStringError(
        "what the extents of the arguments must satisfy is not known before "
        "the call");
  kernel.messages = std::move(contract->messages);
  llvm::Expected<Kernel> extents =
      compile(*module, contract->function.getSymName());
  if (!extents)
    return extents.takeError();
  kernel.extents.emplace(std::move(*extents));
  return llvm::Error::success();
}

static llvm::Expected<std::unique_ptr<CheckedKernel>>
compileChecked(ModuleOp module, StringRef name, const CompileOptions &options) {
  llvm::Expected<func::FuncOp> entry = findEntry(module, name);
  if (!entry)
    return entry.takeError();
  llvm::Expected<Kernel> compiled =
      compile(module, entry->getSymName(), options);
  if (!compiled)
    return compiled.takeError();
  if (llvm::Error error = checkResults(compiled->getSignature()))
    return error;
  auto kernel = std::make_unique<CheckedKernel>(std::move(*compiled));
  kernel->numInputs = entry->getNumArguments();
  if (needsExtentCheck(*entry))
    if (llvm::Error error = addExtentContract(*kernel, *entry))
      return error;
  return kernel;
}

/// Diagnostics keep their location; what else can go wrong has the module's.
static void report(llvm::Error error, ModuleOp module) {
  llvm::handleAllErrors(
      std::move(error), [](const DiagnosticError &error) { error.emit(); },
      [&](const llvm::ErrorInfoBase &error) {
        module.emitError() << error.message();
      });
}

MlirNormKernel mlirNormCompile(MlirModule module, MlirStringRef entry,
                               MlirNormCompileOptions options) {
  if (mlirModuleIsNull(module))
    return {nullptr};
  CompileOptions compileOptions;
  compileOptions.pipelineOptions = unwrap(options.cpuPipelineOptions).str();
  compileOptions.fuse = options.fuse;
  compileOptions.optLevel = std::min(options.optLevel, 3u);
  compileOptions.resultsAsArguments = true;
  auto kernel = compileChecked(unwrap(module), unwrap(entry), compileOptions);
  if (kernel)
    return {kernel->release()};
  report(kernel.takeError(), unwrap(module));
  return {nullptr};
}

void mlirNormKernelDestroy(MlirNormKernel kernel) {
  delete unwrapKernel(kernel);
}

intptr_t mlirNormKernelGetNumArguments(MlirNormKernel kernel) {
  return unwrapKernel(kernel)->kernel.getSignature().arguments.size();
}

MlirNormPackedFunction mlirNormKernelGetPackedFunction(MlirNormKernel kernel) {
  return unwrapKernel(kernel)->kernel.getFunction();
}
