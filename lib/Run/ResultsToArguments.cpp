//===- ResultsToArguments.cpp - Where results go is the caller's choice -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/ResultsToArguments.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;

void mlir::norm::passResultsAsArguments(func::FuncOp function) {
  if (!SymbolTable::symbolKnownUseEmpty(function, function->getParentOp()))
    return;
  function.getContext()->loadDialect<bufferization::BufferizationDialect>();
  SmallVector<unsigned> tensorResults;
  SmallVector<BlockArgument> outs;
  for (auto [i, type] : llvm::enumerate(function.getResultTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      continue;
    unsigned position = function.getNumArguments();
    (void)function.insertArgument(
        position, MemRefType::get(tensor.getShape(), tensor.getElementType()),
        {}, function.getLoc());
    tensorResults.push_back(i);
    outs.push_back(function.getArgument(position));
  }
  function.walk([&](func::ReturnOp returnOp) {
    OpBuilder builder(returnOp);
    for (auto [i, out] : llvm::zip_equal(tensorResults, outs)) {
      auto materialize = bufferization::MaterializeInDestinationOp::create(
          builder, returnOp.getLoc(), Type(), returnOp.getOperand(i), out);
      materialize.setRestrict(true);
      materialize.setWritable(true);
    }
    for (unsigned i : llvm::reverse(tensorResults))
      returnOp->eraseOperand(i);
  });
  llvm::BitVector erased(function.getNumResults());
  for (unsigned i : tensorResults)
    erased.set(i);
  (void)function.eraseResults(erased);
}
