//===- TransformOps.cpp - Decompose in transform scripts -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Decompose/TransformOps.h"
#include "Norm/Decompose/Patterns.h"
#include "Norm/IR/Norm.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"

using namespace mlir;

void transform::ApplyNormToLinalgPatternsOp::populatePatterns(
    RewritePatternSet &patterns) {
  norm::populateNormToLinalgPatterns(patterns);
}

namespace {
struct NormTransformExtension
    : transform::TransformDialectExtension<NormTransformExtension> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(NormTransformExtension)

  void init() {
    declareGeneratedDialect<linalg::LinalgDialect>();
    declareGeneratedDialect<memref::MemRefDialect>();
    declareGeneratedDialect<tensor::TensorDialect>();
    registerTransformOps<
#define GET_OP_LIST
#include "Norm/Decompose/TransformOps.cpp.inc"
        >();
  }
};
} // namespace

#define GET_OP_CLASSES
#include "Norm/Decompose/TransformOps.cpp.inc"

void norm::registerTransformDialectExtension(DialectRegistry &registry) {
  registry.addExtensions<NormTransformExtension>();
}
