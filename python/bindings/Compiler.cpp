//===- Compiler.cpp - From text to text, and to a function ------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "Norm/Run/ExtentContract.h"
#include "Norm/Run/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::python;

//===----------------------------------------------------------------------===//
// Diagnostics
//===----------------------------------------------------------------------===//

CompileError::CompileError(std::vector<std::string> diagnostics)
    : diagnostics(std::move(diagnostics)),
      text(llvm::join(this->diagnostics, "\n")) {}

namespace {
/// Keeps all diagnostics, with their notes, as compilers print them.
class Diagnostics {
public:
  explicit Diagnostics(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          add(diagnostic);
          for (Diagnostic &note : diagnostic.getNotes())
            add(note);
          return success();
        }) {}

  [[noreturn]] void raise(const std::string &otherwise) {
    if (all.empty())
      all.push_back(otherwise);
    throw CompileError(std::move(all));
  }

private:
  void add(Diagnostic &diagnostic) {
    std::string text;
    llvm::raw_string_ostream os(text);
    if (auto at = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>())
      os << at.getFilename().getValue() << ":" << at.getLine() << ":"
         << at.getColumn() << ": ";
    static constexpr const char *severities[] = {"note", "warning", "error",
                                                 "remark"};
    os << severities[unsigned(diagnostic.getSeverity())] << ": " << diagnostic;
    all.push_back(std::move(text));
  }

  std::vector<std::string> all;
  ScopedDiagnosticHandler handler;
};
} // namespace

//===----------------------------------------------------------------------===//
// Contexts
//===----------------------------------------------------------------------===//

static const DialectRegistry &getRegistry() {
  static const DialectRegistry registry = [] {
    DialectRegistry registry;
    registerAllPasses();
    registerAllForRun(registry);
    registerNormRunPasses();
    return registry;
  }();
  return registry;
}

static OwningOpRef<ModuleOp>
parse(const std::string &text, MLIRContext &context, Diagnostics &diagnostics) {
  auto module = parseSourceString<ModuleOp>(text, &context, "input");
  if (!module)
    diagnostics.raise("input: error: the module does not parse");
  return module;
}

//===----------------------------------------------------------------------===//
// opt
//===----------------------------------------------------------------------===//

std::string mlir::norm::python::opt(const std::string &text,
                                    const std::string &pipeline) {
  nb::gil_scoped_release release;
  MLIRContext context(getRegistry(), MLIRContext::Threading::DISABLED);
  Diagnostics diagnostics(&context);
  OwningOpRef<ModuleOp> module = parse(text, context, diagnostics);
  // Both `norm-fuse,cse` and `builtin.module(norm-fuse,cse)` are meant for the
  // module.
  std::string anchored =
      StringRef(pipeline).trim().starts_with("builtin.module(")
          ? pipeline
          : "builtin.module(" + pipeline + ")";
  std::string message;
  llvm::raw_string_ostream os(message);
  FailureOr<OpPassManager> parsed = parsePassPipeline(anchored, os);
  if (failed(parsed))
    diagnostics.raise(StringRef(message).trim().str());
  PassManager pm(&context, "builtin.module");
  static_cast<OpPassManager &>(pm) = std::move(*parsed);
  if (failed(pm.run(*module)))
    diagnostics.raise("input: error: a pass failed without saying why");
  std::string result;
  llvm::raw_string_ostream resultStream(result);
  module->print(resultStream);
  return result;
}

//===----------------------------------------------------------------------===//
// compile
//===----------------------------------------------------------------------===//

static Kernel compileOrRaise(ModuleOp module, StringRef entry,
                             const CompileOptions &options,
                             Diagnostics &diagnostics) {
  llvm::Expected<Kernel> kernel = norm::compile(module, entry, options);
  if (kernel)
    return std::move(*kernel);
  diagnostics.raise(llvm::toString(kernel.takeError()));
}

/// Where functions are called for the target; with none, here.
static std::shared_ptr<Device> createDevice(const std::string &target) {
  if (target == "cpu")
    return nullptr;
  if (target != "cuda")
    throw CompileError(
        {"target '" + target + "': the targets are 'cpu' and 'cuda'"});
  llvm::Expected<std::shared_ptr<Device>> device = createCallersCUDADevice();
  if (!device)
    throw std::runtime_error(llvm::toString(device.takeError()));
  return *device;
}

static bool hasDynamicExtents(const Signature &signature) {
  auto isDynamic = [](const ValueSpec &spec) {
    return ShapedType::isDynamicShape(spec.shape);
  };
  return llvm::any_of(signature.arguments, isDynamic) ||
         llvm::any_of(signature.results, isDynamic);
}

static bool assertsAnything(ModuleOp module) {
  return module.walk([](cf::AssertOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

std::unique_ptr<Function>
mlir::norm::python::compile(const std::string &text, const std::string &entry,
                            const std::string &target, bool fuse,
                            const std::string &options) {
  nb::gil_scoped_release release;
  CompileOptions compileOptions;
  compileOptions.device = createDevice(target);
  MLIRContext context(getRegistry(), MLIRContext::Threading::DISABLED);
  Diagnostics diagnostics(&context);
  OwningOpRef<ModuleOp> module = parse(text, context, diagnostics);
  llvm::Expected<func::FuncOp> found = findEntry(*module, entry);
  if (!found)
    diagnostics.raise("input: error: " + llvm::toString(found.takeError()));
  std::string name = found->getSymName().str();
  llvm::Expected<Signature> asRead = getSignature(*found);
  if (!asRead)
    diagnostics.raise("input: error: " + llvm::toString(asRead.takeError()));

  compileOptions.pipelineOptions = options;
  compileOptions.fuse = fuse;
  compileOptions.resultsAsArguments = true;
  Kernel kernel = compileOrRaise(*module, name, compileOptions, diagnostics);
  for (const ValueSpec &result : kernel.getSignature().results)
    if (result.kind != ValueSpec::Kind::scalar)
      diagnostics.raise("input: error: @" + name +
                        " returns memory, and may say so neither by a memref "
                        "nor by calling itself: return tensors");

  std::optional<Kernel> extents;
  std::vector<std::string> messages;
  if (hasDynamicExtents(*asRead) || assertsAnything(*module)) {
    if (llvm::Error error = runPipeline(*module, [](OpPassManager &pm) {
          pm.addPass(createInlinerPass());
        }))
      diagnostics.raise("input: error: " + llvm::toString(std::move(error)));
    FailureOr<ExtentContract> contract =
        createExtentContract(module->lookupSymbol<func::FuncOp>(name));
    if (failed(contract))
      diagnostics.raise("");
    messages.assign(contract->messages.begin(), contract->messages.end());
    compileOptions.device.reset();
    compileOptions.fuse = false;
    compileOptions.pipelineOptions.clear();
    extents.emplace(compileOrRaise(*module, contract->function.getSymName(),
                                   compileOptions, diagnostics));
  }
  return std::make_unique<Function>(name, std::move(*asRead), std::move(kernel),
                                    std::move(extents), std::move(messages));
}
