//===- Run.cpp - C API to compile a function and call it --------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm-c/Run.h"
#include "Norm/Run/Jit.h"
#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Support.h"

using namespace mlir;
using namespace mlir::norm;

MlirNormCompileOptions mlirNormCompileOptionsGetDefault(void) {
  return {/*fuse=*/true, wrap(StringRef()), /*optLevel=*/3};
}

/// Only results that became arguments have a place to go to.
static llvm::Error checkResults(const Signature &signature) {
  if (signature.results.empty())
    return llvm::Error::success();
  return llvm::createStringError("the function returns " +
                                 signature.results.front().format() +
                                 "; only tensors can be returned to C");
}

/// Diagnostics keep their location; what else can go wrong has the module's.
static void report(llvm::Error error, ModuleOp module) {
  llvm::handleAllErrors(
      std::move(error), [](const DiagnosticError &error) { error.emit(); },
      [&](const llvm::ErrorInfoBase &error) {
        module.emitError() << error.message();
      });
}

MlirNormKernel mlirNormCompile(MlirModule module, MlirStringRef entry,
                               MlirNormCompileOptions options) {
  if (mlirModuleIsNull(module))
    return {nullptr};
  CompileOptions compileOptions;
  compileOptions.pipelineOptions = unwrap(options.cpuPipelineOptions).str();
  compileOptions.fuse = options.fuse;
  compileOptions.optLevel = std::min(options.optLevel, 3u);
  compileOptions.resultsAsArguments = true;
  compileOptions.checkExtents = true;
  llvm::Expected<Kernel> kernel =
      compile(unwrap(module), unwrap(entry), compileOptions);
  llvm::Error error = kernel.takeError();
  if (!error)
    error = checkResults(kernel->getSignature());
  if (error) {
    report(std::move(error), unwrap(module));
    return {nullptr};
  }
  return {new Kernel(std::move(*kernel))};
}

static Kernel *unwrapKernel(MlirNormKernel kernel) {
  return static_cast<Kernel *>(kernel.ptr);
}

void mlirNormKernelDestroy(MlirNormKernel kernel) {
  delete unwrapKernel(kernel);
}

intptr_t mlirNormKernelGetNumArguments(MlirNormKernel kernel) {
  return unwrapKernel(kernel)->getSignature().arguments.size();
}

MlirNormPackedFunction mlirNormKernelGetPackedFunction(MlirNormKernel kernel) {
  return unwrapKernel(kernel)->getFunction();
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

static llvm::Error errorOfArgument(intptr_t i, const Twine &what) {
  return llvm::createStringError("argument " + Twine(i) + " " + what);
}

/// What a HostTensor takes for granted.
static llvm::Expected<HostTensor> getTensor(intptr_t i,
                                            const MlirNormArray &array) {
  if (array.dtype < MlirNormI1 || array.dtype > MlirNormF64)
    return errorOfArgument(i, "has no dtype of MlirNormDType");
  if (array.rank < 0 || (array.rank > 0 && !array.shape))
    return errorOfArgument(i, "has no shape");
  static_assert(DType(MlirNormI1) == DType::i1 &&
                    DType(MlirNormF16) == DType::f16 &&
                    DType(MlirNormF64) == DType::f64,
                "one order of dtypes");
  DType dtype = DType(array.dtype);
  ArrayRef<int64_t> shape(array.shape, array.rank);
  SmallVector<int64_t> strides =
      array.strides
          ? SmallVector<int64_t>(ArrayRef<int64_t>(array.strides, array.rank))
          : getContiguousStrides(shape);
  for (auto [extent, stride] : llvm::zip_equal(shape, strides))
    if (extent < 0 || stride < 0)
      return errorOfArgument(i, "has a negative extent or stride");
  bool isEmpty = llvm::is_contained(shape, 0);
  if (!array.data && !isEmpty)
    return errorOfArgument(i, "has no data");
  if (reinterpret_cast<uintptr_t>(array.data) % getByteWidth(dtype))
    return errorOfArgument(i, "is not aligned to its elements");
  return HostTensor(dtype, shape, strides, array.data, nullptr);
}

/// The bytes from the first to the last element.
static std::pair<uintptr_t, uintptr_t> getSpan(const HostTensor &tensor) {
  auto begin = reinterpret_cast<uintptr_t>(tensor.getData());
  if (tensor.getNumElements() == 0)
    return {begin, begin};
  uintptr_t elements = 1;
  for (auto [extent, stride] :
       llvm::zip_equal(tensor.getShape(), tensor.getStrides()))
    elements += (extent - 1) * stride;
  return {begin, begin + elements * getByteWidth(tensor.getDType())};
}

/// The callee may write a memref while it reads the others.
static llvm::Error checkOverlap(const Signature &signature,
                                ArrayRef<HostTensor> arguments) {
  for (auto [i, spec] : llvm::enumerate(signature.arguments)) {
    if (spec.kind != ValueSpec::Kind::memref)
      continue;
    auto [begin, end] = getSpan(arguments[i]);
    for (auto [j, other] : llvm::enumerate(arguments)) {
      auto [otherBegin, otherEnd] = getSpan(other);
      if (i != j && begin < otherEnd && otherBegin < end)
        return errorOfArgument(i,
                               "is written, and overlaps argument " + Twine(j));
    }
  }
  return llvm::Error::success();
}

static llvm::Error invoke(const Kernel &kernel,
                          ArrayRef<MlirNormArray> arrays) {
  SmallVector<HostTensor> arguments;
  for (auto [i, array] : llvm::enumerate(arrays)) {
    llvm::Expected<HostTensor> tensor = getTensor(i, array);
    if (!tensor)
      return tensor.takeError();
    arguments.push_back(std::move(*tensor));
  }
  llvm::Expected<Kernel::Call> call = kernel.prepare(arguments);
  if (!call)
    return call.takeError();
  if (llvm::Error error = checkOverlap(kernel.getSignature(), arguments))
    return error;
  call->run();
  return llvm::Error::success();
}

MlirLogicalResult mlirNormKernelInvoke(MlirNormKernel kernel,
                                       intptr_t numArguments,
                                       const MlirNormArray *arguments,
                                       MlirStringCallback onError,
                                       void *userData) {
  llvm::Error error =
      invoke(*unwrapKernel(kernel), ArrayRef(arguments, numArguments));
  if (!error)
    return mlirLogicalResultSuccess();
  std::string message = llvm::toString(std::move(error));
  if (onError)
    onError(wrap(StringRef(message)), userData);
  return mlirLogicalResultFailure();
}
