//===- Kernel.cpp - Calling compiled code -----------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Jit.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "llvm/Target/TargetMachine.h"
#include <cstring>

using namespace mlir;
using namespace mlir::norm;

/// The packed words point into this struct, so it does not move.
struct Kernel::Call::State {
  void (*function)(void **);
  Signature signature;
  std::shared_ptr<Device> device;
  SmallVector<HostTensor> arguments;
  /// The same, with a device: where its kernels may access them.
  SmallVector<HostTensor> onDevice;
  /// A memref descriptor per argument; of a scalar, unused.
  SmallVector<SmallVector<int64_t>> descriptors;
  SmallVector<void *> descriptorPointers;
  /// The struct of results, as LLVM lays it out.
  SmallVector<int64_t> results;
  void *resultPointer;
  SmallVector<void *> packed;
};

Kernel::~Kernel() = default;
Kernel::Kernel(Kernel &&) = default;
Kernel::Call::~Call() = default;
Kernel::Call::Call(Call &&) = default;
Kernel::Call::Call(std::unique_ptr<State> state) : state(std::move(state)) {}

/// A memref descriptor: allocated and aligned pointer, offset, sizes, strides.
static SmallVector<int64_t> makeDescriptor(const HostTensor &tensor,
                                           int64_t offset) {
  int64_t base = reinterpret_cast<int64_t>(tensor.getData()) -
                 offset * getByteWidth(tensor.getDType());
  SmallVector<int64_t> words{base, base, offset};
  llvm::append_range(words, tensor.getShape());
  llvm::append_range(words, tensor.getStrides());
  return words;
}

/// Size and alignment of a result within the struct of results.
static std::pair<size_t, size_t> getLayout(const ValueSpec &spec) {
  if (spec.kind == ValueSpec::Kind::scalar)
    return {getByteWidth(spec.dtype), getByteWidth(spec.dtype)};
  return {(3 + 2 * spec.shape.size()) * sizeof(int64_t), sizeof(int64_t)};
}

llvm::Expected<Kernel::Call>
Kernel::prepare(ArrayRef<HostTensor> arguments) const {
  if (llvm::Error error = checkArguments(signature, arguments))
    return error;
  auto state = std::make_unique<Call::State>();
  state->function = function;
  state->signature = signature;
  state->device = device;
  size_t resultBytes = 0;
  for (const ValueSpec &spec : signature.results) {
    auto [size, alignment] = getLayout(spec);
    resultBytes = llvm::alignTo(resultBytes, alignment) + size;
  }
  state->results.resize(llvm::divideCeil(resultBytes, sizeof(int64_t)));
  state->resultPointer = state->results.data();

  for (auto [spec, argument] :
       llvm::zip_equal(signature.arguments, arguments)) {
    // The callee sees a tensor as a memref without a layout.
    bool mustCopy =
        spec.kind == ValueSpec::Kind::tensor && !argument.isContiguous();
    state->arguments.push_back(mustCopy ? argument.clone() : argument);
    int64_t offset = ShapedType::isDynamic(spec.offset) ? 0 : spec.offset;
    state->descriptors.push_back(
        makeDescriptor(state->arguments.back(), offset));
  }
  for (SmallVector<int64_t> &descriptor : state->descriptors)
    state->descriptorPointers.push_back(descriptor.data());

  // Packed is the address of each value that the C interface takes or returns;
  // for a memref that value is the address of its descriptor.
  bool returnsStruct = signature.results.size() > 1 ||
                       (signature.results.size() == 1 &&
                        signature.results[0].kind != ValueSpec::Kind::scalar);
  if (returnsStruct)
    state->packed.push_back(&state->resultPointer);
  for (auto [i, spec] : llvm::enumerate(signature.arguments))
    state->packed.push_back(
        spec.kind == ValueSpec::Kind::scalar
            ? state->arguments[i].getData()
            : static_cast<void *>(&state->descriptorPointers[i]));
  if (!returnsStruct && !signature.results.empty())
    state->packed.push_back(state->resultPointer);
  return Call(std::move(state));
}

llvm::Error Kernel::Call::run() {
  if (!state->device) {
    state->function(state->packed.data());
    return llvm::Error::success();
  }
  state->device->enter();
  state->onDevice.clear();
  for (auto [spec, argument, words] : llvm::zip_equal(
           state->signature.arguments, state->arguments, state->descriptors)) {
    if (spec.kind == ValueSpec::Kind::scalar) {
      state->onDevice.push_back(argument);
      continue;
    }
    state->onDevice.push_back(state->device->toDevice(argument));
    llvm::copy(makeDescriptor(state->onDevice.back(), words[2]), words.begin());
  }
  state->function(state->packed.data());
  if (llvm::Error error = state->device->leave())
    return error;
  for (auto [spec, argument, copy] : llvm::zip_equal(
           state->signature.arguments, state->arguments, state->onDevice))
    if (spec.kind == ValueSpec::Kind::memref &&
        copy.getData() != argument.getData())
      std::memcpy(argument.getData(), copy.getData(),
                  argument.getNumSpannedBytes());
  return llvm::Error::success();
}

/// The pointer that upstream gives to the memory of constants.
static constexpr int64_t constantMemory = 0xdeadbeef;

SmallVector<HostTensor> Kernel::Call::takeResults() {
  SmallVector<HostTensor> results;
  llvm::SmallDenseMap<int64_t, std::shared_ptr<void>> owners;
  // Where a result is the memory of a memref argument, the argument owns it.
  for (auto [argument, words] :
       llvm::zip_equal(state->device ? state->onDevice : state->arguments,
                       state->descriptors))
    owners[words[0]] = std::make_shared<HostTensor>(argument);
  size_t position = 0;
  for (const ValueSpec &spec : state->signature.results) {
    auto [size, alignment] = getLayout(spec);
    position = llvm::alignTo(position, alignment);
    const char *address = static_cast<char *>(state->resultPointer) + position;
    position += size;
    if (spec.kind == ValueSpec::Kind::scalar) {
      HostTensor scalar(spec.dtype, {});
      std::memcpy(scalar.getData(), address, size);
      results.push_back(scalar);
      continue;
    }
    SmallVector<int64_t> words(size / sizeof(int64_t));
    std::memcpy(words.data(), address, size);
    size_t rank = spec.shape.size();
    ArrayRef<int64_t> sizes = ArrayRef(words).slice(3, rank);
    ArrayRef<int64_t> strides = ArrayRef(words).slice(3 + rank, rank);
    std::shared_ptr<void> &owner = owners[words[0]];
    if (!owner && words[0] != constantMemory)
      owner =
          std::shared_ptr<void>(reinterpret_cast<void *>(words[0]),
                                [device = state->device](void *p) {
                                  device ? device->release(p) : std::free(p);
                                });
    char *data = reinterpret_cast<char *>(words[1]) +
                 words[2] * getByteWidth(spec.dtype);
    results.push_back(HostTensor(spec.dtype, sizes, strides, data, owner));
  }
  return results;
}

llvm::Expected<SmallVector<HostTensor>>
Kernel::invoke(ArrayRef<HostTensor> arguments) const {
  llvm::Expected<Call> call = prepare(arguments);
  if (!call)
    return call.takeError();
  if (llvm::Error error = call->run())
    return error;
  return call->takeResults();
}
