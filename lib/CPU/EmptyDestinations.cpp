//===- EmptyDestinations.cpp - Destinations that are not read ---*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Passes.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMEMPTYDESTINATIONSPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::bufferization;

/// An argument of a function that is not declared writable.
static bool isCallersValue(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || !isa<RankedTensorType>(value.getType()) ||
      !argument.getOwner()->isEntryBlock())
    return false;
  auto function =
      dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
  if (!function)
    return false;
  auto writable = function.getArgAttrOfType<BoolAttr>(
      argument.getArgNumber(), BufferizationDialect::kWritableAttrName);
  return !writable || !writable.getValue();
}

namespace {
struct NormEmptyDestinationsPass
    : norm::impl::NormEmptyDestinationsPassBase<NormEmptyDestinationsPass> {
  using Base::Base;
  void runOnOperation() override {
    BufferizationOptions options;
    AnalysisState state(options);
    getOperation()->walk([&](DestinationStyleOpInterface op) {
      for (OpOperand &init : op.getDpsInitsMutable()) {
        if (!isCallersValue(init.get()) || state.bufferizesToMemoryRead(init))
          continue;
        OpBuilder builder(op);
        Location loc = op.getLoc();
        auto type = cast<RankedTensorType>(init.get().getType());
        init.set(tensor::EmptyOp::create(
            builder, loc, tensor::getMixedSizes(builder, loc, init.get()),
            type.getElementType(), type.getEncoding()));
      }
    });
  }
};
} // namespace
