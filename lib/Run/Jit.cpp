//===- Jit.cpp - Compile a function for this machine ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Jit.h"
#include "Norm/CPU/Pipeline.h"
#include "Norm/InitAll.h"
#include "Norm/Passes.h"
#include "Norm/Run/ExtentChecks.h"
#include "Norm/Run/ResultsToArguments.h"
#include "Norm/Run/RuntimeLibraries.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace mlir::norm;

void mlir::norm::registerAllForRun(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  registerAllNorm(registry);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

namespace {
/// Keeps the first error; warnings and remarks go on to the next handler.
class FirstError {
public:
  explicit FirstError(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
            return failure();
          if (text.empty())
            llvm::raw_string_ostream(text)
                << diagnostic.getLocation() << ": " << diagnostic;
          return success();
        }) {}
  llvm::Error take(StringRef fallback) {
    StringRef message = text.empty() ? fallback : StringRef(text);
    // Locations print as loc("file":1:2); people write file:1:2.
    std::string plain = message.str();
    if (message.consume_front("loc(\"")) {
      auto [location, rest] = message.split("): ");
      auto [file, position] = location.split("\"");
      plain = (file + position + ": " + rest).str();
    }
    return llvm::createStringError(plain);
  }

private:
  std::string text;
  ScopedDiagnosticHandler handler;
};
} // namespace

llvm::Error
mlir::norm::runPipeline(ModuleOp module,
                        llvm::function_ref<void(OpPassManager &)> build) {
  FirstError error(module.getContext());
  PassManager pm(module.getContext());
  build(pm);
  if (failed(pm.run(module)))
    return error.take("a pass failed without saying why");
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// From the module as read to the LLVM dialect
//===----------------------------------------------------------------------===//

OwningOpRef<ModuleOp> mlir::norm::isolateEntry(func::FuncOp entry) {
  auto module = cast<ModuleOp>(entry->getParentOp());
  OwningOpRef<ModuleOp> copy = module.clone();
  for (auto function : copy->getOps<func::FuncOp>()) {
    bool isEntry = function.getSymName() == entry.getSymName();
    function.setVisibility(isEntry ? SymbolTable::Visibility::Public
                                   : SymbolTable::Visibility::Private);
  }
  return copy;
}

/// Upstream lets a function write into its tensor arguments; here they are the
/// caller's values.
static void makeTensorArgumentsReadOnly(func::FuncOp entry) {
  for (unsigned i = 0, e = entry.getNumArguments(); i < e; ++i)
    if (isa<TensorType>(entry.getArgument(i).getType()))
      entry.setArgAttr(i,
                       bufferization::BufferizationDialect::kWritableAttrName,
                       BoolAttr::get(entry.getContext(), false));
}

static llvm::Error lowerToLLVM(ModuleOp module, const CompileOptions &options) {
  CPUPipelineOptions cpuOptions;
  std::string message;
  llvm::raw_string_ostream os(message);
  if (failed(cpuOptions.parseFromString(options.pipelineOptions, os)))
    return llvm::createStringError("pipeline options '" +
                                   options.pipelineOptions +
                                   "': " + StringRef(message).trim());
  return runPipeline(module, [&](OpPassManager &pm) {
    pm.addPass(createSymbolDCEPass());
    if (options.fuse) {
      pm.addPass(createNormRaisePass());
      pm.addPass(createNormFusePass());
    }
    if (options.pipeline)
      options.pipeline(pm);
    else
      buildCPUPipeline(pm, cpuOptions);
  });
}

//===----------------------------------------------------------------------===//
// From the LLVM dialect to code
//===----------------------------------------------------------------------===//

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createHostMachine(unsigned optLevel) {
  static const bool initialized = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    llvm::InitializeNativeTargetAsmParser();
    return true;
  }();
  (void)initialized;
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel(optLevel));
  return builder->createTargetMachine();
}

static bool usesOpenMP(ModuleOp module) {
  return module
      .walk([](Operation *op) {
        return isa_and_nonnull<omp::OpenMPDialect>(op->getDialect())
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

llvm::Expected<Kernel> mlir::norm::compile(ModuleOp module, StringRef name,
                                           const CompileOptions &options) {
  llvm::Expected<func::FuncOp> found = findEntry(module, name);
  if (!found)
    return found.takeError();
  std::string entryName = found->getSymName().str();
  OwningOpRef<ModuleOp> copy = isolateEntry(*found);
  auto entry = copy->lookupSymbol<func::FuncOp>(entryName);
  if (options.resultsAsArguments)
    passResultsAsArguments(entry);

  Kernel kernel;
  llvm::Expected<Signature> signature = getSignature(entry);
  if (!signature)
    return signature.takeError();
  kernel.signature = *signature;
  makeTensorArgumentsReadOnly(entry);
  entry->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                 UnitAttr::get(entry.getContext()));
  if (options.checkExtents)
    insertExtentChecks(*copy);
  if (llvm::Error error = lowerToLLVM(*copy, options))
    return error;

  kernel.parallel = usesOpenMP(*copy);
  auto machine = createHostMachine(options.optLevel);
  if (!machine)
    return machine.takeError();
  kernel.machine = std::move(*machine);
  auto engineMachine = createHostMachine(options.optLevel);
  if (!engineMachine)
    return engineMachine.takeError();
  auto optimize =
      makeOptimizingTransformer(options.optLevel, 0, kernel.machine.get());
  ExecutionEngineOptions engineOptions;
  engineOptions.transformer = optimize;
  engineOptions.jitCodeGenOptLevel = llvm::CodeGenOptLevel(options.optLevel);
  engineOptions.enableGDBNotificationListener = false;
  engineOptions.enablePerfNotificationListener = false;
  FirstError translationError(module.getContext());
  auto engine =
      ExecutionEngine::create(*copy, engineOptions, std::move(*engineMachine));
  if (!engine) {
    std::string reason = llvm::toString(engine.takeError());
    return translationError.take(reason);
  }
  if (llvm::Error error =
          registerRuntimeLibraries(**engine, *copy, kernel.parallel))
    return error;
  auto function = (*engine)->lookupPacked("_mlir_ciface_" + entryName);
  if (!function)
    return function.takeError();
  kernel.engine = std::move(*engine);
  kernel.function = *function;
  return kernel;
}

llvm::Expected<Kernel> mlir::norm::compile(StringRef text, StringRef entry,
                                           MLIRContext &context,
                                           const CompileOptions &options) {
  FirstError error(&context);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return error.take("the module does not parse");
  return compile(*module, entry, options);
}
