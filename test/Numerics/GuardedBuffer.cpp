//===- GuardedBuffer.cpp - Memory that shows what was written -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GuardedBuffer.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

static constexpr size_t guardBytes = 256, alignment = 64;

static char *getStart(std::vector<char> &memory) {
  auto address = reinterpret_cast<uintptr_t>(memory.data()) + guardBytes;
  return reinterpret_cast<char *>(llvm::alignTo(address, alignment));
}

static std::shared_ptr<std::vector<char>> allocate(size_t bytes) {
  return std::make_shared<std::vector<char>>(bytes + 2 * guardBytes + alignment,
                                             char(0xff));
}

static size_t getExtent(DType dtype, ArrayRef<int64_t> shape,
                        ArrayRef<int64_t> strides, int64_t misalignment) {
  int64_t last = misalignment;
  for (auto [extent, stride] : llvm::zip_equal(shape, strides)) {
    if (extent == 0)
      return 0;
    last += (extent - 1) * stride;
  }
  return (last + 1) * getByteWidth(dtype);
}

GuardedBuffer::GuardedBuffer(DType dtype, ArrayRef<int64_t> shape,
                             ArrayRef<int64_t> strides, int64_t misalignment)
    : memory(allocate(getExtent(dtype, shape, strides, misalignment))),
      view(dtype, shape, strides,
           getStart(*memory) + misalignment * getByteWidth(dtype), memory) {}

template <typename Visit> void GuardedBuffer::visitElements(Visit visit) const {
  int64_t width = getByteWidth(view.getDType());
  size_t start = static_cast<char *>(view.getData()) - memory->data();
  for (int64_t i = 0, e = view.getNumElements(); i < e; ++i) {
    int64_t rest = i, offset = 0;
    for (int64_t dim = view.getRank() - 1; dim >= 0; --dim) {
      offset += rest % view.getShape()[dim] * view.getStrides()[dim];
      rest /= view.getShape()[dim];
    }
    visit(start + offset * width, width);
  }
}

void GuardedBuffer::watch() { before = *memory; }

bool GuardedBuffer::isUntouched(bool butElements) const {
  std::vector<char> allowed = before;
  if (butElements)
    visitElements([&](size_t at, size_t width) {
      std::memcpy(&allowed[at], &(*memory)[at], width);
    });
  return allowed == *memory;
}

std::vector<char> GuardedBuffer::getBytes() const {
  std::vector<char> bytes;
  visitElements([&](size_t at, size_t width) {
    bytes.insert(bytes.end(), memory->begin() + at,
                 memory->begin() + at + width);
  });
  return bytes;
}
