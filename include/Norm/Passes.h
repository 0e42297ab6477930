//===- Passes.h - All passes, in flow order -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PASSES_H
#define NORM_PASSES_H

#include "Norm/CPU/VectorPlan.h"
#include "Norm/GPU/KernelFormat.h"
#include "Norm/GPU/Plan.h"
#include "Norm/IR/Norm.h"
#include "Norm/Raise/RaiseMode.h"
#include "mlir/Pass/Pass.h"

namespace mlir::norm {
#define GEN_PASS_DECL
#include "Norm/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

#endif // NORM_PASSES_H
