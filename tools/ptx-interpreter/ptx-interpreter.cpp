//===- ptx-interpreter.cpp - Run a kernel without a GPU ---------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelArguments.h"
#include "Norm/PTX/Launch.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir::norm;
using llvm::StringRef;
namespace cl = llvm::cl;

static cl::OptionCategory category("ptx-interpreter options");
static cl::opt<std::string> fileName(cl::Positional, cl::desc("FILE.ptx"),
                                     cl::init("-"), cl::cat(category));
static cl::opt<std::string>
    kernelName("kernel", cl::desc("The kernel; by default the only one"),
               cl::cat(category));
static cl::list<unsigned> grid("grid", cl::CommaSeparated,
                               cl::value_desc("X[,Y[,Z]]"),
                               cl::desc("Blocks; 1 by default"),
                               cl::cat(category));
static cl::list<unsigned>
    block("block", cl::CommaSeparated, cl::value_desc("X[,Y[,Z]]"),
          cl::desc("Threads of a block; by default what the kernel says"),
          cl::cat(category));
static cl::list<unsigned>
    cluster("cluster", cl::CommaSeparated, cl::value_desc("X[,Y[,Z]]"),
            cl::desc("Blocks of a cluster; by default what the kernel says"),
            cl::cat(category));
static cl::opt<unsigned> sharedBytes("shared", cl::init(0),
                                     cl::value_desc("BYTES"),
                                     cl::desc("Dynamic shared memory"),
                                     cl::cat(category));
static cl::list<std::string> arguments(
    "arg", cl::value_desc("ARGUMENT"),
    cl::desc("The next parameter: in:TYPE:FILE.npy, out:SHAPExTYPE:FILE.npy, "
             "inout:TYPE:FILE.npy:FILE.npy, random:SHAPExTYPE, or a number "
             "such as i64:5 and f32:1e-5. What is only out starts as "
             "uninitialised; out:SHAPExTYPE is only printed"),
    cl::cat(category));
static cl::opt<bool> printStatistics("statistics",
                                     cl::desc("Print what was executed"),
                                     cl::cat(category));

static std::optional<ptx::Dim3> getDim3(llvm::ArrayRef<unsigned> extents,
                                        std::optional<ptx::Dim3> otherwise) {
  if (extents.empty())
    return otherwise;
  ptx::Dim3 result;
  result.x = extents[0];
  result.y = extents.size() > 1 ? extents[1] : 1;
  result.z = extents.size() > 2 ? extents[2] : 1;
  return result;
}

static llvm::Error run() {
  auto text = llvm::MemoryBuffer::getFileOrSTDIN(fileName);
  if (!text)
    return llvm::createStringError(fileName + ": " + text.getError().message());
  auto module = ptx::Module::parse((*text)->getBuffer(), fileName);
  if (!module)
    return module.takeError();
  auto kernel = module->findKernel(kernelName);
  if (!kernel)
    return kernel.takeError();
  auto executable = ptx::Executable::create(*module, **kernel);
  if (!executable)
    return executable.takeError();

  ptx::LaunchShape shape;
  shape.grid = *getDim3(grid, ptx::Dim3());
  std::optional<ptx::Dim3> threads = (*kernel)->requiredThreads;
  std::optional<ptx::Dim3> given =
      getDim3(block, threads ? threads : (*kernel)->maxThreads);
  if (!given)
    return llvm::createStringError("kernel '" + (*kernel)->name +
                                   "' does not say how many threads a block "
                                   "has; --block=… does");
  shape.block = *given;
  shape.cluster = getDim3(cluster, (*kernel)->requiredCluster);
  shape.dynamicSharedBytes = sharedBytes;

  ptx::DeviceMemory memory;
  llvm::Expected<KernelArguments> values =
      KernelArguments::create(**kernel, arguments, memory);
  if (!values)
    return values.takeError();
  ptx::Statistics statistics;
  if (llvm::Error error =
          executable->launch(shape, values->getPointers(), memory, statistics))
    return error;
  if (llvm::Error error = values->write(llvm::outs()))
    return error;
  if (printStatistics) {
    statistics.print(llvm::outs());
    values->printAccesses(memory, llvm::outs());
  }
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "Runs a PTX kernel on this machine's CPU, and finds races, accesses out\n"
      "of bounds, misaligned or uninitialised ones, and barriers that not all\n"
      "threads come to\n");
  if (llvm::Error error = run()) {
    llvm::errs() << "ptx-interpreter: error: "
                 << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
