//===- Chip.cpp - The GPUs that code is made for -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/GPU/Chip.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::norm;

static constexpr GPUChip chips[] = {
    {"sm_80", 80, 120, false, false}, {"sm_86", 80, 120, false, false},
    {"sm_87", 80, 120, false, false}, {"sm_89", 81, 121, false, true},
    {"sm_90", 80, 120, true, true},   {"sm_90a", 80, 120, true, true},
    {"sm_100", 88, 129, true, true},  {"sm_100a", 88, 129, true, true},
    {"sm_103", 88, 129, true, true},  {"sm_103a", 88, 129, true, true},
    {"sm_120", 88, 129, true, true},  {"sm_120a", 88, 129, true, true},
    {"sm_121", 88, 129, true, true},  {"sm_121a", 88, 129, true, true},
};

FailureOr<GPUChip> GPUChip::get(StringRef name,
                                function_ref<InFlightDiagnostic()> emitError) {
  const auto *chip = llvm::find_if(
      chips, [&](const GPUChip &chip) { return chip.name == name; });
  if (chip != std::end(chips))
    return *chip;
  InFlightDiagnostic error = emitError();
  error << "'" << name << "' is not a chip that code is made for; these are: ";
  llvm::interleaveComma(chips, error,
                        [&](const GPUChip &chip) { error << chip.name; });
  return error;
}

std::optional<GPUChip> GPUChip::getForCapability(unsigned capability) {
  std::optional<GPUChip> latest;
  // In this order. What is of one GPU alone, as sm_90a, is no number.
  for (const GPUChip &chip : chips) {
    unsigned number;
    if (!chip.name.drop_front(3).getAsInteger(10, number) &&
        number <= capability)
      latest = chip;
  }
  return latest;
}

std::string GPUChip::getFeatures() const {
  return "+ptx" + std::to_string(ptxVersion);
}
