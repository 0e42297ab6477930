//===- ptx-small-floats.cpp - Small floats beside llvm::APFloat --*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every value of every format is read, and many doubles are rounded.
//
//===----------------------------------------------------------------------===//

#include "../../lib/PTX/SmallFloat.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <random>

using namespace mlir::norm::ptx;
using llvm::APFloat;

static unsigned passed = 0, failed = 0;

static void expect(bool isRight, const char *format, const char *what,
                   uint64_t bits) {
  ++(isRight ? passed : failed);
  if (!isRight)
    llvm::outs() << "FAIL " << format << ": " << what << " of 0x"
                 << llvm::utohexstr(bits) << "\n";
}

template <typename T>
static void testRounding(const char *name, const llvm::fltSemantics &semantics,
                         double value) {
  APFloat exact(value);
  bool losesInfo;
  exact.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  T ours = T::round(value, false);
  uint64_t bits = exact.bitcastToAPInt().getZExtValue();
  bool isRight = std::isnan(ours.get()) ? exact.isNaN() : ours.bits == bits;
  expect(isRight, name, "rounding", llvm::bit_cast<uint64_t>(value));
}

template <typename T>
static void test(const char *name, const llvm::fltSemantics &semantics) {
  std::mt19937_64 random(1);
  unsigned width = sizeof(T) * 8;
  for (uint64_t bits = 0; bits < uint64_t(1) << width; ++bits) {
    T small{typename T::Bits(bits)};
    APFloat value(semantics, llvm::APInt(width, bits));
    bool losesInfo;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    double expected = value.convertToDouble(), got = small.get();
    expect(std::isnan(expected) ? std::isnan(got)
                                : llvm::bit_cast<uint64_t>(got) ==
                                      llvm::bit_cast<uint64_t>(expected),
           name, "value", bits);
    if (std::isnan(got) || std::isinf(got))
      continue;
    // The value itself, halfway to the next one, and just beside.
    double next = T{typename T::Bits(bits + 1)}.get();
    double half = std::isfinite(next) ? got / 2 + next / 2 : got * 1.0625;
    for (double near :
         {got, half, std::nextafter(half, 0.0), std::nextafter(half, 2 * half)})
      testRounding<T>(name, semantics, near);
  }
  for (unsigned i = 0; i < 200000; ++i)
    testRounding<T>(name, semantics, llvm::bit_cast<double>(random()));
}

int main() {
  test<F16>("f16", APFloat::IEEEhalf());
  test<BF16>("bf16", APFloat::BFloat());
  test<E4M3>("e4m3", APFloat::Float8E4M3FN());
  test<E5M2>("e5m2", APFloat::Float8E5M2());
  llvm::outs() << passed << " passed, " << failed << " failed\n";
  return failed != 0;
}
