//===- Passes.td - All passes, in flow order -*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PASSES_TD
#define NORM_PASSES_TD

include "Norm/Raise/Passes.td"
include "Norm/Fuse/Passes.td"
include "Norm/Decompose/Passes.td"
include "Norm/CPU/Passes.td"
include "Norm/GPU/Passes.td"

#endif // NORM_PASSES_TD
