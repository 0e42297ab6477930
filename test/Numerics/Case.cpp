//===- Case.cpp - What a case implies -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Case.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

int64_t Geometry::getRowSize() const {
  return llvm::product_of(getExtents(dims));
}

int64_t Geometry::getNumRows() const {
  return llvm::product_of(getExtents(getParallelDims()));
}

Extents Geometry::getExtents(ArrayRef<int64_t> of) const {
  return llvm::map_to_vector(of, [&](int64_t dim) { return shape[dim]; });
}

Extents Geometry::getParallelDims() const {
  Extents parallel;
  for (int64_t dim = 0, rank = shape.size(); dim < rank; ++dim)
    if (!isReduced(dim))
      parallel.push_back(dim);
  return parallel;
}

Geometry KernelCase::getOperandGeometry(const Geometry &geometry) const {
  if (program != Program::groupNorm)
    return geometry;
  int64_t channel = geometry.scaleDims.front();
  Geometry merged = geometry;
  merged.shape[channel] *= geometry.shape[channel + 1];
  merged.shape.erase(merged.shape.begin() + channel + 1);
  for (int64_t &dim : merged.dims)
    dim -= dim > channel;
  merged.scaleDims = {channel};
  return merged;
}

static bool isHalf(DType dtype) {
  return dtype == DType::f16 || dtype == DType::bf16;
}

DType KernelCase::getAccType() const {
  bool isNarrow = isHalf(dtype) || variant.code;
  return variant.accType.value_or(isNarrow ? DType::f32 : dtype);
}

DType KernelCase::getResultType() const {
  if (program == Program::quantize)
    return DType::i8;
  return variant.resultType.value_or(dtype);
}

DType KernelCase::getAffineType() const {
  DType parameter = getParameterType();
  if (parameter == dtype)
    return dtype;
  // Of f16 and bf16, neither holds the other.
  if (isHalf(parameter) && isHalf(dtype))
    return DType::f32;
  return std::max(parameter, dtype);
}

double KernelCase::getEps() const {
  switch (program) {
  case Program::rmsNorm:
    return 1e-6;
  case Program::l2NormAdd:
  case Program::l2NormMax:
    return 1e-12;
  default:
    return 1e-5;
  }
}

bool KernelCase::isCentred() const {
  return program == Program::layerNorm || program == Program::groupNorm ||
         program == Program::addLayerNorm || program == Program::quantize ||
         program == Program::gelu || program == Program::dequantize;
}

bool KernelCase::hasMean() const {
  return variant.statistics && program == Program::layerNorm;
}

bool KernelCase::hasRstd() const {
  return variant.statistics && program <= Program::l2NormMax;
}

StringRef numerics::toString(Program program) {
  static constexpr StringLiteral names[] = {
      "layer_norm",           "rms_norm",
      "l2_norm_add",          "l2_norm_max",
      "group_norm",           "batch_norm",
      "add_layer_norm",       "softmax",
      "layer_norm_quantize",  "layer_norm_gelu",
      "dequantize_layer_norm"};
  return names[unsigned(program)];
}

StringRef numerics::toString(Layout layout) {
  static constexpr StringLiteral names[] = {"tensor",    "memref",  "pitched",
                                            "strided",   "inplace", "aliased",
                                            "misaligned"};
  return names[unsigned(layout)];
}

StringRef numerics::toString(InputKind input) {
  static constexpr StringLiteral names[] = {
      "normal",    "large-mean", "constant", "near-f16-max", "subnormal",
      "far-start", "nan",        "inf",      "negative-inf"};
  return names[unsigned(input)];
}

static std::string joinNumbers(ArrayRef<int64_t> numbers, StringRef separator) {
  return llvm::join(
      llvm::map_to_vector(numbers, [](int64_t n) { return std::to_string(n); }),
      separator);
}

std::string KernelCase::getName() const {
  const Geometry &first = geometries.front();
  std::string name = (toString(program) + "/" + road.name + "/" +
                      norm::toString(dtype) + "/" + variant.name + "/" +
                      toString(layout) + "/d" + joinNumbers(first.dims, ","))
                         .str();
  if (!first.scaleDims.empty())
    name += "/s" + joinNumbers(first.scaleDims, ",");
  return name + (isDynamic ? "/dynamic" : "/static");
}

std::string KernelCase::getName(const Geometry &geometry,
                                InputKind input) const {
  return getName() + "/" + joinNumbers(geometry.shape, "x") + "/" +
         toString(input).str();
}
