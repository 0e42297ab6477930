//===- norm-numerics.cpp - Every norm through every road -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs norms of every type, shape and layout through every road, and compares
// with their formulas.
//
//===----------------------------------------------------------------------===//

#include "FarRows.h"
#include "Functions.h"
#include "Norm/Run/Jit.h"
#include "RunCase.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include <atomic>
#include <mutex>
#include <thread>

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;
namespace cl = llvm::cl;

static cl::OptionCategory category("norm-numerics options");
static cl::opt<bool> ci("ci", cl::desc("A larger sample"), cl::cat(category));
static cl::opt<bool> full("full", cl::desc("Every case"), cl::cat(category));
static cl::opt<std::string>
    filter("case", cl::value_desc("TEXT"),
           cl::desc("Every case whose name has TEXT in it"), cl::cat(category));
static cl::opt<std::string> road("road", cl::value_desc("NAME"),
                                 cl::desc("Cases of this road only"),
                                 cl::cat(category));
static cl::opt<bool> print("print",
                           cl::desc("Print the functions, and run nothing"),
                           cl::cat(category));
static cl::opt<bool>
    selfTest("self-test",
             cl::desc("Judge by wrong formulas, which every case must fail"),
             cl::cat(category));
static cl::opt<bool> cuda("cuda",
                          cl::desc("Kernels alone, on the first NVIDIA GPU"),
                          cl::cat(category));
static cl::opt<unsigned> jobs("jobs", cl::init(2),
                              cl::desc("How many cases at once"),
                              cl::cat(category));

namespace {
struct Tally {
  unsigned passed = 0, failed = 0;
};
} // namespace

static bool isWanted(StringRef name) { return name.contains(filter); }

static bool anyWanted(const KernelCase &kernel) {
  for (const Geometry &geometry : kernel.geometries)
    for (unsigned input = 0; input < numInputKinds; ++input)
      if (isWanted(kernel.getName(geometry, InputKind(input))))
        return true;
  return false;
}

static std::vector<KernelCase> selectCases(ArrayRef<Road> roads) {
  std::vector<KernelCase> cases = enumerateCases(roads);
  llvm::erase_if(cases,
                 [](const KernelCase &kernel) { return !anyWanted(kernel); });
  if (!road.empty())
    llvm::erase_if(cases, [](const KernelCase &kernel) {
      return kernel.road.name != road;
    });
  if (full || !filter.empty())
    return cases;
  return sampleCases(std::move(cases), ci ? 16 : 5);
}

/// Calls `run` for each item, on threads that keep a context each.
template <typename Item>
static void forEach(ArrayRef<Item> items,
                    llvm::function_ref<void(const Item &, MLIRContext &)> run) {
  std::atomic<size_t> next = 0;
  DialectRegistry registry;
  registerAllForRun(registry);
  auto work = [&] {
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    for (size_t i = next++; i < items.size(); i = next++)
      run(items[i], context);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::min<size_t>(jobs, items.size()); ++i)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
}

static Tally judge(ArrayRef<Road> roads) {
  std::vector<KernelCase> cases = selectCases(roads);
  Tally tally;
  std::mutex mutex;
  auto report = [&](const Outcome &outcome) {
    std::lock_guard lock(mutex);
    bool isRight = outcome.complaint.empty();
    ++(isRight ? tally.passed : tally.failed);
    if (isRight)
      return;
    llvm::outs() << "FAIL " << outcome.name << ": " << outcome.complaint
                 << "; norm-numerics --case=" << outcome.name << "\n";
    llvm::outs().flush();
  };
  forEach<KernelCase>(
      cases, [&](const KernelCase &kernel, MLIRContext &context) {
        runCase(kernel, context, Mistake::none, isWanted, report);
      });
  forEach<Road>(roads, [&](const Road &road, MLIRContext &context) {
    runFarRows(road, context, isWanted, report);
    runFunctions(road, context, isWanted, report);
  });
  return tally;
}

/// Whether the mistake shows in a case: what it leaves out must matter there.
static bool shows(Mistake mistake, const KernelCase &kernel, StringRef name) {
  switch (mistake) {
  case Mistake::dropEps:
    // ε is larger than the squares of subnormals.
    return kernel.program != Program::softmax && kernel.dtype == DType::f32 &&
           name.ends_with("x768/subnormal");
  case Mistake::dropShift:
    return kernel.variant.shift && name.ends_with("x768/normal");
  case Mistake::dropRounding:
    return kernel.variant.name == "before-scale" &&
           kernel.dtype != kernel.getAccType() && name.ends_with("x768/normal");
  case Mistake::none:
    break;
  }
  return false;
}

static Tally judgeByMistakes(ArrayRef<Road> roads) {
  std::vector<KernelCase> cases = enumerateCases(roads);
  llvm::erase_if(cases, [](const KernelCase &kernel) {
    return kernel.road.name != "linalg" || kernel.isDynamic ||
           kernel.layout != Layout::tensor || kernel.dtype == DType::f64 ||
           kernel.dtype == DType::f16 ||
           kernel.geometries.front().shape.back() != 768 ||
           kernel.geometries.front().getNumRows() != 5;
  });
  Tally tally;
  for (auto [mistake, name] :
       {std::pair(Mistake::dropEps, "no eps"),
        std::pair(Mistake::dropShift, "no shift"),
        std::pair(Mistake::dropRounding, "no rounding before the scale")}) {
    unsigned found = 0, missed = 0;
    std::mutex mutex;
    forEach<KernelCase>(cases, [&, mistake = mistake](const KernelCase &kernel,
                                                      MLIRContext &context) {
      runCase(
          kernel, context, mistake,
          [&](StringRef name) { return shows(mistake, kernel, name); },
          [&](const Outcome &outcome) {
            std::lock_guard lock(mutex);
            ++(outcome.complaint.empty() ? missed : found);
            if (outcome.complaint.empty())
              llvm::outs() << "MISSED " << outcome.name << "\n";
          });
    });
    llvm::outs() << name << ": found " << found << ", missed " << missed
                 << "\n";
    tally.passed += found;
    tally.failed += missed + (found == 0);
  }
  return tally;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv,
                              "Runs every norm through every road\n");
  llvm::Expected<std::vector<Road>> roads = cuda ? getCUDARoads() : getRoads();
  if (!roads) {
    llvm::errs() << "norm-numerics: error: "
                 << llvm::toString(roads.takeError()) << '\n';
    return 1;
  }
  // Far rows and functions are judged whatever that is.
  if (!road.empty() && llvm::none_of(*roads, [](const Road &known) {
        return known.name == road;
      })) {
    llvm::errs() << "norm-numerics: error: no road '" << road << "'; there are";
    for (const Road &known : *roads)
      llvm::errs() << ' ' << known.name;
    llvm::errs() << '\n';
    return 1;
  }
  if (print) {
    for (const KernelCase &kernel : selectCases(*roads))
      llvm::outs() << "// " << kernel.getName() << ", "
                   << kernel.road.pipelineOptions << "\n"
                   << makeModule(kernel);
    return 0;
  }
  Tally tally = selfTest ? judgeByMistakes(*roads) : judge(*roads);
  llvm::outs() << tally.passed << " passed, " << tally.failed << " failed\n";
  return tally.failed || !tally.passed ? 1 : 0;
}
