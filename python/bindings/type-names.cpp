//===- type-names.cpp - Whether MLIR knows our names of types ---*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Run when the Python module is configured: a trait's name, spelled here, is
// found among those that libMLIR has spelled.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

int main() {
  MLIRContext context;
  context.loadDialect<func::FuncDialect>();
  OperationName name(func::ReturnOp::getOperationName(), &context);
  return name.hasTrait<OpTrait::IsTerminator>() ? 0 : 1;
}
