//===- Lanes.h - C++ functions as instructions ------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_PTX_LANES_H
#define NORM_LIB_PTX_LANES_H

#include "Machine.h"
#include "SmallFloat.h"
#include <cstring>
#include <tuple>

namespace mlir::norm::ptx {

/// The 32 values of a warp. Whole warps are computed at once, which compilers
/// vectorize; what inactive lanes hold is dropped.
template <typename T> struct Lanes {
  T values[32];
  T &operator[](unsigned lane) { return values[lane]; }
  const T &operator[](unsigned lane) const { return values[lane]; }
};

template <typename T> constexpr unsigned bitsOf = sizeof(T) * 8;
template <> inline constexpr unsigned bitsOf<bool> = 1;

template <typename T> Lanes<T> readLanes(Warp &warp, Slot slot) {
  Lanes<T> result;
  if constexpr (std::is_same_v<T, bool>) {
    uint32_t mask = warp.getMask(slot);
    for (unsigned lane = 0; lane < 32; ++lane)
      result[lane] = mask >> lane & 1;
  } else {
    std::memcpy(result.values, warp.getLanes(slot), sizeof(result.values));
  }
  return result;
}

template <typename T>
void writeLanes(Warp &warp, Slot slot, const Lanes<T> &values, uint32_t lanes) {
  if constexpr (std::is_same_v<T, bool>) {
    uint32_t mask = 0;
    for (unsigned lane = 0; lane < 32; ++lane)
      mask |= uint32_t(values[lane]) << lane;
    uint32_t &old = warp.getMask(slot);
    old = (old & ~lanes) | (mask & lanes);
  } else if (lanes == ~0u) {
    std::memcpy(warp.getLanes(slot), values.values, sizeof(values.values));
  } else {
    for (unsigned lane = 0; lane < 32; ++lane)
      if (lanes >> lane & 1)
        std::memcpy(warp.getLanes(slot) + lane * sizeof(T), &values[lane],
                    sizeof(T));
  }
}

/// A function of one lane's values as the code of an instruction.
template <auto function> struct Lanewise;
template <typename Result, typename... Arguments,
          Result (*function)(Arguments...)>
struct Lanewise<function> {
  template <size_t... i>
  static void executeOn(Warp &warp, const Instruction &instruction,
                        uint32_t lanes, std::index_sequence<i...>) {
    std::tuple<Lanes<Arguments>...> sources{
        readLanes<Arguments>(warp, instruction.sources[i])...};
    Lanes<Result> result;
    for (unsigned lane = 0; lane < 32; ++lane)
      result[lane] = function(std::get<i>(sources)[lane]...);
    writeLanes(warp, instruction.results.front(), result, lanes);
  }
  static void execute(Warp &warp, const Instruction &instruction,
                      uint32_t lanes) {
    executeOn(warp, instruction, lanes,
              std::make_index_sequence<sizeof...(Arguments)>());
  }
  static Form getForm() {
    return {execute, {bitsOf<Result>}, {bitsOf<Arguments>...}};
  }
};

} // namespace mlir::norm::ptx

#endif // NORM_LIB_PTX_LANES_H
