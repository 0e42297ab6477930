//===- VectorPlan.h - The shape of the code for one row program -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_CPU_VECTORPLAN_H
#define NORM_CPU_VECTORPLAN_H

#include "Norm/IR/RowProgram.h"
#include "llvm/Support/CommandLine.h"

namespace mlir::norm {

/// The machine that code is for, in LLVM's words.
struct CPUTarget {
  std::string triple; ///< empty: the host's
  std::string cpu;    ///< "native": the host's
  std::string features;

  bool isHost() const {
    return triple.empty() && cpu == "native" && features.empty();
  }

  /// What `llvm.target` says on `op` or an op around it; else what is given.
  static FailureOr<CPUTarget> get(Operation *op, const CPUTarget &otherwise);

  /// That LLVM knows the CPU and its features, where it makes such code at all.
  LogicalResult verify(function_ref<InFlightDiagnostic()> emitError) const;
};

/// What code generation needs to know of the machine.
struct VectorTarget {
  /// Width of a vector register.
  unsigned vectorBits = 128;
  unsigned numRegisters = 16;
  /// Masked loads and stores are instructions for 4- and 8-byte elements.
  bool hasMasks = false;
  /// They are also for 1- and 2-byte elements.
  bool hasNarrowMasks = false;
  /// Rounding f32 to bf16 is an instruction.
  bool hasBFloat16 = false;
  /// Short rows arrive from memory faster one after the other than several
  /// side by side: the hardware fetches ahead along one.
  bool fetchesShortRowsOneByOne = false;
  /// A core whose miss buffers are all taken forgets a fetch, rather than wait.
  bool mayDropFetches = false;
  /// A product and a sum, rounded once, are an instruction.
  bool hasFMA = true;

  static FailureOr<VectorTarget>
  get(const CPUTarget &cpu, function_ref<InFlightDiagnostic()> emitError);
};

/// How statistics are taken.
enum class Accuracy {
  Residual, ///< two-pass, and the mean's rounding error is carried along
  TwoPass,  ///< two-pass
  Fast      ///< one pass about the row's first elements, not checked
};

/// Their names, as options of passes and pipelines.
inline llvm::cl::ValuesClass getAccuracyValues() {
  return llvm::cl::values(
      clEnumValN(Accuracy::Residual, "residual",
                 "two-pass, with the mean's rounding error"),
      clEnumValN(Accuracy::TwoPass, "two-pass", "two-pass"),
      clEnumValN(Accuracy::Fast, "fast", "one pass, not checked"));
}

struct VectorOptions {
  Accuracy accuracy = Accuracy::Residual;
  int64_t lanes = 0;   ///< 0: by target
  int64_t rows = 0;    ///< 0: by target
  int64_t threads = 1; ///< OpenMP; 0: as many as its runtime decides
  /// Outputs from this size on bypass the caches.
  int64_t streamingBytes = 8 << 20;
  /// Row blocks up to this size are fetched ahead.
  int64_t prefetchBytes = 256 << 10;
};

/// A pure function of the op's shape and types, of the target and the options.
struct VectorPlan {
  /// The loop dim that runs along the lanes: the innermost one in memory.
  unsigned vectorDim = 0;
  /// Its elements are of one row and are combined across lanes; otherwise
  /// every lane is a row of its own.
  bool reducesAcrossLanes = true;
  /// The parallel dim of which several rows are taken at once, if any.
  std::optional<unsigned> jammedDim;
  int64_t lanes = 1;
  int64_t rows = 1;
  /// The rest of a row is one masked vector; otherwise a scalar loop.
  bool hasMaskedTails = false;

  /// Why elements are taken one by one, if they are: each row is one lane.
  std::string scalarReason;
  bool isScalar() const { return !scalarReason.empty(); }

  /// Each line of a long row is fetched more than once.
  bool repeatsFetches = false;

  /// Fails with the reason why the op cannot be vectorized.
  static FailureOr<VectorPlan> get(const RowProgram &program,
                                   const VectorTarget &target,
                                   const VectorOptions &options,
                                   std::string &reason);
  std::string str() const;

private:
  void chooseLanes(const RowProgram &program, const VectorTarget &target,
                   const VectorOptions &options, int64_t native);
  void chooseRows(const RowProgram &program, const VectorTarget &target,
                  const VectorOptions &options);
};

/// Bytes of one element of all inputs that have a value of their own for each.
int64_t getElementInputBytes(GenericOp op);

/// i1, i4 and their like: LLVM has one in a byte of its own, and a vector of
/// them without gaps, so that no load of a vector reads several of them.
bool isPackedInVectors(Type element);

} // namespace mlir::norm

#endif // NORM_CPU_VECTORPLAN_H
