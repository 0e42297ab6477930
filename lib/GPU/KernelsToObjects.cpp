//===- KernelsToObjects.cpp - Kernels to PTX, cubin, fatbin -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/GPU/Chip.h"
#include "Norm/GPU/KernelFormat.h"
#include "Norm/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"

namespace mlir::norm {
#define GEN_PASS_DEF_NORMKERNELSTOOBJECTSPASS
#include "Norm/Passes.h.inc"
} // namespace mlir::norm

using namespace mlir;
using namespace mlir::norm;

/// Where ptxas is: below `toolkit` if that is given, else in PATH, else below
/// what the environment says of CUDA.
static std::optional<std::string> findPtxas(StringRef toolkit) {
  auto below = [](StringRef root) -> std::optional<std::string> {
    SmallString<128> path(root);
    llvm::sys::path::append(path, "bin", "ptxas");
    if (llvm::sys::fs::can_execute(path))
      return path.str().str();
    return std::nullopt;
  };
  if (!toolkit.empty())
    return below(toolkit);
  if (auto path = llvm::sys::findProgramByName("ptxas"))
    return *path;
  for (const char *variable : {"CUDA_ROOT", "CUDA_HOME", "CUDA_PATH"})
    if (const char *root = std::getenv(variable))
      if (auto path = below(root))
        return path;
  return std::nullopt;
}

/// The CUDA release of a ptxas, 120 for 12.0; 0 if it does not say.
static unsigned getCudaVersion(const std::string &ptxas) {
  SmallString<128> file;
  if (llvm::sys::fs::createTemporaryFile("ptxas-version", "txt", file))
    return 0;
  llvm::FileRemover remover(file);
  std::optional<StringRef> redirects[] = {StringRef(""), file.str(),
                                          StringRef("")};
  if (llvm::sys::ExecuteAndWait(ptxas, {ptxas, "--version"}, std::nullopt,
                                redirects) != 0)
    return 0;
  auto text = llvm::MemoryBuffer::getFile(file);
  SmallVector<StringRef> matches;
  unsigned major, minor;
  if (!text ||
      !llvm::Regex("release ([0-9]+)\\.([0-9]+)")
           .match((*text)->getBuffer(), &matches) ||
      matches[1].getAsInteger(10, major) || matches[2].getAsInteger(10, minor))
    return 0;
  return major * 10 + minor;
}

static std::string formatVersion(unsigned version) {
  return std::to_string(version / 10) + "." + std::to_string(version % 10);
}

namespace {
struct NormKernelsToObjectsPass
    : norm::impl::NormKernelsToObjectsPassBase<NormKernelsToObjectsPass> {
  using Base::Base;
  void runOnOperation() override;
  LogicalResult checkPtxas(StringRef ptxas);
};
} // namespace

/// The ptxas at hand takes the PTX of every kernel for its chip.
LogicalResult NormKernelsToObjectsPass::checkPtxas(StringRef ptxas) {
  unsigned version = getCudaVersion(ptxas.str());
  for (auto kernels : getOperation().getOps<gpu::GPUModuleOp>())
    for (auto target :
         kernels.getTargetsAttr().getAsRange<NVVM::NVVMTargetAttr>()) {
      FailureOr<GPUChip> chip = GPUChip::get(
          target.getChip(), [&] { return emitError(kernels.getLoc()); });
      if (failed(chip))
        return failure();
      if (version < chip->cudaVersion)
        return emitError(kernels.getLoc())
               << "code for " << chip->name << " needs the ptxas of CUDA "
               << formatVersion(chip->cudaVersion) << " or later; " << ptxas
               << " is of "
               << (version ? formatVersion(version) : "an unknown release");
    }
  return success();
}

void NormKernelsToObjectsPass::runOnOperation() {
  GpuModuleToBinaryPassOptions options;
  switch (format) {
  case KernelFormat::ISA:
    options.compilationTarget = "isa";
    break;
  case KernelFormat::Bin:
    options.compilationTarget = "bin";
    break;
  case KernelFormat::Fatbin:
    options.compilationTarget = "fatbin";
    break;
  }
  if (format != KernelFormat::ISA &&
      !getOperation().getOps<gpu::GPUModuleOp>().empty()) {
    std::optional<std::string> ptxas = findPtxas(toolkit);
    if (!ptxas) {
      emitError(getOperation().getLoc(),
                "no ptxas found, by toolkit=DIR, in PATH, or by CUDA_ROOT, "
                "CUDA_HOME or CUDA_PATH; format=isa needs none");
      return signalPassFailure();
    }
    if (failed(checkPtxas(*ptxas)))
      return signalPassFailure();
    options.toolkitPath =
        llvm::sys::path::parent_path(llvm::sys::path::parent_path(*ptxas));
  }
  OpPassManager pm(ModuleOp::getOperationName());
  pm.addPass(createGpuModuleToBinaryPass(options));
  if (failed(runPipeline(pm, getOperation())))
    signalPassFailure();
}
