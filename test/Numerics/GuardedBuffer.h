//===- GuardedBuffer.h - Memory that shows what was written -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_NUMERICS_GUARDEDBUFFER_H
#define NORM_TEST_NUMERICS_GUARDEDBUFFER_H

#include "Norm/Run/HostTensor.h"

namespace mlir::norm::numerics {

/// A strided array between guard bytes. Guards, gaps and elements start as NaN,
/// so that what is read from where nothing was put does not stay unseen.
class GuardedBuffer {
public:
  /// `misalignment` is in elements, past a 64-byte boundary.
  GuardedBuffer(DType dtype, ArrayRef<int64_t> shape, ArrayRef<int64_t> strides,
                int64_t misalignment);

  HostTensor &get() { return view; }
  const HostTensor &get() const { return view; }

  /// From here on writes are looked for.
  void watch();
  /// True if nothing was written but, if `elements`, the elements.
  bool isUntouched(bool butElements) const;
  /// The elements' bytes, in row-major order.
  std::vector<char> getBytes() const;

private:
  /// The address of each element within `memory`.
  template <typename Visit> void visitElements(Visit visit) const;

  std::shared_ptr<std::vector<char>> memory;
  std::vector<char> before;
  HostTensor view;
};

} // namespace mlir::norm::numerics

#endif // NORM_TEST_NUMERICS_GUARDEDBUFFER_H
