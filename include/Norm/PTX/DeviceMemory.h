//===- DeviceMemory.h - What kernels may access -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PTX_DEVICEMEMORY_H
#define NORM_PTX_DEVICEMEMORY_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mlir::norm::ptx {

/// Global memory: host memory, at the same addresses, that was registered. All
/// else is out of bounds. Of every byte it is known whether it was written, and
/// how often kernels loaded and stored it.
class DeviceMemory {
public:
  struct Buffer {
    std::string name;
    uintptr_t begin = 0;
    size_t bytes = 0;
    /// Of each byte, Flag.
    std::vector<uint8_t> flags;
    /// Of each byte, by all kernels so far; 255 is 255 or more.
    std::vector<uint8_t> loads, stores;
  };

  /// Overlapping buffers are one in the end: the last one wins.
  void add(void *data, size_t bytes, llvm::StringRef name, bool isInitialized);
  void remove(void *data);
  /// The host wrote there.
  void markWritten(void *data, size_t bytes);
  const std::map<uintptr_t, Buffer> &getBuffers() const { return buffers; }

  /// What the bytes of one launch were used for is forgotten.
  void beginLaunch();
  /// What is wrong with the access, if anything is. `isReadOnly`: through
  /// ld.global.nc, whose bytes may not be written as long as the kernel runs.
  /// Bytes that nothing was written to are in `unwritten`, as bits: LLVM loads
  /// some beside those that it needs.
  std::optional<std::string> load(uint64_t address, unsigned bytes,
                                  bool isReadOnly, void *into,
                                  uint32_t &unwritten);
  std::optional<std::string> store(uint64_t address, unsigned bytes,
                                   const void *from);

private:
  enum Flag : uint8_t { written = 1, storedNow = 2, readOnlyNow = 4 };

  Buffer *find(uint64_t address, unsigned bytes);
  std::string explain(uint64_t address) const;

  std::map<uintptr_t, Buffer> buffers;
  Buffer *last = nullptr;
};

} // namespace mlir::norm::ptx

#endif // NORM_PTX_DEVICEMEMORY_H
