//===- Report.h - What a run says, as text or JSON -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TOOLS_NORM_RUN_REPORT_H
#define NORM_TOOLS_NORM_RUN_REPORT_H

#include "Norm/Run/Accuracy.h"
#include "Norm/Run/Benchmark.h"

namespace mlir::norm {

/// What is returned, and what is left in memref arguments.
struct Output {
  std::string name;
  HostTensor tensor;
  /// Beside the oracle, if there is one.
  std::optional<Comparison> comparison;
};

struct Report {
  std::string entry;
  std::vector<Output> outputs;
  std::optional<Timing> timing;
  /// The timed calls allocated their results.
  bool allocates = false;

  bool isRight() const;
};

/// A line per output and one for the time.
void printText(const Report &report, llvm::raw_ostream &os);

/// One line, an object:
///
///     {"entry": "f",
///      "outputs": [{"name": "result0", "type": "4x8xf32",
///                   "max_error": 1e-7, "error_over_bound": 0.2,
///                   "right": true}],
///      "time": {"seconds": 1e-5, "calls": 100, "bytes": 4096,
///               "plain_copy_seconds": 1e-5, "streaming_copy_seconds": 1e-5,
///               "allocates": false}}
///
/// An error that is not finite is null; without an oracle an output has its
/// name and type alone, and without timing there is no "time".
void printJson(const Report &report, llvm::raw_ostream &os);

/// One line; in JSON `{"passes_seconds": 0.02, "code_seconds": 0.03}`.
void printText(const CompileTime &time, llvm::raw_ostream &os);
void printJson(const CompileTime &time, llvm::raw_ostream &os);

} // namespace mlir::norm

#endif // NORM_TOOLS_NORM_RUN_REPORT_H
