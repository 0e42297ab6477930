//===- ToPTX.cpp - The PTX of a module -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/GPU/Pipeline.h"
#include "Norm/IR/Norm.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/InitAllDialects.h"
#include "mlir/Tools/mlir-translate/Translation.h"

using namespace mlir;

static LogicalResult printPTX(ModuleOp module, raw_ostream &os) {
  bool found = false;
  WalkResult walk = module.walk([&](gpu::BinaryOp binary) {
    for (auto object : binary.getObjects().getAsRange<gpu::ObjectAttr>()) {
      if (object.getFormat() != gpu::CompilationTarget::Assembly) {
        // Not where the binary is: that would be shown.
        emitError(module.getLoc())
            << '@' << binary.getSymName()
            << " holds no PTX; --norm-gpu-pipeline=\"format=isa\" makes some";
        return WalkResult::interrupt();
      }
      // The text ends with the zero that the driver wants.
      os << object.getObject().getValue().rtrim('\0');
      found = true;
    }
    return WalkResult::advance();
  });
  if (walk.wasInterrupted())
    return failure();
  if (!found)
    return module.emitError("has no kernels; --norm-gpu-pipeline makes them "
                            "from norms");
  return success();
}

void mlir::norm::registerToPTXTranslation() {
  TranslateFromMLIRRegistration registration(
      "norm-to-ptx", "Print the PTX of the kernels in a module", printPTX,
      [](DialectRegistry &registry) {
        registerAllDialects(registry);
        // For whoever has not made kernels of norms yet.
        registry.insert<NormDialect>();
      });
}
