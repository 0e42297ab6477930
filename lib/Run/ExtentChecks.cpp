//===- ExtentChecks.cpp - Dynamic extents agree, or the call aborts -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/ExtentChecks.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/RuntimeVerifiableOpInterface.h"

using namespace mlir;
using namespace mlir::norm;

static bool hasDynamicExtent(Operation *op) {
  auto isDynamic = [](Type type) {
    auto shaped = dyn_cast<ShapedType>(type);
    return shaped && !shaped.hasStaticShape();
  };
  return llvm::any_of(op->getOperandTypes(), isDynamic) ||
         llvm::any_of(op->getResultTypes(), isDynamic);
}

/// `file.mlir:3:8: 'linalg.add' …`
static std::string makeMessage(Operation *op, StringRef what) {
  std::string message;
  llvm::raw_string_ostream os(message);
  if (auto location = op->getLoc()->findInstanceOf<FileLineColLoc>())
    os << location.getFilename().getValue() << ":" << location.getLine() << ":"
       << location.getColumn() << ": ";
  os << "'" << op->getName() << "' " << what;
  return message;
}

/// This op has no RuntimeVerifiableOpInterface upstream, and would write past
/// the end of its destination.
static void checkDestination(bufferization::MaterializeInDestinationOp op) {
  auto source = cast<ShapedType>(op.getSource().getType());
  // A result has the extents of its init; its own are those of the destination
  // once it is made there.
  Value shaped = op.getSource();
  while (auto producer = shaped.getDefiningOp<DestinationStyleOpInterface>())
    shaped = producer.getTiedOpOperand(cast<OpResult>(shaped))->get();
  auto dest = cast<ShapedType>(op.getDest().getType());
  Location loc = op.getLoc();
  OpBuilder builder(op);
  for (int64_t dim = 0; dim < source.getRank(); ++dim) {
    if (!source.isDynamicDim(dim) && !dest.isDynamicDim(dim))
      continue;
    Value expected = builder.createOrFold<tensor::DimOp>(loc, shaped, dim);
    Value actual =
        isa<TensorType>(dest)
            ? builder.createOrFold<tensor::DimOp>(loc, op.getDest(), dim)
            : builder.createOrFold<memref::DimOp>(loc, op.getDest(), dim);
    Value agree = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                        expected, actual);
    cf::AssertOp::create(
        builder, loc, agree,
        makeMessage(op, ("dim " + Twine(dim) +
                         " of the destination is not as long as dim " +
                         Twine(dim) + " of the source")
                            .str()));
  }
}

void mlir::norm::insertExtentChecks(Operation *root) {
  root->getContext()
      ->loadDialect<arith::ArithDialect, cf::ControlFlowDialect,
                    memref::MemRefDialect, tensor::TensorDialect>();
  SmallVector<RuntimeVerifiableOpInterface> ops;
  root->walk([&](RuntimeVerifiableOpInterface op) {
    if (hasDynamicExtent(op))
      ops.push_back(op);
  });
  for (RuntimeVerifiableOpInterface op : ops) {
    OpBuilder builder(op);
    op.generateRuntimeVerification(builder, op.getLoc(), makeMessage);
  }
  root->walk(checkDestination);
}
