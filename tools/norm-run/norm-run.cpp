//===- norm-run.cpp - Run a function, check it, time it ---------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Pipeline.h"
#include "Norm/Run/Arguments.h"
#include "Norm/Run/Npy.h"
#include "Norm/Run/Oracle.h"
#include "Report.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include <csignal>

using namespace mlir;
using namespace mlir::norm;
namespace cl = llvm::cl;

static cl::OptionCategory category("norm-run options");

static cl::opt<std::string> fileName(cl::Positional, cl::desc("FILE.mlir"),
                                     cl::init("-"), cl::cat(category));
static cl::opt<std::string>
    entryName("entry",
              cl::desc("The function to run; by default the only "
                       "public one"),
              cl::cat(category));
static cl::opt<bool> asIs("as-is", cl::desc("Neither raise nor fuse first"),
                          cl::cat(category));
static cl::opt<std::string> road("road",
                                 cl::desc("How norm ops are lowered, as in "
                                          "--norm-cpu-pipeline=road=…"),
                                 cl::cat(category));
enum class Target { CPU, CUDA, PTXInterpreter };
static cl::opt<Target> target(
    "target", cl::desc("Where norms run"), cl::init(Target::CPU),
    cl::values(clEnumValN(Target::CPU, "cpu", "here; the default"),
               clEnumValN(Target::CUDA, "cuda", "the first NVIDIA GPU"),
               clEnumValN(Target::PTXInterpreter, "ptx-interpreter",
                          "here, from the PTX that an NVIDIA GPU would get; "
                          "finds races and wrong accesses")),
    cl::cat(category));
static cl::opt<std::string>
    pipelineOptions("pipeline-options",
                    cl::desc("More options of --norm-cpu-pipeline; with "
                             "another target, of --norm-gpu-pipeline"),
                    cl::cat(category));
static cl::list<std::string>
    inputs("input", cl::CommaSeparated, cl::value_desc("[N=]FILE.npy|NUMBER"),
           cl::desc("Argument N, by default the next one: a .npy file, or a "
                    "number for all its elements. Other arguments are random"),
           cl::cat(category));
static cl::list<std::string> shapes("shape", cl::CommaSeparated,
                                    cl::value_desc("N=AxB"),
                                    cl::desc("The shape of random argument N"),
                                    cl::cat(category));
static cl::opt<int64_t>
    dynamicSize("dynamic-size", cl::init(-1), cl::value_desc("N"),
                cl::desc("The size of every dynamic dim that has no --shape"),
                cl::cat(category));
static cl::opt<uint64_t> seed("seed", cl::init(0), cl::value_desc("N"),
                              cl::desc("Of the random arguments: floats are "
                                       "N(0, 1), integers in [0, 8)"),
                              cl::cat(category));
static cl::opt<std::string>
    outputDir("output-dir", cl::value_desc("DIR"),
              cl::desc("Write result0.npy …, and argument0.npy … of memrefs"),
              cl::cat(category));
static cl::opt<bool>
    verify("verify",
           cl::desc("Compare with the function as read, evaluated in f64"),
           cl::cat(category));
static cl::opt<std::string> verifyAgainst(
    "verify-against", cl::value_desc("FILE.mlir"),
    cl::desc("Compare with this file's function, evaluated in f64"),
    cl::cat(category));
static cl::opt<double>
    tolerance("tolerance", cl::init(-1), cl::value_desc("T"),
              cl::desc("Accept errors up to T·(|expected| + rms) in place of "
                       "the bound that follows from the types"),
              cl::cat(category));
static cl::opt<bool>
    printOracle("print-oracle",
                cl::desc("Print the function as the oracle evaluates it"),
                cl::cat(category));
static cl::opt<bool>
    timeIt("time",
           cl::desc("Median time, beside plain and streaming copies of the "
                    "same number of bytes"),
           cl::cat(category));
static cl::opt<bool> compileTime(
    "compile-time",
    cl::desc("Compile five times and print the least CPU time; run nothing"),
    cl::cat(category));
static cl::opt<bool> json("json",
                          cl::desc("Print one line of JSON in place of text"),
                          cl::cat(category));

static llvm::Expected<OwningOpRef<ModuleOp>> parse(StringRef path,
                                                   MLIRContext &context) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path);
  if (!buffer)
    return llvm::createStringError(path + ": " + buffer.getError().message());
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(*sources, &context);
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(sources, ParserConfig(&context));
  if (!module)
    return llvm::createStringError(path + ": does not parse");
  return module;
}

/// As the pipeline's own parser would refuse it, but in one line.
static llvm::Error checkRoad() {
  CPUPipelineOptions options;
  auto &parser = options.road.getParser();
  if (road.empty() || parser.findOption(road) < parser.getNumOptions())
    return llvm::Error::success();
  std::string roads;
  for (unsigned i = 0; i < parser.getNumOptions(); ++i)
    roads += (i ? ", " : "") + parser.getOption(i).str();
  return llvm::createStringError("--road=" + road + ": the roads are " + roads);
}

static llvm::Expected<std::shared_ptr<Device>> createDevice() {
  if (target == Target::CPU)
    return nullptr;
  if (!road.empty() || timeIt)
    return llvm::createStringError("--road and --time are of the target cpu");
  if (target == Target::PTXInterpreter)
    return createInterpreterDevice();
  return createCUDADevice();
}

static std::vector<Output> getOutputs(const Signature &signature,
                                      ArrayRef<HostTensor> arguments,
                                      ArrayRef<HostTensor> results) {
  std::vector<Output> outputs;
  for (auto [i, result] : llvm::enumerate(results))
    outputs.push_back({"result" + std::to_string(i), result, std::nullopt});
  for (auto [i, spec] : llvm::enumerate(signature.arguments))
    if (spec.kind == ValueSpec::Kind::memref)
      outputs.push_back(
          {"argument" + std::to_string(i), arguments[i], std::nullopt});
  return outputs;
}

static llvm::Error writeOutputs(ArrayRef<Output> outputs) {
  if (std::error_code error = llvm::sys::fs::create_directories(outputDir))
    return llvm::createStringError(outputDir + ": " + error.message());
  for (const Output &output : outputs)
    if (llvm::Error error =
            writeNpy(outputDir + "/" + output.name + ".npy", output.tensor))
      return error;
  return llvm::Error::success();
}

static llvm::Error compare(std::vector<Output> &outputs,
                           ArrayRef<HostTensor> expected,
                           const RoundingModel &model) {
  if (outputs.size() != expected.size())
    return llvm::createStringError("the function has " + Twine(outputs.size()) +
                                   " outputs, the oracle's has " +
                                   Twine(expected.size()));
  for (auto [output, reference] : llvm::zip_equal(outputs, expected))
    output.comparison = compareToOracle(
        output.tensor, reference, model,
        tolerance < 0 ? std::nullopt : std::optional<double>(tolerance));
  return llvm::Error::success();
}

static llvm::Error time(ModuleOp module, func::FuncOp entry,
                        CompileOptions options,
                        SmallVector<HostTensor> arguments,
                        ArrayRef<HostTensor> results, Report &report) {
  int64_t bytes = getMinimalBytes(entry, arguments, results);
  options.checkExtents = false;
  options.resultsAsArguments = true;
  llvm::Expected<Kernel> kernel = compile(module, entry.getSymName(), options);
  if (!kernel)
    return kernel.takeError();
  bool given = kernel->getSignature().arguments.size() > arguments.size();
  report.allocates =
      llvm::any_of(kernel->getSignature().results, [](const ValueSpec &spec) {
        return spec.kind != ValueSpec::Kind::scalar;
      });
  if (given)
    for (auto [result, type] : llvm::zip_equal(results, entry.getResultTypes()))
      if (isa<TensorType>(type))
        arguments.push_back(HostTensor(result.getDType(), result.getShape()));
  llvm::Expected<Timing> timing =
      timeKernel(*kernel, *module.getContext(), arguments, bytes);
  if (!timing)
    return timing.takeError();
  report.timing = *timing;
  return llvm::Error::success();
}

static llvm::Error timeCompilation(ModuleOp module, StringRef entry,
                                   CompileOptions options) {
  options.checkExtents = false;
  options.resultsAsArguments = true;
  SmallVector<CompileTime> times;
  for (unsigned i = 0; i < 5; ++i) {
    llvm::Expected<Kernel> kernel = compile(module, entry, options);
    if (!kernel)
      return kernel.takeError();
    times.push_back(kernel->getCompileTime());
  }
  // What else runs on the machine only adds.
  CompileTime least =
      *llvm::min_element(times, [](const CompileTime &a, const CompileTime &b) {
        return a.passes + a.code < b.passes + b.code;
      });
  json ? printJson(least, llvm::outs()) : printText(least, llvm::outs());
  return llvm::Error::success();
}

static void print(const Report &report) {
  json ? printJson(report, llvm::outs()) : printText(report, llvm::outs());
}

static llvm::Error run(MLIRContext &context) {
  if (llvm::Error error = checkRoad())
    return error;
  if (tolerance.getNumOccurrences() && !(tolerance >= 0))
    return llvm::createStringError(
        "--tolerance takes a number that is not negative");
  auto module = parse(fileName, context);
  if (!module)
    return module.takeError();
  llvm::Expected<func::FuncOp> entry = findEntry(**module, entryName);
  if (!entry)
    return entry.takeError();
  llvm::Expected<Signature> signature = getSignature(*entry);
  if (!signature)
    return signature.takeError();
  CompileOptions options;
  options.checkExtents = true;
  options.fuse = !asIs;
  options.pipelineOptions = pipelineOptions;
  if (!road.empty())
    options.pipelineOptions += " road=" + road;
  llvm::Expected<std::shared_ptr<Device>> device = createDevice();
  if (!device)
    return device.takeError();
  options.device = *device;
  if (compileTime)
    return timeCompilation(**module, entry->getSymName(), options);

  ArgumentOptions argumentOptions{inputs, shapes, std::nullopt, seed};
  if (dynamicSize.getNumOccurrences())
    argumentOptions.dynamicSize = dynamicSize;

  // What the function means, before anything can change it.
  OwningOpRef<ModuleOp> other;
  func::FuncOp meaning = *entry;
  if (!verifyAgainst.empty()) {
    auto parsed = parse(verifyAgainst, context);
    if (!parsed)
      return parsed.takeError();
    other = std::move(*parsed);
    llvm::Expected<func::FuncOp> found = findEntry(*other, entryName);
    if (!found)
      return found.takeError();
    meaning = *found;
  }
  std::optional<Oracle> oracle;
  if (verify || printOracle || other) {
    llvm::Expected<Oracle> created = Oracle::create(
        meaning->getParentOfType<ModuleOp>(), meaning.getSymName());
    if (!created)
      return created.takeError();
    oracle.emplace(std::move(*created));
  }
  if (printOracle) {
    oracle->getModule().print(llvm::outs());
    return llvm::Error::success();
  }

  auto arguments = makeArguments(*signature, argumentOptions);
  if (!arguments)
    return arguments.takeError();
  SmallVector<HostTensor> expected;
  if (oracle) {
    auto evaluated = oracle->evaluate(*arguments);
    if (!evaluated)
      return evaluated.takeError();
    expected = std::move(*evaluated);
  }

  llvm::Expected<Kernel> kernel =
      compile(**module, entry->getSymName(), options);
  if (!kernel)
    return kernel.takeError();
  auto results = kernel->invoke(*arguments);
  if (!results)
    return results.takeError();

  Report report;
  report.entry = entry->getSymName().str();
  report.outputs = getOutputs(*signature, *arguments, *results);
  if (!outputDir.empty())
    if (llvm::Error error = writeOutputs(report.outputs))
      return error;
  if (oracle)
    if (llvm::Error error = compare(report.outputs, expected,
                                    RoundingModel::get(meaning, *arguments)))
      return error;
  if (!report.isRight()) {
    print(report);
    return llvm::createStringError("the result is not what the function means");
  }
  // Last: it calls the function again, which may write its arguments again.
  if (timeIt)
    if (llvm::Error error =
            time(**module, *entry, options, *arguments, *results, report))
      return error;
  print(report);
  return llvm::Error::success();
}

/// A failing cf.assert prints its message and aborts.
static void exitAfterAbort(int) {
  std::fflush(stdout);
  llvm::errs() << "norm-run: error: the function aborted\n";
  std::_Exit(1);
}

/// Of tensors that the run itself makes, as the oracle's in f64.
static void exitWithoutMemory(void *, const char *reason, bool) {
  std::fflush(stdout);
  llvm::errs() << "norm-run: error: " << reason << "\n";
  std::_Exit(1);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv, "Compiles a function for this machine and runs it\n");
  std::signal(SIGABRT, exitAfterAbort);
  llvm::install_bad_alloc_error_handler(exitWithoutMemory);
  DialectRegistry registry;
  registerAllForRun(registry);
  MLIRContext context(registry);
  if (llvm::Error error = run(context)) {
    llvm::outs().flush();
    llvm::errs() << "norm-run: error: " << llvm::toString(std::move(error))
                 << "\n";
    return 1;
  }
  return 0;
}
