//===- Oracle.cpp - What a function means -----------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Oracle.h"
#include "Norm/IR/MemorySpaces.h"
#include "Norm/Passes.h"
#include "Norm/Run/ExtentChecks.h"
#include "Norm/Run/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::norm;

/// linalg.softmax and its like, which have no loops of their own.
static llvm::Error decomposeLinalgAggregates(ModuleOp module) {
  SmallVector<linalg::AggregatedOpInterface> aggregates;
  module.walk([&](linalg::AggregatedOpInterface op) {
    if (isa<linalg::LinalgDialect>(op->getDialect()))
      aggregates.push_back(op);
  });
  for (linalg::AggregatedOpInterface op : aggregates) {
    IRRewriter rewriter(op);
    FailureOr<SmallVector<Value>> values = op.decomposeOperation(rewriter);
    if (failed(values))
      return llvm::createStringError("the oracle cannot evaluate '" +
                                     op->getName().getStringRef() + "'");
    rewriter.replaceOp(op, *values);
  }
  return llvm::Error::success();
}

/// Upstream's lowering, the plain way: no vectors, no fusion, no tiles.
static void buildPlainLowering(OpPassManager &pm) {
  pm.addPass(createConvertElementwiseToLinalgPass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.allowReturnAllocsFromLoops = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createNormMarkManualDeallocationsPass());
  pm.addPass(bufferization::createOwnershipBasedBufferDeallocationPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(bufferization::createBufferDeallocationSimplificationPass());
  pm.addPass(bufferization::createLowerDeallocationsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createConvertBufferizationToMemRefPass());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  pm.addPass(createConvertVectorToSCFPass());
  pm.addPass(createLowerAffinePass());
  // Which fails on reshapes of dynamic extents.
  pm.addPass(createNormExpandShapeToCastPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(arith::createArithExpandOpsPass());
  // What LLVM has no intrinsic for, such as erf, is left to libm; the other way
  // round, libm would be asked for an rsqrt.
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

llvm::Expected<Oracle> Oracle::create(ModuleOp module, StringRef name) {
  llvm::Expected<func::FuncOp> found = findEntry(module, name);
  if (!found)
    return found.takeError();
  std::string entry = found->getSymName().str();
  OwningOpRef<ModuleOp> widened = isolateEntry(*found);
  // There is one memory here.
  dropMemorySpaces(*widened, [](Attribute) { return true; });
  insertExtentChecks(*widened);
  if (llvm::Error error = runPipeline(*widened, [](OpPassManager &pm) {
        pm.addPass(createSymbolDCEPass());
        pm.addPass(createNormWidenFloatsPass());
        pm.addPass(createNormFormulasToLoopsPass());
      }))
    return error;
  if (llvm::Error error = decomposeLinalgAggregates(*widened))
    return error;
  CompileOptions options;
  options.pipeline = buildPlainLowering;
  // Enough for loops; reductions keep their order.
  options.optLevel = 2;
  llvm::Expected<Kernel> kernel = compile(*widened, entry, options);
  if (!kernel)
    return kernel.takeError();
  return Oracle(std::move(widened), std::move(*kernel));
}

llvm::Expected<SmallVector<HostTensor>>
Oracle::evaluate(ArrayRef<HostTensor> arguments) const {
  const Signature &signature = kernel.getSignature();
  if (arguments.size() != signature.arguments.size())
    return llvm::createStringError(
        "the oracle's function has " + Twine(signature.arguments.size()) +
        " arguments, the function has " + Twine(arguments.size()));
  SmallVector<HostTensor> widened;
  for (auto [spec, argument] :
       llvm::zip_equal(signature.arguments, arguments)) {
    SmallVector<int64_t> strides(argument.getStrides());
    HostTensor copy(isFloat(argument.getDType()) ? DType::f64
                                                 : argument.getDType(),
                    argument.getShape(), strides);
    for (int64_t i = 0, e = argument.getNumElements(); i < e; ++i)
      copy.set(i, argument.get(i));
    widened.push_back(copy);
  }
  llvm::Expected<SmallVector<HostTensor>> results = kernel.invoke(widened);
  if (!results)
    return results.takeError();
  for (auto [spec, argument] : llvm::zip_equal(signature.arguments, widened))
    if (spec.kind == ValueSpec::Kind::memref)
      results->push_back(argument);
  return results;
}
