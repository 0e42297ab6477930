//===- norm-graphs.cpp - Random graphs, fused or not ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Norms with neighbours, made at random, through the vector and the linalg
// road, fused and not, by each fusion alone and by all: all must agree with the
// function as written, in f64.
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Pipeline.h"
#include "Norm/Passes.h"
#include "Norm/Run/Accuracy.h"
#include "Norm/Run/Arguments.h"
#include "Norm/Run/Oracle.h"
#include "RandomGraph.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/PrettyStackTrace.h"
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::graphs;
namespace cl = llvm::cl;

static cl::OptionCategory category("norm-graphs options");
static cl::opt<bool> ci("ci", cl::desc("More seeds"), cl::cat(category));
static cl::opt<bool> full("full", cl::desc("2000 seeds"), cl::cat(category));
static cl::opt<int64_t> onlySeed("seed", cl::init(-1), cl::value_desc("N"),
                                 cl::desc("This seed alone"),
                                 cl::cat(category));
static cl::opt<bool> print("print",
                           cl::desc("Print the functions, and no more"),
                           cl::cat(category));
static cl::opt<bool> selfTest(
    "self-test",
    cl::desc("Compile each function with a result that is 1 too large, "
             "which must be found"),
    cl::cat(category));
static cl::opt<unsigned> jobs("jobs", cl::init(2),
                              cl::desc("How many graphs at once"),
                              cl::cat(category));

/// The ones that apply more rarely first.
static const StringRef fusions[] = {"reshapes",       "affine",    "siblings",
                                    "row-reductions", "producers", "consumers"};

namespace {
/// One way to run a function.
struct Variant {
  std::string name;
  /// What --norm-fuse is given; not run at all if null.
  std::optional<NormFusePassOptions> fuse;
  std::string pipelineOptions;
};

struct Tally {
  unsigned passed = 0, failed = 0;
  /// Runs of a fusion alone, by its name and the graph's type.
  std::map<std::pair<StringRef, DType>, unsigned> alone;
};
} // namespace

static std::string printed(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  return text;
}

static llvm::Error fuse(ModuleOp module, const NormFusePassOptions &options) {
  return runPipeline(module, [&](OpPassManager &pm) {
    pm.addPass(createNormFusePass(options));
  });
}

/// The fusions that apply to something in the function on their own.
static llvm::Expected<SmallVector<StringRef>> getFusions(ModuleOp module) {
  SmallVector<StringRef> applicable;
  std::string before = printed(module);
  for (StringRef fusion : fusions) {
    OwningOpRef<ModuleOp> copy = module.clone();
    NormFusePassOptions options;
    options.only = {fusion.str()};
    if (llvm::Error error = fuse(*copy, options))
      return error;
    if (printed(*copy) != before)
      applicable.push_back(fusion);
  }
  return applicable;
}

/// Every vector road of norm-numerics has a turn.
static StringRef getVectorOptions(uint64_t seed) {
  static const StringRef options[] = {
      "road=vector", "road=vector streaming-bytes=0", "road=vector threads=2",
      "road=vector accuracy=two-pass", "road=vector cpu=x86-64"};
  unsigned number = std::size(options);
#ifndef __x86_64__
  --number;
#endif
  return options[seed % number];
}

static SmallVector<Variant> getVariants(uint64_t seed,
                                        ArrayRef<StringRef> applicable) {
  NormFusePassOptions all;
  std::string vector = getVectorOptions(seed).str();
  SmallVector<Variant> variants = {
      {"unfused", std::nullopt, seed % 2 ? "road=linalg" : vector},
      {"fused", all, vector},
      {"fused, linalg", all, "road=linalg"},
  };
  if (applicable.empty())
    return variants;
  NormFusePassOptions options;
  bool takesFirst = seed % 5 < 3;
  options.only = {
      applicable[takesFirst ? 0 : (seed / 7) % applicable.size()].str()};
  variants.push_back({"only=" + options.only.front(), options, vector});
  return variants;
}

/// Integers come from floats that may be off, as compareToOracle() says; in
/// half precision, by more than one step.
static std::string compareIntegers(const HostTensor &got,
                                   const HostTensor &expected,
                                   const RoundingModel &model) {
  double bound = 1 + model.growth * model.unitRoundoff * 127;
  for (int64_t i = 0, e = got.getNumElements(); i < e; ++i)
    if (std::abs(got.get(i) - expected.get(i)) > bound)
      return llvm::formatv("[{0}] is {1} for {2}", i, got.get(i),
                           expected.get(i));
  return "";
}

static std::string compare(ArrayRef<HostTensor> results,
                           ArrayRef<HostTensor> expected,
                           const RoundingModel &model) {
  for (auto [i, got, reference] : llvm::enumerate(results, expected)) {
    std::string result = "result " + std::to_string(i) + " ";
    bool isCoarse = model.unitRoundoff > getUnitRoundoff(DType::f32);
    if (!isFloat(got.getDType()) && isCoarse) {
      std::string complaint = compareIntegers(got, reference, model);
      if (!complaint.empty())
        return result + complaint;
      continue;
    }
    Comparison comparison = compareToOracle(got, reference, model);
    if (!comparison.problem.empty())
      return result + comparison.problem;
    if (!comparison.isRight())
      return llvm::formatv("{0}[{1}] is {2:e8} for {3:e8}: {4:F1} times the "
                           "bound",
                           result, comparison.worst, comparison.got,
                           comparison.expected, comparison.maxErrorOverBound);
  }
  return "";
}

static llvm::Expected<SmallVector<HostTensor>>
run(ModuleOp module, const Variant &variant, ArrayRef<HostTensor> arguments) {
  CompileOptions options;
  CPUPipelineOptions cpuOptions;
  if (failed(cpuOptions.parseFromString(variant.pipelineOptions)))
    return llvm::createStringError("bad options " + variant.pipelineOptions);
  options.pipeline = [&](OpPassManager &pm) {
    if (variant.fuse)
      pm.addPass(createNormFusePass(*variant.fuse));
    buildCPUPipeline(pm, cpuOptions);
  };
  auto kernel = compile(module, "f", options);
  if (!kernel)
    return kernel.takeError();
  return kernel->invoke(arguments);
}

/// Adds 1 to what an op with a body yields as a float result of the function.
static bool addMistake(ModuleOp module) {
  return module
      .walk([](linalg::GenericOp op) {
        Value result = op.getResult(0);
        Type type = getElementTypeOrSelf(result.getType());
        if (!isa<FloatType>(type) ||
            !llvm::any_of(result.getUsers(), llvm::IsaPred<func::ReturnOp>))
          return WalkResult::advance();
        Operation *yield = op.getBlock()->getTerminator();
        OpBuilder builder(yield);
        Value one = arith::ConstantOp::create(builder, op.getLoc(),
                                              builder.getFloatAttr(type, 1.0));
        yield->setOperand(0, arith::AddFOp::create(builder, op.getLoc(),
                                                   yield->getOperand(0), one));
        return WalkResult::interrupt();
      })
      .wasInterrupted();
}

namespace {
/// Runs seeds, and counts.
class Runner {
public:
  void run(uint64_t seed, MLIRContext &context);
  Tally tally;

private:
  void report(uint64_t seed, StringRef variant, StringRef complaint);
  std::mutex mutex;
};
} // namespace

void Runner::report(uint64_t seed, StringRef variant, StringRef complaint) {
  std::lock_guard lock(mutex);
  bool isRight = complaint.empty() != bool(selfTest);
  ++(isRight ? tally.passed : tally.failed);
  if (!isRight)
    llvm::outs() << (selfTest ? "MISSED " : "FAIL ") << variant << ": "
                 << complaint << "; norm-graphs --seed=" << seed << "\n";
  llvm::outs().flush();
}

void Runner::run(uint64_t seed, MLIRContext &context) {
  RandomGraph graph = makeRandomGraph(seed);
  std::string trace = "norm-graphs --seed=" + std::to_string(seed);
  llvm::PrettyStackTraceString entry(trace.c_str());
  auto fail = [&](llvm::Error error) {
    report(seed, "setup", llvm::toString(std::move(error)));
  };
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(graph.module, &context);
  if (!module)
    return report(seed, "setup", "does not parse");
  llvm::Expected<func::FuncOp> function = findEntry(*module, "f");
  if (!function)
    return fail(function.takeError());
  auto signature = getSignature(*function);
  if (!signature)
    return fail(signature.takeError());
  ArgumentOptions argumentOptions;
  argumentOptions.seed = seed;
  for (auto [i, shape] : llvm::enumerate(graph.shapes))
    argumentOptions.shapes.push_back(
        std::to_string(i) + "=" +
        llvm::join(
            llvm::map_range(shape, [](int64_t n) { return std::to_string(n); }),
            "x"));
  auto arguments = makeArguments(*signature, argumentOptions);
  if (!arguments)
    return fail(arguments.takeError());
  auto oracle = Oracle::create(*module, "f");
  if (!oracle)
    return fail(oracle.takeError());
  auto expected = oracle->evaluate(*arguments);
  if (!expected)
    return fail(expected.takeError());
  auto applicable = getFusions(*module);
  if (!applicable)
    return fail(applicable.takeError());
  RoundingModel model = RoundingModel::get(*function, *arguments);

  if (selfTest && !addMistake(*module))
    return;
  for (const Variant &variant : getVariants(seed, *applicable)) {
    auto results = ::run(*module, variant, *arguments);
    report(seed, variant.name + " (" + variant.pipelineOptions + ")",
           results ? compare(*results, *expected, model)
                   : llvm::toString(results.takeError()));
    for (StringRef fusion : fusions)
      if (variant.name == ("only=" + fusion).str()) {
        std::lock_guard lock(mutex);
        ++tally.alone[{fusion, graph.dtype}];
      }
  }
}

/// What no seed has tested is no success.
static void checkCoverage(Tally &tally) {
  for (StringRef fusion : fusions) {
    llvm::outs() << llvm::formatv("{0,15}:", fusion);
    for (DType dtype : {DType::f32, DType::f64, DType::bf16, DType::f16}) {
      unsigned number = tally.alone[{fusion, dtype}];
      llvm::outs() << llvm::formatv(" {0} {1,3}", norm::toString(dtype),
                                    number);
      // Weights are folded in f32 and f64 only.
      bool isRefused = fusion == "affine" && getByteWidth(dtype) == 2;
      if (number == 0 && !isRefused)
        ++tally.failed;
    }
    llvm::outs() << "\n";
  }
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv,
                              "Runs random graphs of norms, fused or not\n");
  uint64_t first = onlySeed >= 0 ? onlySeed : 0;
  uint64_t count = onlySeed >= 0 ? 1
                   : full        ? 2000
                   : ci          ? 200
                   : selfTest    ? 12
                                 : 40;
  if (print) {
    for (uint64_t seed = first; seed < first + count; ++seed)
      llvm::outs() << "// seed " << seed << "\n"
                   << makeRandomGraph(seed).module;
    return 0;
  }
  DialectRegistry registry;
  registerAllForRun(registry);
  Runner runner;
  std::atomic<uint64_t> next = first;
  auto work = [&] {
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    for (uint64_t seed = next++; seed < first + count; seed = next++)
      runner.run(seed, context);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::min<uint64_t>(jobs, count); ++i)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
  Tally &tally = runner.tally;
  if ((ci || full) && !selfTest)
    checkCoverage(tally);
  llvm::outs() << tally.passed << " passed, " << tally.failed << " failed\n";
  return tally.failed || !tally.passed ? 1 : 0;
}
