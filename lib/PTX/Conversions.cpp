//===- Conversions.cpp - From one type to another ---------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "llvm/ADT/StringMap.h"
#include <limits>

using namespace llvm;
using namespace mlir::norm::ptx;

//===----------------------------------------------------------------------===//
// Values in registers that may be wider than they are
//===----------------------------------------------------------------------===//

template <typename T, typename Reg>
static Lanes<T> truncateLanes(Warp &warp, Slot slot) {
  Lanes<Reg> wide = readLanes<Reg>(warp, slot);
  Lanes<T> result;
  for (unsigned lane = 0; lane < 32; ++lane)
    result[lane] = T(wide[lane]);
  return result;
}
template <typename T> static Lanes<T> readAs(Warp &warp, Slot slot) {
  if constexpr (std::is_integral_v<T>) {
    if (slot.bits == 16)
      return truncateLanes<T, uint16_t>(warp, slot);
    if (slot.bits == 32)
      return truncateLanes<T, uint32_t>(warp, slot);
    return truncateLanes<T, uint64_t>(warp, slot);
  } else {
    return readLanes<T>(warp, slot);
  }
}

/// Integers are extended as their sign says.
template <typename Reg, typename T>
static void extendLanes(Warp &warp, Slot slot, const Lanes<T> &values,
                        uint32_t lanes) {
  Lanes<Reg> wide;
  for (unsigned lane = 0; lane < 32; ++lane)
    wide[lane] = Reg(values[lane]);
  writeLanes(warp, slot, wide, lanes);
}
template <typename T>
static void writeAs(Warp &warp, Slot slot, const Lanes<T> &values,
                    uint32_t lanes) {
  if constexpr (std::is_integral_v<T>) {
    if (slot.bits == 16)
      return extendLanes<uint16_t>(warp, slot, values, lanes);
    if (slot.bits == 32)
      return extendLanes<uint32_t>(warp, slot, values, lanes);
    return extendLanes<uint64_t>(warp, slot, values, lanes);
  } else {
    writeLanes(warp, slot, values, lanes);
  }
}

template <auto function> struct Conversion;
template <typename To, typename From, To (*function)(From)>
struct Conversion<function> {
  static void execute(Warp &warp, const Instruction &instruction,
                      uint32_t lanes) {
    Lanes<From> source = readAs<From>(warp, instruction.sources.front());
    Lanes<To> result;
    for (unsigned lane = 0; lane < 32; ++lane)
      result[lane] = function(source[lane]);
    writeAs(warp, instruction.results.front(), result, lanes);
  }
  /// Of integers any register will do that is wide enough.
  static Form getForm() {
    return {execute,
            {std::is_integral_v<To> ? 0 : bitsOf<To>},
            {std::is_integral_v<From> ? 0 : bitsOf<From>}};
  }
};

//===----------------------------------------------------------------------===//
// Functions of one lane
//===----------------------------------------------------------------------===//

template <typename To, typename From> static To toFloat(From value) {
  if constexpr (std::is_floating_point_v<To> && std::is_arithmetic_v<From>)
    return To(value);
  else if constexpr (std::is_floating_point_v<To>)
    return To(value.get());
  else if constexpr (std::is_arithmetic_v<From>)
    return To::round(double(value));
  else
    return To::round(value.get());
}
template <typename To, typename From> static To toFloatFlushed(From value) {
  double wide = toFloat<double>(value);
  return toFloat<To>(std::abs(wide) < 0x1p-126 ? std::copysign(0.0, wide)
                                               : wide);
}
template <typename T> static T toFinite(float value) {
  return T::round(value, true);
}

template <typename To, typename From> static To wrap(From value) {
  return To(value);
}
/// To the nearest value that there is.
template <typename To, typename From> static To saturate(From value) {
  using Limits = std::numeric_limits<To>;
  if (std::is_signed_v<From> && value < 0)
    return std::is_signed_v<To> ? To(std::max<__int128>(value, Limits::min()))
                                : To(0);
  return To(std::min<unsigned __int128>(value, Limits::max()));
}

enum Rounding { nearestEven, zero, down, up };
template <Rounding rounding> static double roundDouble(double value) {
  return rounding == nearestEven ? std::nearbyint(value)
         : rounding == zero      ? std::trunc(value)
         : rounding == down      ? std::floor(value)
                                 : std::ceil(value);
}
template <typename T, Rounding rounding> static T roundToIntegral(T value) {
  return toFloat<T>(roundDouble<rounding>(toFloat<double>(value)));
}
template <typename To, typename From, Rounding rounding>
static To toInteger(From value) {
  using Limits = std::numeric_limits<To>;
  double rounded = roundDouble<rounding>(toFloat<double>(value));
  if (std::isnan(rounded))
    return 0;
  if (rounded < double(Limits::min()))
    return Limits::min();
  // The limit itself may not be a double.
  return rounded >= double(Limits::max()) ? Limits::max() : To(rounded);
}

/// The first source is the high half.
template <typename T> static Two<T> pack(float high, float low) {
  return {toFloat<T>(low), toFloat<T>(high)};
}
template <typename T> static Two<T> packFinite(float high, float low) {
  return {toFinite<T>(low), toFinite<T>(high)};
}
template <typename T> static Two<F16> unpack(Two<T> both) {
  return {toFloat<F16>(both.low), toFloat<F16>(both.high)};
}
template <typename T> static Two<T> narrow(Two<F16> both) {
  return {T::round(both.low.get(), true), T::round(both.high.get(), true)};
}
/// Two bytes below those of c.
template <typename T>
static uint32_t packBytes(int32_t high, int32_t low, uint32_t c) {
  return c << 16 | uint32_t(uint8_t(saturate<T>(high))) << 8 |
         uint8_t(saturate<T>(low));
}

//===----------------------------------------------------------------------===//
// Their names
//===----------------------------------------------------------------------===//

namespace {
class ConversionForms {
public:
  ConversionForms();
  StringMap<Form> forms;

private:
  template <auto function> void set(const Twine &name) {
    forms["cvt." + name.str()] = Conversion<function>::getForm();
  }
  template <auto function> void setPacked(const Twine &name) {
    forms["cvt." + name.str()] = Lanewise<function>::getForm();
  }
  template <typename From> void setFromInteger(StringRef from);
  template <typename To, typename From>
  void setInteger(StringRef to, StringRef from);
  template <typename Float> void setToInteger(StringRef from);
  template <typename Float, Rounding rounding>
  void setToInteger(StringRef from, StringRef modifier);
};
} // namespace

template <typename To, typename From>
void ConversionForms::setInteger(StringRef to, StringRef from) {
  set<wrap<To, From>>(to + "." + from);
  set<saturate<To, From>>("sat." + to + "." + from);
}

template <typename From> void ConversionForms::setFromInteger(StringRef from) {
  setInteger<uint8_t, From>("u8", from);
  setInteger<int8_t, From>("s8", from);
  setInteger<uint16_t, From>("u16", from);
  setInteger<int16_t, From>("s16", from);
  setInteger<uint32_t, From>("u32", from);
  setInteger<int32_t, From>("s32", from);
  setInteger<uint64_t, From>("u64", from);
  setInteger<int64_t, From>("s64", from);
  set<toFloat<float, From>>("rn.f32." + from);
  set<toFloat<double, From>>("rn.f64." + from);
  if constexpr (sizeof(From) < 8) {
    set<toFloat<F16, From>>("rn.f16." + from);
    set<toFloat<BF16, From>>("rn.bf16." + from);
  }
}

template <typename Float, Rounding rounding>
void ConversionForms::setToInteger(StringRef from, StringRef modifier) {
  for (StringRef sat : {"", ".sat"}) {
    std::string prefix = (modifier + sat).str();
    set<toInteger<uint8_t, Float, rounding>>(prefix + ".u8." + from);
    set<toInteger<int8_t, Float, rounding>>(prefix + ".s8." + from);
    set<toInteger<uint16_t, Float, rounding>>(prefix + ".u16." + from);
    set<toInteger<int16_t, Float, rounding>>(prefix + ".s16." + from);
    set<toInteger<uint32_t, Float, rounding>>(prefix + ".u32." + from);
    set<toInteger<int32_t, Float, rounding>>(prefix + ".s32." + from);
    set<toInteger<uint64_t, Float, rounding>>(prefix + ".u64." + from);
    set<toInteger<int64_t, Float, rounding>>(prefix + ".s64." + from);
  }
  set<roundToIntegral<Float, rounding>>(modifier + "." + from + "." + from);
}

template <typename Float> void ConversionForms::setToInteger(StringRef from) {
  setToInteger<Float, nearestEven>(from, "rni");
  setToInteger<Float, zero>(from, "rzi");
  setToInteger<Float, down>(from, "rmi");
  setToInteger<Float, up>(from, "rpi");
}

ConversionForms::ConversionForms() {
  setFromInteger<uint8_t>("u8");
  setFromInteger<int8_t>("s8");
  setFromInteger<uint16_t>("u16");
  setFromInteger<int16_t>("s16");
  setFromInteger<uint32_t>("u32");
  setFromInteger<int32_t>("s32");
  setFromInteger<uint64_t>("u64");
  setFromInteger<int64_t>("s64");
  setToInteger<float>("f32");
  setToInteger<double>("f64");
  setToInteger<F16>("f16");
  setToInteger<BF16>("bf16");

  set<toFloat<float, F16>>("f32.f16");
  set<toFloat<float, BF16>>("f32.bf16");
  set<toFloatFlushed<float, F16>>("ftz.f32.f16");
  set<toFloatFlushed<float, BF16>>("ftz.f32.bf16");
  set<toFloat<double, float>>("f64.f32");
  set<toFloatFlushed<double, float>>("ftz.f64.f32");
  set<toFloat<double, F16>>("f64.f16");
  set<toFloat<double, BF16>>("f64.bf16");
  set<toFloat<F16, float>>("rn.f16.f32");
  set<toFloat<BF16, float>>("rn.bf16.f32");
  set<toFloatFlushed<F16, float>>("rn.ftz.f16.f32");
  set<toFloatFlushed<BF16, float>>("rn.ftz.bf16.f32");
  set<toFloat<float, double>>("rn.f32.f64");
  set<toFloat<F16, double>>("rn.f16.f64");
  set<toFloat<BF16, double>>("rn.bf16.f64");

  setPacked<pack<F16>>("rn.f16x2.f32");
  setPacked<pack<BF16>>("rn.bf16x2.f32");
  setPacked<packFinite<E4M3>>("rn.satfinite.e4m3x2.f32");
  setPacked<packFinite<E5M2>>("rn.satfinite.e5m2x2.f32");
  setPacked<narrow<E4M3>>("rn.satfinite.e4m3x2.f16x2");
  setPacked<narrow<E5M2>>("rn.satfinite.e5m2x2.f16x2");
  setPacked<unpack<E4M3>>("rn.f16x2.e4m3x2");
  setPacked<unpack<E5M2>>("rn.f16x2.e5m2x2");
  setPacked<packBytes<int8_t>>("pack.sat.s8.s32.b32");
  setPacked<packBytes<uint8_t>>("pack.sat.u8.s32.b32");
}

const Form *mlir::norm::ptx::findConversionForm(StringRef opcode) {
  static const ConversionForms forms;
  auto found = forms.forms.find(opcode);
  return found == forms.forms.end() ? nullptr : &found->second;
}
