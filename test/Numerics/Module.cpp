//===- Module.cpp - The function of a case, as text -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Case.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::numerics;

namespace {
struct Operand {
  std::string name;
  Extents dims;
  DType dtype;
};

class ModuleWriter {
public:
  explicit ModuleWriter(const KernelCase &kernel);
  std::string write();

private:
  std::string getType(const Operand &operand) const;
  /// `%x, %r : T, U`, each name with its indices if `indexed`.
  std::string list(ArrayRef<Operand> operands, bool indexed) const;
  std::string one(StringRef keyword, const Operand &operand) const;
  std::string writeNamed() const;
  std::string writeGeneric() const;
  std::string writeBody() const;
  std::string writeNormBody(StringRef value, StringRef result) const;
  /// `%to = ext or trunc %from`, and `%to` if the types differ.
  std::string convert(std::string &text, std::string from, DType fromType,
                      DType toType) const;

  const KernelCase &kernel;
  const Geometry &geometry;
  std::string acc;
  SmallVector<Operand> inputs, outs;
  std::optional<Operand> scale, shift;
};
} // namespace

static std::string joinNumbers(ArrayRef<int64_t> numbers, StringRef prefix) {
  return llvm::join(
      llvm::map_to_vector(numbers,
                          [&](int64_t n) { return (prefix + Twine(n)).str(); }),
      ", ");
}

ModuleWriter::ModuleWriter(const KernelCase &kernel)
    : kernel(kernel), geometry(kernel.geometries.front()),
      acc(norm::toString(kernel.getAccType())) {
  Extents all = llvm::to_vector(llvm::seq<int64_t>(0, geometry.shape.size()));
  Extents parallel = geometry.getParallelDims();
  Extents scaled(geometry.getScaleDims());
  inputs.push_back({"%x", all, kernel.dtype});
  if (kernel.program == Program::addLayerNorm)
    inputs.push_back({"%r", all, kernel.dtype});
  if (kernel.variant.scale)
    inputs.push_back(
        *(scale = Operand{"%scale", scaled, kernel.getParameterType()}));
  if (kernel.variant.shift)
    inputs.push_back(
        *(shift = Operand{"%shift", scaled, kernel.getParameterType()}));

  outs.push_back({kernel.layout == Layout::inPlace ? "%x" : "%y", all,
                  kernel.getResultType()});
  if (kernel.program == Program::addLayerNorm)
    outs.push_back({"%sum", all, kernel.dtype});
  if (kernel.program == Program::quantize)
    outs.push_back({"%steps", parallel, kernel.getAccType()});
  if (kernel.hasMean())
    outs.push_back({"%mean", parallel, kernel.getAccType()});
  if (kernel.hasRstd())
    outs.push_back({"%rstd", parallel, kernel.getAccType()});
}

std::string ModuleWriter::getType(const Operand &operand) const {
  Extents extents = geometry.getExtents(operand.dims);
  if (kernel.isDynamic)
    extents.assign(extents.size(), ShapedType::kDynamic);
  std::string type = formatType(extents, operand.dtype);
  if (!kernel.usesMemRefs())
    return "tensor<" + type + ">";
  bool isPitched = kernel.layout == Layout::pitched;
  if ((!isPitched && kernel.layout != Layout::strided) || extents.empty())
    return "memref<" + type + ">";
  SmallVector<std::string> strides(extents.size(), "?");
  strides.back() = isPitched ? "1" : "2";
  return "memref<" + type + ", strided<[" + llvm::join(strides, ", ") + "]>>";
}

std::string ModuleWriter::list(ArrayRef<Operand> operands, bool indexed) const {
  SmallVector<std::string> names, types;
  for (const Operand &operand : operands) {
    names.push_back(operand.name);
    if (indexed)
      names.back() += "[" + joinNumbers(operand.dims, "d") + "]";
    types.push_back(getType(operand));
  }
  return llvm::join(names, ", ") + " : " + llvm::join(types, ", ");
}

std::string ModuleWriter::one(StringRef keyword, const Operand &operand) const {
  return llvm::formatv("{0}({1})", keyword, list(operand, false));
}

std::string ModuleWriter::writeNamed() const {
  const Variant &variant = kernel.variant;
  bool isL2 = kernel.program == Program::l2NormAdd ||
              kernel.program == Program::l2NormMax;
  std::string text =
      "norm." + (isL2 ? "l2_norm" : numerics::toString(kernel.program)).str() +
      "\n      " + one("ins", inputs.front());
  if (scale)
    text += " " + one("scale", *scale);
  if (shift)
    text += " " + one("shift", *shift);
  text += "\n      " + one("outs", outs.front());
  for (const Operand &out : ArrayRef(outs).drop_front())
    text += " " + one(StringRef(out.name).drop_front(), out);
  text += "\n      dims = [" + joinNumbers(geometry.dims, "") + "]";
  for (auto [parameter, keyword] :
       {std::pair(&scale, "scale_dims"), std::pair(&shift, "shift_dims")})
    if (*parameter && !geometry.scaleDims.empty())
      text += llvm::formatv(" {0} = [{1}]", keyword,
                            joinNumbers(geometry.scaleDims, ""));
  text += llvm::formatv(" eps = {0:e}", kernel.getEps());
  if (kernel.program == Program::l2NormMax)
    text += " eps_mode = max";
  if (variant.accType)
    text += " acc = " + acc;
  if (variant.roundsBeforeScale)
    text += " rounding = before_scale";
  if (variant.scaleOffset != 0)
    text += llvm::formatv(" scale_offset = {0:e}", variant.scaleOffset);
  return text + "\n";
}

std::string ModuleWriter::convert(std::string &text, std::string from,
                                  DType fromType, DType toType) const {
  if (fromType == toType)
    return from;
  std::string to = from + "_";
  bool extends = getByteWidth(fromType) < getByteWidth(toType);
  text += llvm::formatv("    {0} = arith.{1} {2} : {3} to {4}\n", to,
                        extends ? "extf" : "truncf", from,
                        norm::toString(fromType), norm::toString(toType));
  return to;
}

/// A layer norm of `value`, with parameters.
std::string ModuleWriter::writeNormBody(StringRef value,
                                        StringRef result) const {
  std::string text =
      llvm::formatv(R"(    %mu, %var = norm.reduce moments {0} : {1}
    %ve = arith.addf %var, %eps : {1}
    %rho = math.rsqrt %ve : {1}
    %c = arith.subf {0}, %mu : {1}
    {2} = arith.mulf %c, %rho : {1}
)",
                    value, acc, scale ? "%h" : result);
  if (!scale)
    return text;
  std::string gamma =
      convert(text, "%scale_e", scale->dtype, kernel.getAccType());
  std::string beta =
      convert(text, "%shift_e", shift->dtype, kernel.getAccType());
  return text + llvm::formatv(R"(    %hg = arith.mulf %h, {0} : {1}
    {2} = arith.addf %hg, {3} : {1}
)",
                              gamma, acc, result, beta)
                    .str();
}

std::string ModuleWriter::writeBody() const {
  std::string text;
  DType accType = kernel.getAccType();
  std::string a = convert(text, "%x_e", kernel.dtype, accType);
  if (kernel.program == Program::softmax) {
    text += llvm::formatv(R"(    %m = norm.reduce max {0} : {1}
    %t = arith.subf {0}, %m : {1}
    %e = math.exp %t : {1}
    %s = norm.reduce add %e : {1}
    %p = arith.divf %e, %s : {1}
)",
                          a, acc);
    std::string p = convert(text, "%p", accType, kernel.getResultType());
    return text + llvm::formatv("    norm.yield {0} : {1}\n", p,
                                norm::toString(kernel.getResultType()))
                      .str();
  }
  if (kernel.program == Program::addLayerNorm) {
    std::string r = convert(text, "%r_e", kernel.dtype, accType);
    text += llvm::formatv("    %v = arith.addf {0}, {1} : {2}\n", a, r, acc);
    text += writeNormBody("%v", "%o");
    std::string o = convert(text, "%o", accType, kernel.getResultType());
    std::string v = convert(text, "%v", accType, kernel.dtype);
    return text + llvm::formatv("    norm.yield {0}, {1} : {2}, {3}\n", o, v,
                                norm::toString(kernel.getResultType()),
                                norm::toString(kernel.dtype))
                      .str();
  }
  text += writeNormBody(a, "%o");
  if (kernel.program == Program::quantize)
    return text + llvm::formatv(R"(    %abs = math.absf %o : {0}
    %max = norm.reduce max %abs : {0}
    %atleast = arith.maximumf %max, %tiny : {0}
    %step = arith.divf %atleast, %c127 : {0}
    %z = arith.divf %o, %step : {0}
    %near = math.roundeven %z : {0}
    %low = arith.maximumf %near, %cm127 : {0}
    %high = arith.minimumf %low, %c127 : {0}
    %q = arith.fptosi %high : {0} to i8
    norm.yield %q, %step : i8, {0}
)",
                                acc)
                      .str();
  text += llvm::formatv(R"(    %o2 = arith.mulf %o, %o : {0}
    %o3 = arith.mulf %o2, %o : {0}
    %k3 = arith.mulf %o3, %cubic : {0}
    %in = arith.addf %o, %k3 : {0}
    %arg = arith.mulf %in, %root : {0}
    %tanh = math.tanh %arg : {0}
    %tanh1 = arith.addf %tanh, %c1 : {0}
    %half = arith.mulf %o, %chalf : {0}
    %g = arith.mulf %half, %tanh1 : {0}
)",
                        acc);
  std::string g = convert(text, "%g", accType, kernel.getResultType());
  return text + llvm::formatv("    norm.yield {0} : {1}\n", g,
                              norm::toString(kernel.getResultType()))
                    .str();
}

std::string ModuleWriter::writeGeneric() const {
  SmallVector<std::string> iterators, arguments;
  for (int64_t dim = 0, rank = geometry.shape.size(); dim < rank; ++dim)
    iterators.push_back(llvm::formatv(
        "d{0}: {1}", dim, geometry.isReduced(dim) ? "reduction" : "parallel"));
  for (const Operand &input : inputs)
    arguments.push_back(input.name + "_e");
  return llvm::formatv(
      "norm.generic ({0})\n      ins({1})\n      outs({2}) ({3}) {{\n{4}  }\n",
      llvm::join(iterators, ", "), list(inputs, true), list(outs, true),
      llvm::join(arguments, ", "), writeBody());
}

std::string ModuleWriter::write() {
  bool isNamed = kernel.program <= Program::l2NormMax;
  bool onTensors = !kernel.usesMemRefs();
  SmallVector<std::string> arguments, resultTypes, resultNames;
  for (const Operand &input : inputs)
    arguments.push_back(input.name + ": " + getType(input));
  std::string inits;
  for (int64_t dim = 0, rank = geometry.shape.size();
       onTensors && kernel.isDynamic && dim < rank; ++dim)
    inits += llvm::formatv("  %i{0} = arith.constant {0} : index\n"
                           "  %d{0} = tensor.dim %x, %i{0} : {1}\n",
                           dim, getType(inputs.front()));
  for (const Operand &out : outs) {
    if (out.name == "%x")
      continue;
    if (!onTensors) {
      arguments.push_back(out.name + ": " + getType(out));
      continue;
    }
    inits += llvm::formatv("  {0} = tensor.empty({1}) : {2}\n", out.name,
                           kernel.isDynamic ? joinNumbers(out.dims, "%d") : "",
                           getType(out));
    resultTypes.push_back(getType(out));
    resultNames.push_back("%result#" + std::to_string(resultNames.size()));
  }
  if (!isNamed) {
    auto constant = [&](StringRef name, StringRef value) {
      inits +=
          llvm::formatv("  {0} = arith.constant {1} : {2}\n", name, value, acc);
    };
    if (kernel.isCentred())
      constant("%eps", "1.0e-5");
    if (kernel.program == Program::quantize) {
      constant("%tiny", "1.0e-30");
      constant("%c127", "127.0");
      constant("%cm127", "-127.0");
    }
    if (kernel.program == Program::gelu) {
      constant("%cubic", "0.044715");
      constant("%root", "0.79788456080286536");
      constant("%chalf", "0.5");
      constant("%c1", "1.0");
    }
  }
  std::string text = "func.func @f(" + llvm::join(arguments, ", ") + ")";
  if (onTensors)
    text += " -> (" + llvm::join(resultTypes, ", ") + ")";
  text += " {\n" + inits + "  ";
  if (onTensors)
    text += "%result:" + std::to_string(outs.size()) + " = ";
  text += isNamed ? writeNamed() : writeGeneric();
  text += "  return";
  if (onTensors)
    text += " " + llvm::join(resultNames, ", ") + " : " +
            llvm::join(resultTypes, ", ");
  return text + "\n}\n";
}

std::string numerics::makeModule(const KernelCase &kernel) {
  return ModuleWriter(kernel).write();
}
