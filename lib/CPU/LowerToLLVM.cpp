//===- LowerToLLVM.cpp - Loops and buffers to the LLVM dialect -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/CPU/Pipeline.h"
#include "Norm/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/Dialect/Vector/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::norm;

void mlir::norm::buildLoweringToLLVM(OpPassManager &pm) {
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(createConvertLinalgToLoopsPass());
  functions.addPass(vector::createLowerVectorMaskPass());
  functions.addPass(vector::createLowerVectorMultiReductionPass(
      vector::VectorMultiReductionLowering::InnerReduction));
  functions.addPass(createConvertVectorToSCFPass());
  functions.addPass(createForallToForLoopPass());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createNormExpandShapeToCastPass());
  functions.addPass(memref::createExpandStridedMetadataPass());
  functions.addPass(memref::createExpandOpsPass());
  functions.addPass(createLowerAffinePass());
  functions.addPass(arith::createArithExpandOpsPass());
  functions.addPass(createNormExpandF8Pass());
  functions.addPass(createNormEmulateBF16Pass());
  // The one op of math that has neither an intrinsic nor a function in libm.
  functions.addPass(math::createMathExpandOpsPass({{"clampf"}}));
  pm.addPass(createConvertMathToFuncs());
  pm.addPass(createNormExpM1ToLibmPass());
  pm.addPass(createSCFToControlFlowPass());

  // Sums of a vector are of no fixed order: a tree, not a chain of adds.
  ConvertVectorToLLVMPassOptions vectorOptions;
  vectorOptions.reassociateFPReductions = true;
  pm.addPass(createConvertVectorToLLVMPass(vectorOptions));
  // What LLVM has an intrinsic for becomes that; the rest are calls to libm.
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createConvertOpenMPToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createNormKeepLoopAnnotationsPass());
  pm.addPass(createNormStreamHalvesPass());
}
