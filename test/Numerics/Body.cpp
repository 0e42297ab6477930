//===- Body.cpp - The body of a norm.generic, as text -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Case.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

namespace {
class BodyWriter {
public:
  explicit BodyWriter(const KernelCase &kernel)
      : kernel(kernel), acc(norm::toString(kernel.getAccType())) {}
  std::string write();

private:
  /// Adds lines in which {0} is the accumulation type, {1} a value and {2} the
  /// name of a function.
  void add(const char *lines, StringRef value = "", StringRef function = "");
  /// The value's name in the accumulation type.
  std::string widen(const std::string &value, DType type);
  /// Converts from the accumulation type, and yields.
  void yield(ArrayRef<std::pair<std::string, DType>> values);
  std::string convert(const std::string &value, DType from, DType to);

  void addSoftmax(StringRef value);
  /// %v, what the codes stand for.
  void addDequantization();
  /// %o, a layer norm of the value, with parameters.
  void addNorm(StringRef value);
  void addQuantization();
  void addGelu();

  const KernelCase &kernel;
  std::string acc, text;
};
} // namespace

void BodyWriter::add(const char *lines, StringRef value, StringRef function) {
  text += llvm::formatv(false, lines, acc, value, function);
}

std::string BodyWriter::convert(const std::string &value, DType from,
                                DType to) {
  if (from == to)
    return value;
  bool widens = getByteWidth(from) < getByteWidth(to);
  text += llvm::formatv("    {0}_ = arith.{1} {0} : {2} to {3}\n", value,
                        widens ? "extf" : "truncf", norm::toString(from),
                        norm::toString(to));
  return value + "_";
}

std::string BodyWriter::widen(const std::string &value, DType type) {
  return convert(value, type, kernel.getAccType());
}

void BodyWriter::yield(ArrayRef<std::pair<std::string, DType>> values) {
  std::string names, types;
  for (auto [value, type] : values) {
    StringRef separator = names.empty() ? "" : ", ";
    std::string converted =
        isFloat(type) ? convert(value, kernel.getAccType(), type) : value;
    names += (separator + converted).str();
    types += (separator + norm::toString(type)).str();
  }
  text += "    norm.yield " + names + " : " + types + "\n";
}

void BodyWriter::addSoftmax(StringRef value) {
  add(R"(    %m = norm.reduce max {1} : {0}
    %t = arith.subf {1}, %m : {0}
    %e = math.{2} %t : {0}
    %s = norm.reduce add %e : {0}
    %o = arith.divf %e, %s : {0}
)",
      value, kernel.variant.hasBaseTwo ? "exp2" : "exp");
}

void BodyWriter::addNorm(StringRef value) {
  add(R"(    %mu, %var = norm.reduce moments {1} : {0}
    %ve = arith.addf %var, %eps : {0}
    %rho = math.rsqrt %ve : {0}
    %c = arith.subf {1}, %mu : {0}
)",
      value);
  if (!kernel.variant.scale)
    return add("    %o = arith.mulf %c, %rho : {0}\n");
  add("    %h = arith.mulf %c, %rho : {0}\n");
  add("    %hg = arith.mulf %h, {1} : {0}\n",
      widen("%scale_e", kernel.getParameterType()));
  add("    %o = arith.addf %hg, {1} : {0}\n",
      widen("%shift_e", kernel.getParameterType()));
}

void BodyWriter::addDequantization() {
  StringRef f8 = getF8Type(*kernel.variant.code);
  if (f8.empty())
    add("    %w = arith.sitofp %x_e : i8 to {0}\n");
  else
    add(R"(    %code = arith.bitcast %x_e : i8 to {1}
    %w = arith.extf %code : {1} to {0}
)",
        f8);
  add("    %v = arith.mulf %w, %steps_e : {0}\n");
}

void BodyWriter::addQuantization() {
  add(R"(    %abs = math.absf %o : {0}
    %max = norm.reduce max %abs : {0}
    %atleast = arith.maximumf %max, %tiny : {0}
    %step = arith.divf %atleast, %c127 : {0}
    %z = arith.divf %o, %step : {0}
    %near = math.roundeven %z : {0}
    %low = arith.maximumf %near, %cm127 : {0}
    %high = arith.minimumf %low, %c127 : {0}
    %q = arith.fptosi %high : {0} to i8
)");
}

void BodyWriter::addGelu() {
  add(R"(    %o2 = arith.mulf %o, %o : {0}
    %o3 = arith.mulf %o2, %o : {0}
    %k3 = arith.mulf %o3, %cubic : {0}
    %in = arith.addf %o, %k3 : {0}
    %arg = arith.mulf %in, %root : {0}
    %tanh = math.tanh %arg : {0}
    %tanh1 = arith.addf %tanh, %c1 : {0}
    %half = arith.mulf %o, %chalf : {0}
    %gelu = arith.mulf %half, %tanh1 : {0}
)");
}

std::string BodyWriter::write() {
  std::string a;
  if (kernel.variant.code)
    addDequantization();
  else
    a = widen("%x_e", kernel.dtype);
  DType type = kernel.getResultType();
  switch (kernel.program) {
  case Program::softmax:
    addSoftmax(a);
    yield({{"%o", type}});
    break;
  case Program::addLayerNorm: {
    std::string r = widen("%r_e", kernel.dtype);
    add("    %v = arith.addf {1}, ", a);
    add("{1} : {0}\n", r);
    addNorm("%v");
    yield({{"%o", type}, {"%v", kernel.dtype}});
    break;
  }
  case Program::quantize:
    addNorm(a);
    addQuantization();
    yield({{"%q", type}, {"%step", kernel.getAccType()}});
    break;
  case Program::dequantize:
    addNorm("%v");
    yield({{"%o", type}});
    break;
  default:
    addNorm(a);
    addGelu();
    yield({{"%gelu", type}});
  }
  return text;
}

std::string numerics::makeBody(const KernelCase &kernel) {
  return BodyWriter(kernel).write();
}

std::string numerics::makeConstants(const KernelCase &kernel) {
  std::string text;
  auto add = [&](StringRef name, StringRef value) {
    text += llvm::formatv("  {0} = arith.constant {1} : {2}\n", name, value,
                          norm::toString(kernel.getAccType()));
  };
  if (kernel.isCentred())
    add("%eps", "1.0e-5");
  if (kernel.program == Program::quantize) {
    add("%tiny", "1.0e-30");
    add("%c127", "127.0");
    add("%cm127", "-127.0");
  }
  if (kernel.program == Program::gelu) {
    add("%cubic", "0.044715");
    add("%root", "0.79788456080286536");
    add("%chalf", "0.5");
    add("%c1", "1.0");
  }
  return text;
}
