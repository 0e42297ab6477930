//===- DeviceMemory.cpp - Bounds and first writes of global memory --*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/PTX/DeviceMemory.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace llvm;
using namespace mlir::norm::ptx;

void DeviceMemory::add(void *data, size_t bytes, StringRef name,
                       bool isInitialized) {
  Buffer buffer;
  buffer.name = name.str();
  buffer.begin = reinterpret_cast<uintptr_t>(data);
  buffer.bytes = bytes;
  buffer.flags.assign(bytes, isInitialized ? written : 0);
  buffer.loads.assign(bytes, 0);
  buffer.stores.assign(bytes, 0);
  buffers[buffer.begin] = std::move(buffer);
  last = nullptr;
}

void DeviceMemory::remove(void *data) {
  buffers.erase(reinterpret_cast<uintptr_t>(data));
  last = nullptr;
}

void DeviceMemory::markWritten(void *data, size_t bytes) {
  auto address = reinterpret_cast<uintptr_t>(data);
  if (Buffer *buffer = find(address, bytes))
    std::fill_n(buffer->flags.begin() + (address - buffer->begin), bytes,
                written);
}

void DeviceMemory::beginLaunch() {
  for (auto &[begin, buffer] : buffers)
    for (uint8_t &flags : buffer.flags)
      flags &= written;
}

DeviceMemory::Buffer *DeviceMemory::find(uint64_t address, unsigned bytes) {
  auto holds = [&](const Buffer &buffer) {
    return address >= buffer.begin && bytes <= buffer.bytes &&
           address - buffer.begin <= buffer.bytes - bytes;
  };
  if (last && holds(*last))
    return last;
  auto after = buffers.upper_bound(address);
  if (after == buffers.begin() || !holds(std::prev(after)->second))
    return nullptr;
  return last = &std::prev(after)->second;
}

std::string DeviceMemory::explain(uint64_t address) const {
  std::string text = formatv("out of bounds: address {0:x}", address);
  auto after = buffers.upper_bound(address);
  if (after != buffers.begin()) {
    const Buffer &buffer = std::prev(after)->second;
    text += formatv(", {0} bytes past the begin of {1}, which has {2}",
                    address - buffer.begin, buffer.name, buffer.bytes);
  }
  if (after != buffers.end())
    text += formatv(", {0} bytes before {1}", after->first - address,
                    after->second.name);
  return text;
}

static void count(std::vector<uint8_t> &counts, size_t offset, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    counts[offset + i] += counts[offset + i] != 255;
}

std::optional<std::string> DeviceMemory::load(uint64_t address, unsigned bytes,
                                              bool isReadOnly, void *into,
                                              uint32_t &unwritten) {
  Buffer *buffer = find(address, bytes);
  if (!buffer)
    return explain(address);
  size_t offset = address - buffer->begin;
  uint8_t any = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    uint8_t &flags = buffer->flags[offset + i];
    unwritten |= uint32_t(!(flags & written)) << i;
    any |= flags;
    flags |= isReadOnly ? readOnlyNow : 0;
  }
  if (isReadOnly && (any & storedNow))
    return formatv("byte {0} of {1} is loaded as read-only, but this kernel "
                   "wrote it",
                   offset, buffer->name);
  count(buffer->loads, offset, bytes);
  std::memcpy(into, reinterpret_cast<const void *>(address), bytes);
  return std::nullopt;
}

std::optional<std::string> DeviceMemory::store(uint64_t address, unsigned bytes,
                                               const void *from) {
  Buffer *buffer = find(address, bytes);
  if (!buffer)
    return explain(address);
  size_t offset = address - buffer->begin;
  uint8_t any = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    any |= buffer->flags[offset + i];
    buffer->flags[offset + i] |= written | storedNow;
  }
  if (any & readOnlyNow)
    return formatv("byte {0} of {1} is written, but this kernel loaded it as "
                   "read-only",
                   offset, buffer->name);
  count(buffer->stores, offset, bytes);
  std::memcpy(reinterpret_cast<void *>(address), from, bytes);
  return std::nullopt;
}
