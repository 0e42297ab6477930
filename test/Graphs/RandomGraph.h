//===- RandomGraph.h - Norms and their neighbours, at random ----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_GRAPHS_RANDOMGRAPH_H
#define NORM_TEST_GRAPHS_RANDOMGRAPH_H

#include "Norm/Run/DType.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir::norm::graphs {

/// A function `f` on tensors: norms with elementwise ops, casts, quantizations,
/// row reductions and reshapes around them.
struct RandomGraph {
  std::string module;
  /// Of most of its tensors.
  DType dtype;
  /// The shapes of its arguments, where the module leaves them open.
  SmallVector<SmallVector<int64_t>> shapes;
};

/// The same one for the same seed, on every machine.
RandomGraph makeRandomGraph(uint64_t seed);

} // namespace mlir::norm::graphs

#endif // NORM_TEST_GRAPHS_RANDOMGRAPH_H
