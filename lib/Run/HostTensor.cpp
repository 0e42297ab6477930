//===- HostTensor.cpp - Data at the call boundary ---------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/HostTensor.h"
#include <cmath>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace mlir::norm;

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

SmallVector<int64_t> mlir::norm::getContiguousStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t i = int64_t(shape.size()) - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * std::max<int64_t>(shape[i + 1], 1);
  return strides;
}

static bool isRowMajor(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides) {
  for (auto [size, stride, expected] :
       llvm::zip_equal(shape, strides, getContiguousStrides(shape)))
    if (size != 1 && stride != expected)
      return false;
  return true;
}

HostTensor::HostTensor(DType dtype, ArrayRef<int64_t> shape)
    : HostTensor(dtype, shape, getContiguousStrides(shape)) {}

/// Asks for huge pages, as NumPy does: what a copy takes otherwise depends on
/// where its small pages happen to lie, and varies by a half from run to run.
static void adviseHugePages(void *data, size_t bytes) {
#ifdef MADV_HUGEPAGE
  constexpr size_t least = 4 << 20;
  uintptr_t page = sysconf(_SC_PAGE_SIZE);
  uintptr_t begin = llvm::alignTo(uintptr_t(data), page);
  if (bytes >= least) // an advice: no matter if it is not taken
    (void)madvise(reinterpret_cast<void *>(begin),
                  uintptr_t(data) + bytes - begin, MADV_HUGEPAGE);
#endif
}

std::optional<HostTensor> HostTensor::tryAllocate(DType dtype,
                                                  ArrayRef<int64_t> shape,
                                                  ArrayRef<int64_t> strides) {
  // In doubles, which do not overflow.
  double spanned = 1;
  for (auto [size, stride] : llvm::zip_equal(shape, strides))
    spanned += std::max(double(size) - 1, 0.0) * double(stride);
  // More than the machine has may be promised all the same, until it is used.
  double memory =
      double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGE_SIZE));
  if (spanned * getByteWidth(dtype) > memory)
    return std::nullopt;
  HostTensor tensor(dtype, shape, strides, nullptr, nullptr);
  // aligned_alloc wants a multiple of the alignment.
  size_t bytes =
      llvm::alignTo(std::max<int64_t>(tensor.getNumSpannedBytes(), 1), 64);
  tensor.data = std::aligned_alloc(64, bytes);
  if (!tensor.data)
    return std::nullopt;
  adviseHugePages(tensor.data, bytes);
  std::memset(tensor.data, 0, bytes);
  tensor.owner = std::shared_ptr<void>(tensor.data, std::free);
  return tensor;
}

static HostTensor allocate(DType dtype, ArrayRef<int64_t> shape,
                           ArrayRef<int64_t> strides) {
  if (std::optional<HostTensor> tensor =
          HostTensor::tryAllocate(dtype, shape, strides))
    return *tensor;
  llvm::report_bad_alloc_error("no memory for a tensor");
}

HostTensor::HostTensor(DType dtype, ArrayRef<int64_t> shape,
                       ArrayRef<int64_t> strides)
    : HostTensor(allocate(dtype, shape, strides)) {}

HostTensor::HostTensor(DType dtype, ArrayRef<int64_t> shape,
                       ArrayRef<int64_t> strides, void *data,
                       std::shared_ptr<void> owner)
    : dtype(dtype), shape(shape), strides(strides), data(data),
      owner(std::move(owner)), contiguous(isRowMajor(shape, strides)) {}

int64_t HostTensor::getNumElements() const {
  return ShapedType::getNumElements(shape);
}

int64_t HostTensor::getNumSpannedBytes() const {
  if (getNumElements() == 0)
    return 0;
  int64_t extent = 1;
  for (auto [size, stride] : llvm::zip_equal(shape, strides))
    extent += (size - 1) * stride;
  return extent * getByteWidth(dtype);
}

char *HostTensor::getAddress(int64_t position) const {
  if (contiguous)
    return static_cast<char *>(data) + position * getByteWidth(dtype);
  int64_t offset = 0;
  for (auto [size, stride] :
       llvm::zip_equal(llvm::reverse(shape), llvm::reverse(strides))) {
    offset += position % size * stride;
    position /= size;
  }
  return static_cast<char *>(data) + offset * getByteWidth(dtype);
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

template <typename T> static T load(const char *address) {
  T value;
  std::memcpy(&value, address, sizeof(T));
  return value;
}
template <typename T> static void store(char *address, T value) {
  std::memcpy(address, &value, sizeof(T));
}

template <typename Bits>
static double loadFloat(const char *address, DType dtype) {
  constexpr unsigned width = 8 * sizeof(Bits);
  APFloat value(getSemantics(dtype), APInt(width, load<Bits>(address)));
  return value.convertToDouble();
}

template <typename Bits>
static void storeFloat(char *address, DType dtype, double value) {
  APFloat rounded(value);
  bool losesInfo;
  rounded.convert(getSemantics(dtype), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  store<Bits>(address, rounded.bitcastToAPInt().getZExtValue());
}

/// Out-of-range doubles have no integer: NaN and infinities become 0.
static int64_t toInteger(double value) {
  return std::abs(value) < 0x1p63 ? int64_t(value) : 0;
}

double HostTensor::get(int64_t position) const {
  const char *address = getAddress(position);
  switch (dtype) {
  case DType::i1:
    return load<uint8_t>(address) & 1;
  case DType::i8:
    return load<int8_t>(address);
  case DType::i16:
    return load<int16_t>(address);
  case DType::i32:
    return load<int32_t>(address);
  case DType::i64:
    return load<int64_t>(address);
  case DType::f16:
    return loadFloat<uint16_t>(address, dtype);
  case DType::bf16:
    // The upper half of an f32.
    return llvm::bit_cast<float>(uint32_t(load<uint16_t>(address)) << 16);
  case DType::f32:
    return load<float>(address);
  case DType::f64:
    return load<double>(address);
  case DType::f8E4M3FN:
  case DType::f8E5M2:
    return loadFloat<uint8_t>(address, dtype);
  }
  llvm_unreachable("all dtypes are handled");
}

void HostTensor::set(int64_t position, double value) {
  char *address = getAddress(position);
  switch (dtype) {
  case DType::i1:
    return store<uint8_t>(address, value != 0);
  case DType::i8:
    return store<int8_t>(address, toInteger(value));
  case DType::i16:
    return store<int16_t>(address, toInteger(value));
  case DType::i32:
    return store<int32_t>(address, toInteger(value));
  case DType::i64:
    return store<int64_t>(address, toInteger(value));
  case DType::f16:
  case DType::bf16:
    return storeFloat<uint16_t>(address, dtype, value);
  case DType::f32:
    return store<float>(address, value);
  case DType::f64:
    return store<double>(address, value);
  case DType::f8E4M3FN:
  case DType::f8E5M2:
    return storeFloat<uint8_t>(address, dtype, value);
  }
}

HostTensor HostTensor::clone(std::optional<DType> to) const {
  HostTensor copy(to.value_or(dtype), shape);
  int64_t count = getNumElements();
  if (copy.dtype == dtype && isContiguous()) {
    std::memcpy(copy.data, data, getNumBytes());
    return copy;
  }
  unsigned width = getByteWidth(dtype);
  for (int64_t i = 0; i < count; ++i) {
    if (copy.dtype == dtype)
      std::memcpy(copy.getAddress(i), getAddress(i), width);
    else
      copy.set(i, get(i));
  }
  return copy;
}

//===----------------------------------------------------------------------===//
// Random values
//===----------------------------------------------------------------------===//

namespace {
/// splitmix64 and the Box-Muller transform: the standard library's
/// distributions differ between implementations.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t bits() {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// In (0, 1].
  double uniform() { return double((bits() >> 11) + 1) * 0x1p-53; }
  double normal() {
    if (spare)
      return *std::exchange(spare, std::nullopt);
    double radius = std::sqrt(-2 * std::log(uniform()));
    double angle = 2 * M_PI * uniform();
    spare = radius * std::sin(angle);
    return radius * std::cos(angle);
  }

private:
  uint64_t state;
  std::optional<double> spare;
};
} // namespace

void HostTensor::fillRandom(uint64_t seed) {
  Random random(seed);
  int64_t count = getNumElements();
  for (int64_t i = 0; i < count; ++i) {
    if (isFloat(dtype))
      set(i, random.normal());
    else
      set(i, double(random.bits() % (dtype == DType::i1 ? 2 : 8)));
  }
}
