//===- RunCase.cpp - Compile a case, run it, and compare -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunCase.h"
#include "Bounds.h"
#include "InputData.h"
#include "Norm/Run/Jit.h"
#include "Operands.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/xxhash.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

namespace {
/// The element that is furthest from right, in bounds.
struct Worst {
  double ratio = 1;
  std::string text;

  void add(StringRef name, int64_t position, double got, Expected expected,
           DType dtype);
};
} // namespace

static bool isRightOutsideTheFinite(double got, Expected expected,
                                    DType dtype) {
  if (std::isnan(expected.value))
    return !isFloat(dtype) || std::isnan(got);
  if (std::isinf(expected.value))
    return got == expected.value;
  // A value whose rounding overflows may be infinite.
  return std::isinf(got) &&
         got == double(roundTo(dtype, expected.value +
                                          std::copysign(expected.bound, got)));
}

void Worst::add(StringRef name, int64_t position, double got, Expected expected,
                DType dtype) {
  double error = std::abs(got - expected.value), ratio = 0;
  if (!std::isfinite(got) || !std::isfinite(expected.value)) {
    if (isRightOutsideTheFinite(got, expected, dtype))
      return;
    ratio = std::numeric_limits<double>::infinity();
  } else if (!(error <= expected.bound)) {
    ratio = error / expected.bound;
  }
  if (!(ratio > this->ratio) && !std::isnan(ratio))
    return;
  this->ratio = ratio;
  text =
      llvm::formatv("{0}[{1}] is {2:e8} for {3:e8}: error {4:e2}, bound {5:e2}",
                    name, position, got, expected.value, error, expected.bound);
}

/// The accuracy promised for a mean of 1e4 deviations, beside what follows from
/// the formula.
static void tightenToPromise(const KernelCase &kernel, const Geometry &geometry,
                             InputKind input, Expected &y) {
  if (kernel.road.hasResidual && kernel.program == Program::layerNorm &&
      input == InputKind::largeMean && kernel.dtype == DType::f32 &&
      geometry.getRowSize() == 4096 && kernel.variant.name == "plain")
    y.bound = std::min(y.bound, 1e-5);
}

/// The values of a wrong formula, within the bounds of the right one.
static void replaceValues(ExpectedRow &expected, const Row &wrong) {
  for (auto [y, value] : llvm::zip_equal(expected.y, wrong.y))
    y.value = value;
  expected.rho.value = wrong.rho;
}

static std::string compareRow(const KernelCase &kernel,
                              const Geometry &geometry, InputKind input,
                              const Operands &operands, int64_t number,
                              Mistake mistake) {
  Row row = evaluateRow(kernel, geometry, operands.getInputs(), number,
                        Mistake::none);
  ExpectedRow expected = boundRow(kernel, row);
  if (mistake != Mistake::none)
    replaceValues(expected, evaluateRow(kernel, geometry, operands.getInputs(),
                                        number, mistake));
  Worst worst;
  for (const Operands::Destination &destination : operands.getDestinations()) {
    const HostTensor &got = destination.buffer->get();
    StringRef name = destination.name;
    if (name == "y" || name == "sum") {
      for (auto [i, value] :
           llvm::enumerate(name == "y" ? expected.y : expected.sum)) {
        if (name == "y")
          tightenToPromise(kernel, geometry, input, value);
        int64_t position = row.positions[i];
        worst.add(name, position, got.get(position), value, got.getDType());
      }
      continue;
    }
    Expected value = name == "mean"   ? expected.mean
                     : name == "rstd" ? expected.rho
                                      : expected.step;
    worst.add(name, number, got.get(number), value, got.getDType());
  }
  return worst.text;
}

/// The rows without a NaN are what they are beside a row that has none.
static std::string compareOtherRows(const KernelCase &kernel,
                                    const Geometry &geometry,
                                    const Operands &poisoned,
                                    const Operands &normal) {
  for (auto [one, other] :
       llvm::zip_equal(poisoned.getDestinations(), normal.getDestinations())) {
    std::vector<char> bytes = one.buffer->getBytes();
    std::vector<char> reference = other.buffer->getBytes();
    bool isPerRow = one.name != "y" && one.name != "sum";
    int64_t width = getByteWidth(one.buffer->get().getDType());
    for (int64_t row = 0, e = geometry.getNumRows(); row < e; ++row) {
      if (row == getPoisonedRow(geometry))
        continue;
      std::vector<int64_t> positions{row};
      if (!isPerRow)
        positions = evaluateRow(kernel, geometry, normal.getInputs(), row,
                                Mistake::none)
                        .positions;
      for (int64_t position : positions)
        if (!std::equal(bytes.begin() + position * width,
                        bytes.begin() + (position + 1) * width,
                        reference.begin() + position * width))
          return llvm::formatv("{0}[{1}] depends on another row", one.name,
                               position);
    }
  }
  return "";
}

static llvm::Error invoke(const Kernel &kernel, const Operands &operands) {
  auto results = kernel.invoke(operands.getArguments());
  return results ? llvm::Error::success() : results.takeError();
}

static std::string runInput(const KernelCase &kernel, const Kernel &compiled,
                            const Geometry &geometry, InputKind input,
                            Mistake mistake) {
  uint64_t seed =
      llvm::xxh3_64bits(kernel.getName(geometry, InputKind::normal));
  Operands operands(kernel, geometry, input, seed);
  if (llvm::Error error = invoke(compiled, operands))
    return llvm::toString(std::move(error));
  if (!operands.isUntouchedElsewhere())
    return "writes where it must not";
  if (isPoisoned(input)) {
    Operands normal(kernel, geometry, InputKind::normal, seed);
    if (llvm::Error error = invoke(compiled, normal))
      return llvm::toString(std::move(error));
    std::string complaint =
        compareOtherRows(kernel, geometry, operands, normal);
    if (!complaint.empty())
      return complaint;
  }
  for (int64_t row = 0, e = geometry.getNumRows(); row < e; ++row) {
    std::string complaint =
        compareRow(kernel, geometry, input, operands, row, mistake);
    if (!complaint.empty())
      return complaint;
  }
  return "";
}

void numerics::runCase(const KernelCase &kernel, MLIRContext &context,
                       Mistake mistake,
                       llvm::function_ref<bool(StringRef)> isWanted,
                       llvm::function_ref<void(const Outcome &)> report) {
  std::optional<Kernel> compiled;
  std::string problem;
  for (const Geometry &geometry : kernel.geometries)
    for (unsigned k = 0; k < numInputKinds; ++k) {
      InputKind input = InputKind(k);
      bool isEmpty = geometry.getNumRows() == 0;
      if (isEmpty && input != InputKind::normal)
        continue;
      std::string name = kernel.getName(geometry, input);
      if (!isWanted(name))
        continue;
      llvm::PrettyStackTraceString trace(name.c_str());
      if (!compiled && problem.empty()) {
        CompileOptions options;
        options.pipelineOptions = kernel.road.pipelineOptions;
        options.resultsAsArguments = true;
        if (kernel.road.hasKernels())
          options.device = kernel.road.createDevice();
        auto result = compile(makeModule(kernel), "f", context, options);
        if (result)
          compiled.emplace(std::move(*result));
        else
          problem = "does not compile: " + llvm::toString(result.takeError());
      }
      report({name, compiled
                        ? runInput(kernel, *compiled, geometry, input, mistake)
                        : problem});
    }
}
