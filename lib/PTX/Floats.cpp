//===- Floats.cpp - Arithmetic of floats ------------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"

using namespace llvm;
using namespace mlir::norm::ptx;

//===----------------------------------------------------------------------===//
// Functions of one lane
//===----------------------------------------------------------------------===//

// Of formats narrower than f32: exact in f64 where it is exact there, odd where
// it is not, then rounded once.
template <typename T> constexpr bool isSmall = !std::is_floating_point_v<T>;
template <typename T> static double widen(T value) {
  if constexpr (isSmall<T>)
    return value.get();
  else
    return value;
}

template <typename T> static T add(T a, T b) {
  if constexpr (isSmall<T>)
    return T::round(addToOdd(a.get(), b.get()));
  else
    return a + b;
}
template <typename T> static T sub(T a, T b) {
  if constexpr (isSmall<T>)
    return T::round(addToOdd(a.get(), -b.get()));
  else
    return a - b;
}
template <typename T> static T mul(T a, T b) {
  if constexpr (isSmall<T>)
    return T::round(a.get() * b.get());
  else
    return a * b;
}
template <typename T> static T div(T a, T b) { return a / b; }
template <typename T> static T fma(T a, T b, T c) {
  if constexpr (isSmall<T>)
    return T::round(addToOdd(a.get() * b.get(), c.get()));
  else if constexpr (std::is_same_v<T, float>)
    // The product is exact in f64.
    return float(addToOdd(double(a) * b, c));
  else
    return std::fma(a, b, c);
}
template <typename T> static T neg(T a) {
  if constexpr (isSmall<T>)
    return {typename T::Bits(a.bits ^ T::signBit)};
  else
    return -a;
}
template <typename T> static T abs(T a) {
  if constexpr (isSmall<T>)
    return {typename T::Bits(a.bits & ~T::signBit)};
  else
    return std::abs(a);
}
template <typename T> static bool isLess(T a, T b) {
  double x = widen(a), y = widen(b);
  return x < y || (x == y && std::signbit(x) && !std::signbit(y));
}
/// The other one, if one of them is NaN.
template <typename T> static T min(T a, T b) {
  return std::isnan(widen(a)) || isLess(b, a) ? b : a;
}
template <typename T> static T max(T a, T b) {
  return std::isnan(widen(a)) || isLess(a, b) ? b : a;
}
/// NaN, if one of them is.
template <typename T> static T minNaN(T a, T b) {
  return std::isnan(widen(a)) ? a : std::isnan(widen(b)) ? b : min(a, b);
}
template <typename T> static T maxNaN(T a, T b) {
  return std::isnan(widen(a)) ? a : std::isnan(widen(b)) ? b : max(a, b);
}
// Of a small float and an f32.
template <typename T> static float addMixed(T a, float b) {
  return float(a.get()) + b;
}
template <typename T> static float subMixed(T a, float b) {
  return float(a.get()) - b;
}
template <typename T> static float fmaMixed(T a, T b, float c) {
  return fma(float(a.get()), float(b.get()), c);
}
/// Of three.
template <float (*function)(float, float)>
static float ofThree(float a, float b, float c) {
  return function(function(a, b), c);
}
template <typename T> static T copySign(T sign, T a) {
  return std::copysign(a, sign);
}

// Approximations, rounded correctly: in f64 first where a function of float
// would not be.
template <typename T> static T rcp(T a) { return 1 / a; }
template <typename T> static T sqrt(T a) { return std::sqrt(a); }
template <typename T> static T rsqrt(T a) {
  return T(1 / std::sqrt(double(a)));
}
static float ex2(float a) { return float(std::exp2(double(a))); }
static float lg2(float a) { return float(std::log2(double(a))); }
static float sine(float a) { return float(std::sin(double(a))); }
static float cosine(float a) { return float(std::cos(double(a))); }
static float hyperbolicTangent(float a) { return float(std::tanh(double(a))); }

static float flush(float a) {
  return std::abs(a) < 0x1p-126f ? std::copysign(0.0f, a) : a;
}

/// A function of floats with subnormals flushed to zero.
template <auto function> struct Flushed;
template <typename... Floats, float (*function)(Floats...)>
struct Flushed<function> {
  static float call(Floats... values) {
    return flush(function(flush(values)...));
  }
};

/// A function of both halves.
template <auto function> struct Both;
template <typename T, typename... Same, T (*function)(Same...)>
struct Both<function> {
  static Two<T> call(Two<Same>... values) {
    return {function(values.low...), function(values.high...)};
  }
};

template <typename T, int predicate> static bool compare(T a, T b) {
  double x = widen(a), y = widen(b);
  bool isUnordered = std::isnan(x) || std::isnan(y);
  switch (predicate) {
  case 0:
    return x == y;
  case 1:
    return x < y || x > y;
  case 2:
    return x < y;
  case 3:
    return x <= y;
  case 4:
    return x > y;
  case 5:
    return x >= y;
  case 6:
    return isUnordered || x == y;
  case 7:
    return isUnordered || x != y;
  case 8:
    return isUnordered || x < y;
  case 9:
    return isUnordered || x <= y;
  case 10:
    return isUnordered || x > y;
  case 11:
    return isUnordered || x >= y;
  case 12:
    return !isUnordered;
  default:
    return isUnordered;
  }
}
static constexpr StringLiteral predicates[] = {
    "eq",  "ne",  "lt",  "le",  "gt",  "ge",  "equ",
    "neu", "ltu", "leu", "gtu", "geu", "num", "nan"};

//===----------------------------------------------------------------------===//
// Their names
//===----------------------------------------------------------------------===//

namespace {
class FloatForms {
public:
  FloatForms();
  StringMap<Form> forms;

private:
  template <auto function> void set(const Twine &name) {
    forms[name.str()] = Lanewise<function>::getForm();
  }
  /// With `.ftz` before the type too.
  template <auto function> void setFloat(const Twine &name) {
    set<function>(name + ".f32");
    set<Flushed<function>::call>(name + ".ftz.f32");
  }
  /// Arithmetic that rounds to nearest, said or not.
  template <auto f32, auto f64, auto f16, auto bf16>
  void setRounded(StringRef name, bool isImplicit);
  template <auto f32, auto f64, auto f16, auto bf16>
  void setExact(StringRef name);
  template <typename T> void setMixed(StringRef type);
  template <typename T, int predicate> void setCompare(StringRef type);
};
} // namespace

template <auto f32, auto f64, auto f16, auto bf16>
void FloatForms::setRounded(StringRef name, bool isImplicit) {
  for (StringRef rounding : {".rn", ""}) {
    if (rounding.empty() && !isImplicit)
      continue;
    std::string full = (name + rounding).str();
    setFloat<f32>(full);
    set<f64>(full + ".f64");
    set<Both<f32>::call>(full + ".f32x2");
    set<Both<Flushed<f32>::call>::call>(full + ".ftz.f32x2");
    set<f16>(full + ".f16");
    set<bf16>(full + ".bf16");
    set<Both<f16>::call>(full + ".f16x2");
    set<Both<bf16>::call>(full + ".bf16x2");
  }
}

template <auto f32, auto f64, auto f16, auto bf16>
void FloatForms::setExact(StringRef name) {
  setFloat<f32>(name);
  set<f64>(name + ".f64");
  set<f16>(name + ".f16");
  set<bf16>(name + ".bf16");
  set<Both<f16>::call>(name + ".f16x2");
  set<Both<bf16>::call>(name + ".bf16x2");
}

template <typename T> void FloatForms::setMixed(StringRef type) {
  set<addMixed<T>>("add.rn.f32." + type);
  set<subMixed<T>>("sub.rn.f32." + type);
  set<fmaMixed<T>>("fma.rn.f32." + type);
}

template <typename T, int predicate>
void FloatForms::setCompare(StringRef type) {
  set<compare<T, predicate>>("setp." + predicates[predicate] + "." + type);
  if constexpr (predicate + 1 < std::size(predicates))
    setCompare<T, predicate + 1>(type);
}

FloatForms::FloatForms() {
  setRounded<add<float>, add<double>, add<F16>, add<BF16>>("add", true);
  setRounded<sub<float>, sub<double>, sub<F16>, sub<BF16>>("sub", true);
  setRounded<mul<float>, mul<double>, mul<F16>, mul<BF16>>("mul", true);
  setRounded<fma<float>, fma<double>, fma<F16>, fma<BF16>>("fma", false);
  setExact<neg<float>, neg<double>, neg<F16>, neg<BF16>>("neg");
  setExact<abs<float>, abs<double>, abs<F16>, abs<BF16>>("abs");
  setExact<min<float>, min<double>, min<F16>, min<BF16>>("min");
  setExact<max<float>, max<double>, max<F16>, max<BF16>>("max");
  setExact<minNaN<float>, minNaN<double>, minNaN<F16>, minNaN<BF16>>("min.NaN");
  setExact<maxNaN<float>, maxNaN<double>, maxNaN<F16>, maxNaN<BF16>>("max.NaN");
  setMixed<F16>("f16");
  setMixed<BF16>("bf16");
  setCompare<float, 0>("f32");
  setCompare<double, 0>("f64");
  setCompare<F16, 0>("f16");
  setCompare<BF16, 0>("bf16");
  set<copySign<float>>("copysign.f32");
  set<copySign<double>>("copysign.f64");
  setFloat<ofThree<min<float>>>("3 min");
  setFloat<ofThree<max<float>>>("3 max");
  setFloat<ofThree<minNaN<float>>>("3 min.NaN");
  setFloat<ofThree<maxNaN<float>>>("3 max.NaN");

  for (StringRef name : {"div.rn", "div.full", "div.approx"})
    setFloat<div<float>>(name);
  for (StringRef name : {"rcp.rn", "rcp.approx"})
    setFloat<rcp<float>>(name);
  for (StringRef name : {"sqrt.rn", "sqrt.approx"})
    setFloat<sqrt<float>>(name);
  setFloat<rsqrt<float>>("rsqrt.approx");
  setFloat<ex2>("ex2.approx");
  setFloat<lg2>("lg2.approx");
  setFloat<sine>("sin.approx");
  setFloat<cosine>("cos.approx");
  set<hyperbolicTangent>("tanh.approx.f32");
  set<div<double>>("div.rn.f64");
  set<rcp<double>>("rcp.rn.f64");
  set<rcp<double>>("rcp.approx.ftz.f64");
  set<sqrt<double>>("sqrt.rn.f64");
  set<rsqrt<double>>("rsqrt.approx.f64");
  set<rsqrt<double>>("rsqrt.approx.ftz.f64");
}

const Form *mlir::norm::ptx::findFloatForm(const Statement &statement) {
  static const FloatForms forms;
  std::string name = statement.opcode.str();
  // A result and three sources: also the name of a function of two.
  if (statement.operands.size() == 4 && (statement.opcode.starts_with("min.") ||
                                         statement.opcode.starts_with("max.")))
    name = "3 " + name;
  auto found = forms.forms.find(name);
  return found == forms.forms.end() ? nullptr : &found->second;
}
