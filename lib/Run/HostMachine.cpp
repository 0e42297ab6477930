//===- HostMachine.cpp - The machine that code is run on ---*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostMachine.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace mlir::norm;

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
mlir::norm::createHostMachine(unsigned optLevel) {
  static const bool initialized = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    llvm::InitializeNativeTargetAsmParser();
    return true;
  }();
  (void)initialized;
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel(optLevel));
  return builder->createTargetMachine();
}

llvm::Error mlir::norm::verifyRunsHere(ModuleOp module) {
  llvm::Triple host(llvm::sys::getProcessTriple());
  auto triple = module->getAttrOfType<StringAttr>(
      LLVM::LLVMDialect::getTargetTripleAttrName());
  if (triple && llvm::Triple(triple.getValue()).getArch() != host.getArch())
    return llvm::createStringError("the code is for " + triple.getValue() +
                                   ", but this is " + host.str());
  std::string error;
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(host, error);
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    auto features = function.getTargetFeaturesAttr();
    if (!function.getTargetCpu() && !features)
      continue;
    std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
        target->createMCSubtargetInfo(
            host, function.getTargetCpu().value_or(""),
            features ? features.getFeaturesString() : ""));
    for (const auto &feature : llvm::sys::getHostCPUFeatures())
      if (!feature.second &&
          subtarget->checkFeatures(("+" + feature.first()).str()))
        return llvm::createStringError("the code is for a CPU with " +
                                       feature.first() +
                                       ", which this one has not");
  }
  return llvm::Error::success();
}
