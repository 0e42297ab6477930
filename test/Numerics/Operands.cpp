//===- Operands.cpp - The operands of a case, in memory -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operands.h"
#include "InputData.h"

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

static SmallVector<int64_t> getStrides(Layout layout, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides = getContiguousStrides(shape);
  if (strides.empty() ||
      (layout != Layout::pitched && layout != Layout::strided))
    return strides;
  SmallVector<int64_t> inMemory(shape);
  inMemory.back() += 3;
  strides = getContiguousStrides(inMemory);
  if (layout == Layout::strided)
    for (int64_t &stride : strides)
      stride *= 2;
  return strides;
}

GuardedBuffer &Operands::add(std::vector<std::unique_ptr<GuardedBuffer>> &list,
                             DType dtype, ArrayRef<int64_t> shape) {
  list.push_back(std::make_unique<GuardedBuffer>(
      dtype, shape, getStrides(kernel.layout, shape),
      kernel.layout == Layout::misaligned ? 1 : 0));
  return *list.back();
}

Operands::Operands(const KernelCase &kernel, const Geometry &geometry,
                   InputKind input, uint64_t seed)
    : kernel(kernel),
      inputs{HostTensor(kernel.dtype, {}), {}, {}, {}, {}, {}, {}} {
  Geometry operand = kernel.getOperandGeometry(geometry);
  HostTensor &x = add(sources, kernel.dtype, operand.shape).get();
  fillInput(x, geometry, input, seed, kernel.variant.code);
  inputs.x = x.clone();
  Extents perRow = geometry.getExtents(geometry.getParallelDims());
  Extents parameterShape = operand.getExtents(operand.getScaleDims());
  auto addNormal = [&](std::optional<HostTensor> &copy, DType dtype,
                       ArrayRef<int64_t> shape, uint64_t seed) {
    HostTensor &tensor = add(sources, dtype, shape).get();
    fillNormal(tensor, seed);
    copy = tensor.clone();
  };
  if (kernel.program == Program::addLayerNorm)
    addNormal(inputs.r, kernel.dtype, geometry.shape, seed + 2);
  if (kernel.program == Program::dequantize) {
    HostTensor &steps = add(sources, kernel.getAccType(), perRow).get();
    fillSteps(steps, seed + 2);
    inputs.steps = steps.clone();
  }
  if (kernel.program == Program::batchNorm) {
    DType dtype = kernel.getParameterType();
    HostTensor &mean = add(sources, dtype, parameterShape).get();
    HostTensor &variance = add(sources, dtype, parameterShape).get();
    fillStatistics(mean, variance, input, seed + 5);
    inputs.mean = mean.clone();
    inputs.variance = variance.clone();
  }
  if (kernel.variant.scale)
    addNormal(inputs.scale, kernel.getParameterType(), parameterShape,
              seed + 3);
  if (kernel.variant.shift)
    addNormal(inputs.shift, kernel.getParameterType(), parameterShape,
              seed + 4);

  auto addDestination = [&](StringRef name, DType dtype,
                            ArrayRef<int64_t> shape) {
    names.push_back(name.str());
    add(destinations, dtype, shape);
  };
  if (kernel.writesX())
    names.push_back("y");
  else
    addDestination("y", kernel.getResultType(), operand.shape);
  if (kernel.program == Program::addLayerNorm)
    addDestination("sum", kernel.dtype, geometry.shape);
  if (kernel.program == Program::quantize)
    addDestination("step", kernel.getAccType(), perRow);
  if (kernel.hasMean())
    addDestination("mean", kernel.getAccType(), perRow);
  if (kernel.hasRstd())
    addDestination("rstd", kernel.getAccType(), perRow);
  for (auto *list : {&sources, &destinations})
    for (auto &buffer : *list)
      buffer->watch();
}

SmallVector<HostTensor> Operands::getArguments() const {
  SmallVector<HostTensor> arguments;
  for (auto &buffer : sources)
    arguments.push_back(buffer->get());
  if (kernel.layout == Layout::aliased)
    arguments.push_back(sources.front()->get());
  for (auto &buffer : destinations)
    arguments.push_back(buffer->get());
  return arguments;
}

SmallVector<Operands::Destination> Operands::getDestinations() const {
  SmallVector<Destination> list;
  size_t numInX = kernel.writesX() ? 1 : 0;
  for (auto [i, name] : llvm::enumerate(names))
    list.push_back({name, i < numInX ? sources.front().get()
                                     : destinations[i - numInX].get()});
  return list;
}

bool Operands::isUntouchedElsewhere() const {
  for (auto [i, buffer] : llvm::enumerate(sources))
    if (!buffer->isUntouched(i == 0 && kernel.writesX()))
      return false;
  return llvm::all_of(destinations, [](auto &buffer) {
    return buffer->isUntouched(/*butElements=*/true);
  });
}
