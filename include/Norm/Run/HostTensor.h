//===- HostTensor.h - Data at the call boundary -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RUN_HOSTTENSOR_H
#define NORM_RUN_HOSTTENSOR_H

#include "Norm/Run/DType.h"
#include <memory>

namespace mlir::norm {

/// A strided array. Copies share the data, as views do; clone() does not.
class HostTensor {
public:
  /// Contiguous, 64-byte aligned and zeroed.
  HostTensor(DType dtype, ArrayRef<int64_t> shape);
  /// Zeroed; the strides are in elements and not negative.
  HostTensor(DType dtype, ArrayRef<int64_t> shape, ArrayRef<int64_t> strides);
  /// The same; null where there is no memory for it, which is fatal above.
  static std::optional<HostTensor>
  tryAllocate(DType dtype, ArrayRef<int64_t> shape, ArrayRef<int64_t> strides);
  /// Someone else's memory; `owner` keeps it alive.
  HostTensor(DType dtype, ArrayRef<int64_t> shape, ArrayRef<int64_t> strides,
             void *data, std::shared_ptr<void> owner);

  DType getDType() const { return dtype; }
  ArrayRef<int64_t> getShape() const { return shape; }
  /// In elements.
  ArrayRef<int64_t> getStrides() const { return strides; }
  int64_t getRank() const { return shape.size(); }
  int64_t getNumElements() const;
  int64_t getNumBytes() const { return getNumElements() * getByteWidth(dtype); }
  /// From the first element to the last, gaps included.
  int64_t getNumSpannedBytes() const;
  void *getData() const { return data; }
  /// Row-major and without gaps.
  bool isContiguous() const { return contiguous; }

  /// The element number `position` in row-major order, as f64. Integers of more
  /// than 53 bits are rounded.
  double get(int64_t position) const;
  /// Rounds to the dtype, to nearest, ties to even; integers wrap.
  void set(int64_t position, double value);

  /// A contiguous copy of its own, in another dtype if given.
  HostTensor clone(std::optional<DType> to = std::nullopt) const;

  /// Floats: N(0, 1). Integers: uniform in [0, 8), i1 in [0, 2). The same seed
  /// gives the same values on every machine.
  void fillRandom(uint64_t seed);

private:
  char *getAddress(int64_t position) const;

  DType dtype;
  SmallVector<int64_t> shape, strides;
  void *data = nullptr;
  std::shared_ptr<void> owner;
  bool contiguous = true;
};

/// Row-major and without gaps.
SmallVector<int64_t> getContiguousStrides(ArrayRef<int64_t> shape);

} // namespace mlir::norm

#endif // NORM_RUN_HOSTTENSOR_H
