//===- TransformOps.cpp - The rewrites in transform scripts -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Fuse/TransformOps.h"
#include "Norm/Fuse/Patterns.h"
#include "Norm/IR/Norm.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"

using namespace mlir;
using namespace mlir::norm;

#define GET_OP_CLASSES
#include "Norm/Fuse/TransformOps.cpp.inc"

void ApplyGeneralizePatternsOp::populatePatterns(RewritePatternSet &patterns) {
  populateGeneralizePatterns(patterns);
  populateGeneralizeSoftmaxPatterns(patterns);
}

#define NORM_APPLY_PATTERNS(NAME)                                              \
  void Apply##NAME##PatternsOp::populatePatterns(                              \
      RewritePatternSet &patterns) {                                           \
    populate##NAME##Patterns(patterns);                                        \
  }
NORM_APPLY_PATTERNS(ShareStatistics)
NORM_APPLY_PATTERNS(FuseProducers)
NORM_APPLY_PATTERNS(FuseConsumers)
NORM_APPLY_PATTERNS(FuseRowReductions)
NORM_APPLY_PATTERNS(FuseReshapes)
NORM_APPLY_PATTERNS(FoldAffineIntoWeights)
NORM_APPLY_PATTERNS(FoldBatchNorm)
NORM_APPLY_PATTERNS(CollapseDims)
#undef NORM_APPLY_PATTERNS

namespace {
class FuseTransformExtension
    : public transform::TransformDialectExtension<FuseTransformExtension> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FuseTransformExtension)
  void init() {
    declareGeneratedDialect<NormDialect>();
    registerTransformOps<
#define GET_OP_LIST
#include "Norm/Fuse/TransformOps.cpp.inc"
        >();
  }
};
} // namespace

void mlir::norm::registerFuseTransformDialectExtension(
    DialectRegistry &registry) {
  registry.addExtensions<FuseTransformExtension>();
}
