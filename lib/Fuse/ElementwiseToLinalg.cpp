//===- ElementwiseToLinalg.cpp - arith and math on tensors ------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Neighbour.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::norm;

void mlir::norm::convertElementwiseNeighbours(Operation *root) {
  SetVector<Operation *> neighbours;
  auto addNeighbours = [&](Operation *op) {
    auto add = [&](Operation *other) {
      if (other && OpTrait::hasElementwiseMappableTraits(other))
        neighbours.insert(other);
    };
    for (Value operand : op->getOperands())
      add(operand.getDefiningOp());
    for (Operation *user : op->getUsers())
      add(user);
  };
  root->walk([&](RowOpInterface norm) { addNeighbours(norm); });
  // And what leads to these, or follows them.
  for (size_t i = 0; i < neighbours.size(); ++i)
    addNeighbours(neighbours[i]);

  RewritePatternSet patterns(root->getContext());
  linalg::populateElementwiseToLinalgConversionPatterns(patterns);
  (void)applyOpPatternsGreedily(
      neighbours.getArrayRef(), std::move(patterns),
      GreedyRewriteConfig()
          .setStrictness(GreedyRewriteStrictness::ExistingOps)
          .setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled)
          .enableFolding(false)
          .enableConstantCSE(false));
}
