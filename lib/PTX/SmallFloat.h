//===- SmallFloat.h - The float formats C++ has not -------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_PTX_SMALLFLOAT_H
#define NORM_LIB_PTX_SMALLFLOAT_H

#include "llvm/ADT/bit.h"
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace mlir::norm::ptx {

/// A float of 8 or 16 bits. Without infinities, all ones are the NaN and the
/// largest exponent is as good as any other. llvm::APFloat does the same for
/// every format, and at a fiftieth of the speed.
template <unsigned exponentBits, unsigned mantissaBits, bool hasInfinity>
struct SmallFloat {
  using Bits =
      std::conditional_t<exponentBits + mantissaBits == 15, uint16_t, uint8_t>;
  Bits bits;

  static constexpr int bias = (1 << (exponentBits - 1)) - 1;
  static constexpr uint64_t exponentMask = (1 << exponentBits) - 1;
  static constexpr uint64_t signBit = 1 << (exponentBits + mantissaBits);
  static constexpr uint64_t nan = signBit - 1;
  static constexpr uint64_t infinity = exponentMask << mantissaBits;
  static constexpr uint64_t maxFinite = hasInfinity ? infinity - 1 : nan - 1;

  double get() const {
    uint64_t exponent = bits >> mantissaBits & exponentMask;
    uint64_t mantissa = bits & ((1 << mantissaBits) - 1);
    double value;
    if (exponent == 0)
      value = double(mantissa) *
              llvm::bit_cast<double>(
                  uint64_t(1023 + 1 - bias - int(mantissaBits)) << 52);
    else if (hasInfinity ? exponent == exponentMask : (bits & nan) == nan)
      value = llvm::bit_cast<double>(uint64_t(2047) << 52 |
                                     (hasInfinity ? mantissa : 1)
                                         << (52 - mantissaBits));
    else
      value = llvm::bit_cast<double>(uint64_t(exponent - bias + 1023) << 52 |
                                     mantissa << (52 - mantissaBits));
    return bits & signBit ? -value : value;
  }

  /// To nearest, ties to even. `saturate`: to the largest finite number where
  /// it would be infinite, infinities too.
  static SmallFloat round(double value, bool saturate = !hasInfinity) {
    uint64_t source = llvm::bit_cast<uint64_t>(value);
    uint64_t sign = source >> 63 ? signBit : 0;
    source &= ~uint64_t(0) >> 1;
    if (std::isnan(value))
      return {Bits(nan)};
    int exponent = int(source >> 52) - 1023;
    uint64_t rounded = 0;
    if (exponent >= 1 - bias) {
      constexpr unsigned shift = 52 - mantissaBits;
      uint64_t even = source >> shift & 1;
      rounded = ((source + (uint64_t(1) << (shift - 1)) - 1 + even) >> shift) -
                (uint64_t(1023 - bias) << mantissaBits);
    } else if (exponent >= -bias - int(mantissaBits)) {
      unsigned shift = 52 - mantissaBits + (1 - bias - exponent);
      uint64_t mantissa =
          (source & ((uint64_t(1) << 52) - 1)) | (uint64_t(1) << 52);
      uint64_t even = mantissa >> shift & 1;
      rounded = (mantissa + (uint64_t(1) << (shift - 1)) - 1 + even) >> shift;
    }
    if (exponent > bias + 1 || rounded > maxFinite)
      rounded = saturate ? maxFinite : hasInfinity ? infinity : nan;
    return {Bits(sign | rounded)};
  }
};

using F16 = SmallFloat<5, 10, true>;
using BF16 = SmallFloat<8, 7, true>;
using E4M3 = SmallFloat<4, 3, false>;
using E5M2 = SmallFloat<5, 2, true>;

/// Two in one register, as in .bf16x2 and .f32x2.
template <typename T> struct Two { T low, high; };

/// a + b, where it is not exact with the last bit set: rounding that to fewer
/// bits is rounding the exact sum.
inline double addToOdd(double a, double b) {
  double sum = a + b;
  double partOfB = sum - a;
  double error = (a - (sum - partOfB)) + (b - partOfB);
  uint64_t bits = llvm::bit_cast<uint64_t>(sum);
  if (error == 0 || std::isnan(error) || std::isinf(sum) || (bits & 1))
    return sum;
  // Towards the exact sum, which is on the side that the error says.
  bool isAway = (error > 0) == (sum > 0);
  return llvm::bit_cast<double>(isAway ? bits + 1 : bits - 1);
}

} // namespace mlir::norm::ptx

#endif // NORM_LIB_PTX_SMALLFLOAT_H
