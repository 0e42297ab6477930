//===- Jit.cpp - Compile a function for this machine ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Jit.h"
#include "HostMachine.h"
#include "Norm/CPU/Pipeline.h"
#include "Norm/GPU/Pipeline.h"
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
#include "llvm/Support/Timer.h"
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

char DiagnosticError::ID;

DiagnosticError::DiagnosticError(Diagnostic &diagnostic)
    : location(diagnostic.getLocation()), text(diagnostic.str()) {
  for (Diagnostic &note : diagnostic.getNotes())
    notes.emplace_back(note.getLocation(), note.str());
}

void DiagnosticError::emit() const {
  InFlightDiagnostic error = emitError(location) << text;
  for (const auto &[noteLocation, note] : notes)
    error.attachNote(noteLocation) << note;
}

/// The op that MLIR prints behind an error, in its generic form.
static StringRef findOpName(StringRef note) {
  if (!note.consume_front("see current operation: "))
    return "";
  StringRef name = note.split('"').second.split('"').first;
  return name == ModuleOp::getOperationName() ? "" : name;
}

void DiagnosticError::log(raw_ostream &os) const {
  // Locations print as loc("file":1:2); people write file:1:2.
  std::string printed;
  llvm::raw_string_ostream(printed) << location;
  StringRef where = printed;
  if (where.consume_front("loc(\"") && where.consume_back(")")) {
    auto [file, position] = where.split("\"");
    os << file << position;
  } else {
    os << printed;
  }
  os << ": " << text;
  // Of a pass that says only where.
  for (const auto &note : notes) {
    StringRef name = findOpName(note.second);
    if (!name.empty() && !StringRef(text).contains(name))
      os << ": '" << name << "'";
  }
}

namespace {
/// Keeps the first error; warnings and remarks go on to the next handler.
class FirstError {
public:
  explicit FirstError(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
            return failure();
          if (!error)
            error = std::make_unique<DiagnosticError>(diagnostic);
          return success();
        }) {}
  llvm::Error take(StringRef fallback) {
    if (error)
      return llvm::Error(std::move(error));
    return llvm::createStringError(fallback);
  }

private:
  std::unique_ptr<DiagnosticError> error;
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
  GPUPipelineOptions gpuOptions;
  if (options.device)
    gpuOptions.chip = options.device->getChip();
  std::string message;
  llvm::raw_string_ostream os(message);
  LogicalResult parsed =
      options.device ? gpuOptions.parseFromString(options.pipelineOptions, os)
                     : cpuOptions.parseFromString(options.pipelineOptions, os);
  if (failed(parsed))
    return llvm::createStringError(
        "pipeline options '" + options.pipelineOptions + "' are not valid" +
        (message.empty() ? "" : ": ") + StringRef(message).trim());
  if (gpuOptions.kernelsOnly)
    return llvm::createStringError(
        "kernels-only makes no host code, and so nothing that runs");
  std::string misplaced = cpuOptions.findMisplacedOption();
  if (!misplaced.empty())
    return llvm::createStringError("pipeline options '" +
                                   options.pipelineOptions +
                                   "' are not valid: " + misplaced);
  return runPipeline(module, [&](OpPassManager &pm) {
    pm.addPass(createSymbolDCEPass());
    if (options.fuse) {
      pm.addPass(createNormRaisePass());
      pm.addPass(createNormFusePass());
    }
    if (options.pipeline)
      options.pipeline(pm);
    else if (options.device)
      buildGPUPipeline(pm, gpuOptions);
    else
      buildCPUPipeline(pm, cpuOptions);
  });
}

//===----------------------------------------------------------------------===//
// From the LLVM dialect to code
//===----------------------------------------------------------------------===//

static bool usesOpenMP(ModuleOp module) {
  return module
      .walk([](Operation *op) {
        return isa_and_nonnull<omp::OpenMPDialect>(op->getDialect())
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

static double getCPUSeconds() {
  return llvm::TimeRecord::getCurrentTime().getProcessTime();
}

/// Kernels are loaded by constructors of the module.
static llvm::Error attach(Device &device, ExecutionEngine &engine) {
  engine.registerSymbols([&](llvm::orc::MangleAndInterner intern) {
    llvm::orc::SymbolMap symbols;
    for (auto [name, function] : device.getFunctions())
      symbols[intern(name)] = {llvm::orc::ExecutorAddr::fromPtr(function),
                               llvm::JITSymbolFlags::Exported};
    return symbols;
  });
  device.enter();
  engine.initialize();
  return device.leave();
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
  double start = getCPUSeconds();
  if (llvm::Error error = lowerToLLVM(*copy, options))
    return error;
  double lowered = getCPUSeconds();

  kernel.parallel = usesOpenMP(*copy);
  auto machine = createHostMachine(options.optLevel);
  if (!machine)
    return machine.takeError();
  kernel.machine = std::move(*machine);
  auto engineMachine = createHostMachine(options.optLevel);
  if (!engineMachine)
    return engineMachine.takeError();
  if (llvm::Error error = verifyRunsHere(*copy))
    return error;
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
  if (options.device)
    if (llvm::Error error = attach(*options.device, **engine))
      return error;
  auto function = (*engine)->lookupPacked("_mlir_ciface_" + entryName);
  if (!function)
    return function.takeError();
  kernel.compileTime = {lowered - start, getCPUSeconds() - lowered};
  kernel.device = options.device;
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
