//===- Passes.td - Every pass that norm-opt has of ours -*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "Norm/Passes.td"
include "Norm/Run/Passes.td"
