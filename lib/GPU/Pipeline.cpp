//===- Pipeline.cpp - From tensors to kernels in a host module -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/GPU/Pipeline.h"
#include "Norm/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::norm;

static void buildKernelsToNVVM(OpPassManager &pm) {
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createNormEmulateBF16Pass());
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(memref::createExpandStridedMetadataPass());
  kernels.addPass(createLowerAffinePass());
  ConvertGpuOpsToNVVMOpsOptions options;
  options.useBarePtrCallConv = true;
  kernels.addPass(createConvertGpuOpsToNVVMOps(options));
  kernels.addPass(createReconcileUnrealizedCastsPass());
  kernels.addPass(createNormKeepLoopAnnotationsPass());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
}

static void buildHostToLLVM(OpPassManager &pm) {
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createNormExpandShapeToCastPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  GpuToLLVMConversionPassOptions host;
  host.kernelBarePtrCallConv = true;
  pm.addPass(createGpuToLLVMConversionPass(host));
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void mlir::norm::buildKernelsToObjects(OpPassManager &pm,
                                       const GPUPipelineOptions &options) {
  buildKernelsToNVVM(pm);
  if (!options.kernelsOnly)
    buildHostToLLVM(pm);
  NormKernelsToObjectsPassOptions objects;
  objects.format = options.format;
  objects.toolkit = options.toolkit;
  pm.addPass(createNormKernelsToObjectsPass(objects));
}

void mlir::norm::buildGPUPipeline(OpPassManager &pm,
                                  const GPUPipelineOptions &options) {
  pm.addPass(createNormEmptyDestinationsPass());
  pm.addPass(createNormGeneralizePass());
  pm.addPass(createNormCollapseDimsPass());
  // arith and math on tensors, which have no buffer form.
  pm.addPass(createConvertElementwiseToLinalgPass());
  pm.addPass(createNormBufferizePass());
  // What bufferization leaves of these beside norms is for the device too.
  if (!options.kernelsOnly)
    pm.addPass(createNormGeneralizePass({/*elementwise=*/true}));
  NormToGPUPassOptions kernels;
  kernels.chipName = options.chip;
  kernels.splitRowsAbove = options.splitRowsAbove;
  kernels.all = !options.kernelsOnly;
  pm.addPass(createNormToGPUPass(kernels));
  if (!options.kernelsOnly) {
    pm.addPass(createNormPlaceOnDevicePass());
    // Copies and frees need a stream, which this gives to what is in one block.
    pm.nest<func::FuncOp>().addPass(createGpuAsyncRegionPass());
  }
  buildKernelsToObjects(pm, options);
}

void mlir::norm::registerNormGPUPipeline() {
  PassPipelineRegistration<GPUPipelineOptions>(
      "norm-gpu-pipeline", "Norms on tensors to a host module with kernels",
      buildGPUPipeline);
}
