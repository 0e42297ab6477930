//===- Chip.h - The GPUs that code is made for -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_GPU_CHIP_H
#define NORM_GPU_CHIP_H

#include "mlir/IR/Diagnostics.h"

namespace mlir::norm {

/// A chip that LLVM 22.1 knows, with the PTX version that its code is written
/// in: LLVM aborts on a chip that it does not know, and on a PTX version that
/// the chip or an instruction does not go with.
struct GPUChip {
  StringLiteral name;
  unsigned ptxVersion; ///< 80 is 8.0
  /// The CUDA release, 120 for 12.0, whose ptxas takes that for that chip.
  unsigned cudaVersion;
  /// Blocks of a cluster see each other's shared memory.
  bool hasClusters;
  /// It converts to f8.
  bool hasF8;

  static FailureOr<GPUChip> get(StringRef name,
                                function_ref<InFlightDiagnostic()> emitError);
  /// The latest whose code runs on GPUs of compute capability 9.0, as 90: each
  /// GPU runs the PTX that is made for earlier ones.
  static std::optional<GPUChip> getForCapability(unsigned capability);
  /// As LLVM spells it: "+ptx80".
  std::string getFeatures() const;
};

} // namespace mlir::norm

#endif // NORM_GPU_CHIP_H
