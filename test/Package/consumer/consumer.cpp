//===- consumer.cpp - A compiler that uses norm -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/InitAll.h"
#include "Norm/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/MemRefUtils.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "llvm/Support/TargetSelect.h"

#include <cmath>

using namespace mlir;

constexpr int64_t rows = 8, columns = 32, shape[] = {rows, columns};
using Matrix = OwningMemRef<float, 2>;

/// a·b
static void multiply(Matrix &a, Matrix &b, Matrix &out) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      out[{i, j}] = 0;
      for (int64_t k = 0; k < columns; ++k)
        out[{i, j}] += a[{i, k}] * b[{k, j}];
    }
}

/// rms_norm(x·w + x)·w
static void reference(Matrix &x, Matrix &w, Matrix &out) {
  Matrix h(shape);
  multiply(x, w, h);
  for (int64_t i = 0; i < rows; ++i) {
    double squares = 0;
    for (int64_t j = 0; j < columns; ++j) {
      h[{i, j}] += x[{i, j}];
      squares += double(h[{i, j}]) * h[{i, j}];
    }
    for (int64_t j = 0; j < columns; ++j)
      h[{i, j}] /= std::sqrt(squares / columns + 1e-5);
  }
  multiply(h, w, out);
}

static void buildPipeline(OpPassManager &pm) {
  pm.addPass(norm::createNormRaisePass());
  pm.addPass(norm::createNormFusePass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  pm.addPass(norm::createNormToVectorPass());
  bufferization::buildBufferDeallocationPipeline(pm, {});
  // Nothing of norm is left: what follows is any compiler's.
  pm.nest<func::FuncOp>().addPass(createConvertLinalgToLoopsPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

int main(int argc, char **argv) {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  norm::registerAllNorm(registry);
  MLIRContext context(registry);
  auto module = parseSourceFile<ModuleOp>(argc > 1 ? argv[1] : "-", &context);
  PassManager pm(&context);
  buildPipeline(pm);
  if (!module || failed(pm.run(*module)))
    return 1;

  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto engine = llvm::cantFail(ExecutionEngine::create(*module));
  auto fill = [](float &element, ArrayRef<int64_t> at) {
    element = std::sin(float(at[0] * columns + at[1]));
  };
  Matrix x(shape, {}, fill), w({columns, columns}, {}, fill);
  Matrix out(shape), expected(shape);
  llvm::cantFail(engine->invoke("block", &*x, &*w, &*out));

  reference(x, w, expected);
  double error = 0;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      error = std::fmax(error, std::fabs(out[{i, j}] - expected[{i, j}]));
  llvm::outs() << "max error " << error << "\n";
  return error < 1e-4 ? 0 : 1;
}
