//===- Report.cpp - What a run says, as text or JSON -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;

bool Report::isRight() const {
  return llvm::all_of(outputs, [](const Output &output) {
    return !output.comparison || output.comparison->isRight();
  });
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static void printElements(const Output &output, llvm::raw_ostream &os) {
  const HostTensor &tensor = output.tensor;
  os << output.name << ": " << formatType(tensor.getShape(), tensor.getDType())
     << " [";
  constexpr int64_t numShown = 4;
  int64_t count = tensor.getNumElements();
  for (int64_t i = 0; i < std::min(count, numShown); ++i)
    os << (i ? ", " : "") << llvm::format("%.6g", tensor.get(i));
  os << (count > numShown ? ", …]\n" : "]\n");
}

static void printComparison(StringRef name, const Comparison &comparison,
                            llvm::raw_ostream &os) {
  os << name << ": ";
  if (!comparison.problem.empty()) {
    os << comparison.problem << ": WRONG\n";
    return;
  }
  os << llvm::format(
      "max error %.3g; error/bound %.3g (%.9g for %.9g at element %lld, "
      "bound %.3g)",
      comparison.maxAbsError, comparison.maxErrorOverBound, comparison.got,
      comparison.expected, (long long)comparison.worst, comparison.bound);
  if (comparison.offByOne)
    os << "; " << comparison.offByOne << " off by one of "
       << comparison.offByOneAllowed << " allowed";
  os << (comparison.isRight() ? ": right\n" : ": WRONG\n");
}

void mlir::norm::printText(const Report &report, llvm::raw_ostream &os) {
  for (const Output &output : report.outputs)
    printElements(output, os);
  for (const Output &output : report.outputs)
    if (output.comparison)
      printComparison(output.name, *output.comparison, os);
  if (!report.timing)
    return;
  const Timing &timing = *report.timing;
  os << llvm::format(
      "time: %.4g us, median of %u; %.3g GB/s of %lld bytes; %.3g of a plain "
      "copy (%.4g us), %.3g of a streaming copy (%.4g us)",
      timing.kernel * 1e6, timing.runs, timing.getGigabytesPerSecond(),
      (long long)timing.bytes, timing.plainCopy / timing.kernel,
      timing.plainCopy * 1e6, timing.streamingCopy / timing.kernel,
      timing.streamingCopy * 1e6);
  os << (report.allocates ? "; results allocated\n"
                          : "; results into given buffers\n");
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// JSON has no infinities.
static llvm::json::Value toJson(double value) {
  if (std::isfinite(value))
    return value;
  return nullptr;
}

void mlir::norm::printJson(const Report &report, llvm::raw_ostream &os) {
  llvm::json::OStream json(os);
  json.object([&] {
    json.attribute("entry", report.entry);
    json.attributeArray("outputs", [&] {
      for (const Output &output : report.outputs)
        json.object([&] {
          json.attribute("name", output.name);
          json.attribute("type", formatType(output.tensor.getShape(),
                                            output.tensor.getDType()));
          if (!output.comparison)
            return;
          const Comparison &comparison = *output.comparison;
          bool comparable = comparison.problem.empty();
          json.attribute("max_error",
                         comparable ? toJson(comparison.maxAbsError) : nullptr);
          json.attribute("error_over_bound",
                         comparable ? toJson(comparison.maxErrorOverBound)
                                    : nullptr);
          json.attribute("right", comparison.isRight());
        });
    });
    if (report.timing)
      json.attributeObject("time", [&] {
        json.attribute("seconds", report.timing->kernel);
        json.attribute("calls", report.timing->runs);
        json.attribute("bytes", report.timing->bytes);
        json.attribute("plain_copy_seconds", report.timing->plainCopy);
        json.attribute("streaming_copy_seconds", report.timing->streamingCopy);
        json.attribute("allocates", report.allocates);
      });
  });
  os << "\n";
}

//===----------------------------------------------------------------------===//
// Time of compilation
//===----------------------------------------------------------------------===//

void mlir::norm::printText(const CompileTime &time, llvm::raw_ostream &os) {
  os << llvm::format("compile: %.3g ms of CPU time; %.3g ms of passes, %.3g ms "
                     "to machine code\n",
                     (time.passes + time.code) * 1e3, time.passes * 1e3,
                     time.code * 1e3);
}

void mlir::norm::printJson(const CompileTime &time, llvm::raw_ostream &os) {
  llvm::json::OStream json(os);
  json.object([&] {
    json.attribute("passes_seconds", time.passes);
    json.attribute("code_seconds", time.code);
  });
  os << "\n";
}
