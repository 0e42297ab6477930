//===- Call.cpp - C API to call a function -----------------------*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"
#include "mlir/CAPI/Support.h"

using namespace mlir;
using namespace mlir::norm;

static llvm::Error errorOfArgument(intptr_t i, const Twine &what) {
  return llvm::createStringError("argument " + Twine(i) + " " + what);
}

/// What a HostTensor takes for granted.
static llvm::Expected<HostTensor> getTensor(intptr_t i,
                                            const MlirNormArray &array) {
  if (array.dtype < MlirNormI1 || array.dtype > MlirNormF8E5M2)
    return errorOfArgument(i, "has no dtype of MlirNormDType");
  if (array.rank < 0 || (array.rank > 0 && !array.shape))
    return errorOfArgument(i, "has no shape");
  static_assert(DType(MlirNormI1) == DType::i1 &&
                    DType(MlirNormF16) == DType::f16 &&
                    DType(MlirNormF8E5M2) == DType::f8E5M2,
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

/// Asks the contract: how many of its checks hold, and the results' extents.
static llvm::Error checkExtents(const CheckedKernel &kernel,
                                ArrayRef<HostTensor> arguments) {
  // It reads no data, so that nothing needs to be copied for it.
  SmallVector<HostTensor> inputs;
  for (const HostTensor &argument : arguments.take_front(kernel.numInputs))
    inputs.push_back(HostTensor(argument.getDType(), argument.getShape(),
                                getContiguousStrides(argument.getShape()),
                                argument.getData(), nullptr));
  int64_t numNumbers =
      kernel.extents->getSignature().arguments.back().shape.front();
  HostTensor numbers(DType::i64, {numNumbers});
  inputs.push_back(numbers);
  llvm::Expected<Kernel::Call> call = kernel.extents->prepare(inputs);
  if (!call)
    return call.takeError();
  if (llvm::Error error = call->run())
    return error;

  const auto *number = static_cast<const int64_t *>(numbers.getData());
  if (size_t(*number) < kernel.messages.size())
    return llvm::createStringError(kernel.messages[*number]);
  for (size_t i = kernel.numInputs; i < arguments.size(); ++i) {
    ArrayRef<int64_t> expected(number + 1, arguments[i].getRank());
    if (expected != arguments[i].getShape())
      return errorOfArgument(
          i, "is " +
                 formatType(arguments[i].getShape(), arguments[i].getDType()) +
                 ", but the result is " +
                 formatType(expected, arguments[i].getDType()));
    number += arguments[i].getRank();
  }
  return llvm::Error::success();
}

static llvm::Error invoke(const CheckedKernel &checked, intptr_t numArguments,
                          const MlirNormArray *arrays) {
  const Kernel &kernel = checked.kernel;
  // Before anything is read of the arrays.
  size_t expected = kernel.getSignature().arguments.size();
  if (size_t(numArguments) != expected)
    return llvm::createStringError("the function has " + Twine(expected) +
                                   " arguments, but " + Twine(numArguments) +
                                   " were given");
  SmallVector<HostTensor> arguments;
  for (auto [i, array] : llvm::enumerate(ArrayRef(arrays, expected))) {
    llvm::Expected<HostTensor> tensor = getTensor(i, array);
    if (!tensor)
      return tensor.takeError();
    arguments.push_back(std::move(*tensor));
  }
  llvm::Expected<Kernel::Call> call = kernel.prepare(arguments);
  if (!call)
    return call.takeError();
  if (checked.extents)
    if (llvm::Error error = checkExtents(checked, arguments))
      return error;
  if (llvm::Error error = checkOverlap(kernel.getSignature(), arguments))
    return error;
  return call->run();
}

MlirLogicalResult mlirNormKernelInvoke(MlirNormKernel kernel,
                                       intptr_t numArguments,
                                       const MlirNormArray *arguments,
                                       MlirStringCallback onError,
                                       void *userData) {
  llvm::Error error = invoke(*unwrapKernel(kernel), numArguments, arguments);
  if (!error)
    return mlirLogicalResultSuccess();
  std::string message = llvm::toString(std::move(error));
  if (onError)
    onError(wrap(StringRef(message)), userData);
  return mlirLogicalResultFailure();
}
