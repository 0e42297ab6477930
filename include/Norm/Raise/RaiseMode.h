//===- RaiseMode.h - How far raising may change rounding --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_RAISEMODE_H
#define NORM_RAISE_RAISEMODE_H

#include <cstdint>

namespace mlir::norm {

/// Each mode includes the one before; see the pass norm-raise.
enum class RaiseMode : uint8_t { strict, widen, reassoc };

} // namespace mlir::norm

#endif // NORM_RAISE_RAISEMODE_H
