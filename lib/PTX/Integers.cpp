//===- Integers.cpp - Arithmetic of integers and bits -----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace mlir::norm::ptx;

//===----------------------------------------------------------------------===//
// Functions of one lane; signed ones wrap as unsigned ones do
//===----------------------------------------------------------------------===//

template <typename T> using Unsigned = std::make_unsigned_t<T>;
template <typename T> struct Wider;
template <> struct Wider<uint16_t> { using Type = uint32_t; };
template <> struct Wider<int16_t> { using Type = int32_t; };
template <> struct Wider<uint32_t> { using Type = uint64_t; };
template <> struct Wider<int32_t> { using Type = int64_t; };
template <> struct Wider<uint64_t> { using Type = unsigned __int128; };
template <> struct Wider<int64_t> { using Type = __int128; };
template <typename T> using WiderOf = typename Wider<T>::Type;

template <typename T> static T add(T a, T b) {
  return T(Unsigned<T>(a) + Unsigned<T>(b));
}
template <typename T> static T sub(T a, T b) {
  return T(Unsigned<T>(a) - Unsigned<T>(b));
}
template <typename T> static WiderOf<T> mulWide(T a, T b) {
  return WiderOf<T>(a) * WiderOf<T>(b);
}
template <typename T> static T mulLow(T a, T b) {
  return T(uint64_t(a) * uint64_t(b));
}
template <typename T> static T mulHigh(T a, T b) {
  return T(mulWide(a, b) >> (8 * sizeof(T)));
}
template <typename T> static T madLow(T a, T b, T c) {
  return add(mulLow(a, b), c);
}
template <typename T> static WiderOf<T> madWide(T a, T b, WiderOf<T> c) {
  return add(mulWide(a, b), c);
}
/// What it gives for a zero divisor is not said; all ones is what GPUs give.
template <typename T> static T div(T a, T b) {
  if (b == 0)
    return T(~T(0));
  return std::is_signed_v<T> && b == T(-1) ? sub(T(0), a) : T(a / b);
}
template <typename T> static T rem(T a, T b) {
  if (b == 0)
    return a;
  return std::is_signed_v<T> && b == T(-1) ? T(0) : T(a % b);
}
template <typename T> static T min(T a, T b) { return b < a ? b : a; }
template <typename T> static T max(T a, T b) { return a < b ? b : a; }
template <typename T> static T neg(T a) { return sub(T(0), a); }
template <typename T> static T abs(T a) { return a < 0 ? neg(a) : a; }

template <typename T> static T bitAnd(T a, T b) { return a & b; }
template <typename T> static T bitOr(T a, T b) { return a | b; }
template <typename T> static T bitXor(T a, T b) { return T(a ^ b); }
template <typename T> static T bitNot(T a) {
  if constexpr (std::is_same_v<T, bool>)
    return !a;
  else
    return T(~a);
}
/// Shifts by the width and more give zero, or the sign.
template <typename T> static T shiftLeft(T a, uint32_t by) {
  return by >= bitsOf<T> ? 0 : T(a << by);
}
template <typename T> static T shiftRight(T a, uint32_t by) {
  if (by >= bitsOf<T>)
    return std::is_signed_v<T> && a < 0 ? T(-1) : T(0);
  return T(a >> by);
}
static uint32_t funnelLeft(uint32_t low, uint32_t high, uint32_t by) {
  return uint32_t(((uint64_t(high) << 32 | low) << (by & 31)) >> 32);
}
static uint32_t funnelRight(uint32_t low, uint32_t high, uint32_t by) {
  return uint32_t((uint64_t(high) << 32 | low) >> (by & 31));
}
template <typename T> static uint32_t countOnes(T a) { return popcount(a); }
template <typename T> static uint32_t countLeadingZeros(T a) {
  return countl_zero(a);
}
template <typename T> static T extract(T a, uint32_t from, uint32_t count) {
  from &= 0xff, count &= 0xff;
  if (count == 0)
    return 0;
  if (count + from < bitsOf<T>)
    a = T(Unsigned<T>(a) << (bitsOf<T> - from - count));
  return shiftRight(a, count + from < bitsOf<T> ? bitsOf<T> - count : from);
}
template <typename T>
static T insert(T a, T into, uint32_t from, uint32_t count) {
  from &= 0xff, count &= 0xff;
  T ones = count >= bitsOf<T> ? T(~T(0)) : T((T(1) << count) - 1);
  T mask = shiftLeft(ones, from);
  return (into & ~mask) | (shiftLeft(a, from) & mask);
}
static uint32_t permute(uint32_t a, uint32_t b, uint32_t selectors) {
  uint64_t bytes = uint64_t(b) << 32 | a;
  uint32_t result = 0;
  for (unsigned i = 0; i < 4; ++i) {
    uint32_t selector = selectors >> (4 * i);
    uint32_t byte = bytes >> (8 * (selector & 7)) & 0xff;
    if (selector & 8)
      byte = byte & 0x80 ? 0xff : 0;
    result |= byte << (8 * i);
  }
  return result;
}
static uint32_t lookUp(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
  uint32_t result = 0;
  for (unsigned i = 0; i < 8; ++i)
    if (table >> i & 1)
      result |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
  return result;
}

template <typename T> static bool eq(T a, T b) { return a == b; }
template <typename T> static bool ne(T a, T b) { return a != b; }
template <typename T> static bool lt(T a, T b) { return a < b; }
template <typename T> static bool le(T a, T b) { return a <= b; }
template <typename T> static bool gt(T a, T b) { return a > b; }
template <typename T> static bool ge(T a, T b) { return a >= b; }
template <typename T> static T select(T a, T b, bool condition) {
  return condition ? a : b;
}

//===----------------------------------------------------------------------===//
// Their names
//===----------------------------------------------------------------------===//

namespace {
class IntegerForms {
public:
  IntegerForms();
  StringMap<Form> forms;

private:
  template <auto function> void set(const Twine &name) {
    forms[name.str()] = Lanewise<function>::getForm();
  }
  template <typename T> void setArithmetic(StringRef type);
  template <typename T> void setBits(StringRef type);
};
} // namespace

template <typename T> void IntegerForms::setArithmetic(StringRef type) {
  set<add<T>>("add." + type);
  set<sub<T>>("sub." + type);
  set<mulLow<T>>("mul.lo." + type);
  set<mulHigh<T>>("mul.hi." + type);
  set<madLow<T>>("mad.lo." + type);
  if constexpr (sizeof(T) < 8) {
    set<mulWide<T>>("mul.wide." + type);
    set<madWide<T>>("mad.wide." + type);
  }
  set<div<T>>("div." + type);
  set<rem<T>>("rem." + type);
  set<min<T>>("min." + type);
  set<max<T>>("max." + type);
  set<shiftRight<T>>("shr." + type);
  if constexpr (std::is_signed_v<T>) {
    set<neg<T>>("neg." + type);
    set<abs<T>>("abs." + type);
  }
  if constexpr (sizeof(T) > 2)
    set<extract<T>>("bfe." + type);
  set<eq<T>>("setp.eq." + type);
  set<ne<T>>("setp.ne." + type);
  set<lt<T>>("setp.lt." + type);
  set<le<T>>("setp.le." + type);
  set<gt<T>>("setp.gt." + type);
  set<ge<T>>("setp.ge." + type);
  set<select<T>>("selp." + type);
}

template <typename T> void IntegerForms::setBits(StringRef type) {
  set<bitAnd<T>>("and." + type);
  set<bitOr<T>>("or." + type);
  set<bitXor<T>>("xor." + type);
  set<bitNot<T>>("not." + type);
  if constexpr (std::is_same_v<T, bool>)
    return;
  else {
    set<shiftLeft<T>>("shl." + type);
    set<shiftRight<T>>("shr." + type);
    set<eq<T>>("setp.eq." + type);
    set<ne<T>>("setp.ne." + type);
    set<select<T>>("selp." + type);
    if constexpr (sizeof(T) > 2) {
      set<countOnes<T>>("popc." + type);
      set<countLeadingZeros<T>>("clz." + type);
      set<insert<T>>("bfi." + type);
    }
  }
}

IntegerForms::IntegerForms() {
  setArithmetic<uint16_t>("u16");
  setArithmetic<int16_t>("s16");
  setArithmetic<uint32_t>("u32");
  setArithmetic<int32_t>("s32");
  setArithmetic<uint64_t>("u64");
  setArithmetic<int64_t>("s64");
  setBits<bool>("pred");
  setBits<uint16_t>("b16");
  setBits<uint32_t>("b32");
  setBits<uint64_t>("b64");
  set<select<uint32_t>>("selp.f32");
  set<select<uint64_t>>("selp.f64");
  set<select<uint16_t>>("selp.f16");
  set<llvm::reverseBits<uint32_t>>("brev.b32");
  set<permute>("prmt.b32");
  set<lookUp>("lop3.b32");
  set<funnelLeft>("shf.l.wrap.b32");
  set<funnelRight>("shf.r.wrap.b32");
}

const Form *mlir::norm::ptx::findIntegerForm(StringRef opcode) {
  static const IntegerForms forms;
  auto found = forms.forms.find(opcode);
  return found == forms.forms.end() ? nullptr : &found->second;
}
