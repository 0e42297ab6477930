//===- FarRows.cpp - Rows more than 2^31 elements apart ---------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FarRows.h"
#include "Norm/Run/Jit.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <sys/mman.h>

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

constexpr int64_t numRows = 3, rowSize = 67;
constexpr int64_t pitch = (int64_t(1) << 31) + 64;

constexpr const char *module = R"(
func.func @f(%x: memref<?x67xf32, strided<[?, 1]>>, %y: memref<?x67xf32, strided<[?, 1]>>) {
  norm.layer_norm ins(%x : memref<?x67xf32, strided<[?, 1]>>)
      outs(%y : memref<?x67xf32, strided<[?, 1]>>) dims = [1] eps = 1.0e-5
  return
}
)";

/// The rows, in zeroed memory of which only the pages in use exist; nothing
/// where the machine refuses.
static std::optional<HostTensor> reserveRows() {
  size_t bytes = ((numRows - 1) * pitch + rowSize) * sizeof(float);
  void *data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED)
    return std::nullopt;
  std::shared_ptr<void> owner(data, [=](void *p) { munmap(p, bytes); });
  return HostTensor(DType::f32, {numRows, rowSize}, {pitch, 1}, data, owner);
}

static std::string compareRows(const HostTensor &x, const HostTensor &y) {
  for (int64_t row = 0; row < numRows; ++row) {
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < rowSize; ++i)
      mean += x.get(row * rowSize + i) / rowSize;
    for (int64_t i = 0; i < rowSize; ++i)
      variance += std::pow(x.get(row * rowSize + i) - mean, 2) / rowSize;
    for (int64_t i = row * rowSize, e = i + rowSize; i < e; ++i) {
      double expected = (x.get(i) - mean) / std::sqrt(variance + 1e-5);
      if (!(std::abs(y.get(i) - expected) < 1e-5))
        return llvm::formatv("y[{0}] is {1:e8} for {2:e8}", i, y.get(i),
                             expected);
    }
  }
  return "";
}

void numerics::runFarRows(const Road &road, MLIRContext &context,
                          llvm::function_ref<bool(StringRef)> isWanted,
                          llvm::function_ref<void(const Outcome &)> report) {
  std::string name = "layer_norm/" + road.name + "/f32/far-rows";
  // The interpreter knows memory by the tensors it is given, not by pages.
  if (!isWanted(name) || road.hasKernels())
    return;
  std::optional<HostTensor> x = reserveRows(), y = reserveRows();
  if (!x || !y)
    return;
  x->fillRandom(/*seed=*/1);
  CompileOptions options;
  options.pipelineOptions = road.pipelineOptions;
  auto kernel = compile(module, "f", context, options);
  if (!kernel)
    return report({name, llvm::toString(kernel.takeError())});
  auto results = kernel->invoke({*x, *y});
  report({name,
          results ? compareRows(*x, *y) : llvm::toString(results.takeError())});
}
