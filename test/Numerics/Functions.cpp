//===- Functions.cpp - Functions of math, one by one ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions.h"
#include "Norm/Run/Jit.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

namespace {
/// How far off a function may be, as the description of norm-to-vector has it.
struct Function {
  StringRef name;
  Real (*evaluate)(Real);
  double units;
  enum : unsigned {
    isAngle = 1,   ///< right up to 1e5, and off by |x|·2^-54 beside the units
    isFlushed = 2, ///< results below 2^-126 may be 0
    takesNormal = 4, ///< arguments below 2^-126 count as that
    losesSign = 8,   ///< of −0; of tan, where the GPU divides
    losesSquare = 16 ///< off by x² more units, without fused multiply-add
  };
  unsigned exceptions = 0;
};
} // namespace

static const Function functions[] = {
    {"acos", std::acos, 2},
    {"acosh", std::acosh, 5},
    {"asin", std::asin, 7},
    {"asinh", std::asinh, 4},
    {"atan", std::atan, 3},
    {"atanh", std::atanh, 4},
    {"cbrt", std::cbrt, 2},
    {"ceil", std::ceil, 0},
    {"cos", std::cos, 3, Function::isAngle},
    {"cosh", std::cosh, 6},
    {"erf", std::erf, 6, Function::losesSign},
    {"erfc", std::erfc, 4, Function::isFlushed | Function::losesSquare},
    {"exp", std::exp, 5, Function::isFlushed},
    {"exp2", std::exp2, 2},
    {"expm1", std::expm1, 5},
    {"floor", std::floor, 0},
    {"log", std::log, 2, Function::takesNormal},
    {"log10", std::log10, 4, Function::takesNormal},
    {"log1p", std::log1p, 4},
    {"log2", std::log2, 2, Function::takesNormal},
    {"round", std::round, 0},
    {"roundeven", std::nearbyint, 0},
    {"sin", std::sin, 3, Function::isAngle},
    {"sinh", std::sinh, 6},
    {"tan", std::tan, 5, Function::isAngle | Function::losesSign},
    {"tanh", std::tanh, 6},
    {"trunc", std::trunc, 0},
};

constexpr int64_t numRows = 4, rowSize = 2056;

/// Both signs of what has no neighbours, of magnitudes from the least to the
/// largest, and of those around the ends of the pieces that functions are made
/// of.
static HostTensor makeArguments(DType dtype) {
  HostTensor x(dtype, {numRows, rowSize});
  constexpr double inf = std::numeric_limits<double>::infinity();
  std::vector<double> sizes = {0, inf, std::nan(""), 1, 0.5, 0.75, 88.5, 89.2};
  for (double k : {1, 2, 3, 4, 5, 22, 355, 710, 63725})
    sizes.push_back(k * 1.57079632679489662);
  for (int64_t i = sizes.size(), e = numRows * rowSize / 2; i < e; ++i)
    sizes.push_back(i % 3 == 0   ? std::exp2(-150 + 278. * i / e)
                    : i % 3 == 1 ? std::exp2(-14 + 31. * i / e)
                                 : std::exp2(-1.5 + 3. * i / e));
  for (auto [i, size] : llvm::enumerate(sizes)) {
    x.set(2 * i, size);
    x.set(2 * i + 1, -size);
  }
  return x;
}

static std::string makeModule(const Function &function, DType dtype) {
  return llvm::formatv(R"(
func.func @f(%x: memref<{0}x{1}x{2}>, %y: memref<{0}x{1}x{2}>) {{
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<{0}x{1}x{2}>)
      outs(%y[d0, d1] : memref<{0}x{1}x{2}>) (%a) {{
    %b = math.{3} %a : {2}
    norm.yield %b : {2}
  }
  return
}
)",
                       numRows, rowSize, norm::toString(dtype), function.name);
}

/// In the last place, at that magnitude: of f64, or else of f32.
static double getUnit(Real value, DType dtype) {
  bool isF64 = dtype == DType::f64;
  return std::ldexp(1., std::max(std::ilogb(value), isF64 ? -1022 : -126) -
                            (isF64 ? 52 : 23));
}

/// How many times as far off as it may be.
static double getRatio(const Function &function, DType dtype, double x,
                       double got) {
  constexpr double leastNormal = 0x1p-126;
  constexpr double inf = std::numeric_limits<double>::infinity();
  unsigned exceptions = function.exceptions;
  Real expected = function.evaluate(x);
  double rounded = double(roundTo(dtype, expected));
  if (exceptions & Function::isAngle && std::abs(x) > 1e5)
    return 0;
  if (std::isnan(rounded))
    return std::isnan(got) ? 0 : inf;
  if (got == rounded)
    return std::signbit(got) == std::signbit(rounded) ||
                   (exceptions & Function::losesSign && x == 0)
               ? 0
               : inf;
  if (std::isnan(got) || expected == 0)
    return inf;

  double units = function.units;
  if (exceptions & Function::losesSquare)
    units += x * x;
  double bound =
      units * getUnit(expected, dtype) + std::abs(rounded - double(expected));
  if (exceptions & Function::isAngle && dtype != DType::f64)
    bound += std::abs(x) * 0x1p-54;
  // Machines may take bf16 below 2^-126 for 0.
  if ((exceptions & Function::isFlushed || dtype == DType::bf16) &&
      std::abs(expected) < leastNormal)
    bound = leastNormal;
  if (exceptions & Function::takesNormal && x > 0 && x < leastNormal)
    bound = double(function.evaluate(leastNormal) - expected) * 1.000001;
  return std::abs(got - double(expected)) / bound;
}

static std::string compare(const Function &function, const HostTensor &x,
                           const HostTensor &y) {
  double worst = 1;
  std::string complaint;
  for (int64_t i = 0, e = x.getNumElements(); i < e; ++i) {
    double argument = x.get(i), got = y.get(i);
    double ratio = getRatio(function, x.getDType(), argument, got);
    if (!(ratio > worst))
      continue;
    worst = ratio;
    Real expected = function.evaluate(argument);
    complaint = llvm::formatv(
        "{0}({1:e8}) is {2:e8} for {3:e8}: off by {4:f2} units in the last "
        "place, where {5:f0} are allowed",
        function.name, argument, got, double(expected),
        std::abs(got - double(expected)) / getUnit(expected, x.getDType()),
        function.units);
  }
  return complaint;
}

static std::string runFunction(const Road &road, MLIRContext &context,
                               const Function &function, DType dtype) {
  CompileOptions options;
  options.pipelineOptions = road.pipelineOptions;
  if (road.hasKernels())
    options.device = road.createDevice();
  auto kernel = compile(makeModule(function, dtype), "f", context, options);
  if (!kernel)
    return llvm::toString(kernel.takeError());
  HostTensor x = makeArguments(dtype), y(dtype, {numRows, rowSize});
  auto results = kernel->invoke({x, y});
  return results ? compare(function, x, y)
                 : llvm::toString(results.takeError());
}

void numerics::runFunctions(const Road &road, MLIRContext &context,
                            llvm::function_ref<bool(StringRef)> isWanted,
                            llvm::function_ref<void(const Outcome &)> report) {
  // f16 and bf16 go through f32 everywhere; f64, as everything on the linalg
  // and affine roads, is libm's.
  SmallVector<DType> dtypes;
  if (road.name == "vector")
    dtypes = {DType::f32, DType::f16, DType::f64};
  else if (road.name == "vector-sse2")
    dtypes = {DType::f32};
  else if (road.name == "gpu")
    dtypes = {DType::f32, DType::bf16};
  for (const Function &function : functions)
    for (DType dtype : dtypes) {
      std::string name = ("math." + function.name + "/" + road.name + "/" +
                          norm::toString(dtype))
                             .str();
      if (isWanted(name))
        report({name, runFunction(road, context, function, dtype)});
    }
}
