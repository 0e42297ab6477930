//===- ExtentChecks.cpp - Dynamic extents agree, or the call aborts -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/ExtentChecks.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
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

void mlir::norm::insertExtentChecks(Operation *root) {
  root->getContext()->loadDialect<cf::ControlFlowDialect>();
  SmallVector<RuntimeVerifiableOpInterface> ops;
  root->walk([&](RuntimeVerifiableOpInterface op) {
    if (hasDynamicExtent(op))
      ops.push_back(op);
  });
  for (RuntimeVerifiableOpInterface op : ops) {
    OpBuilder builder(op);
    op.generateRuntimeVerification(builder, op.getLoc(), makeMessage);
  }
}
