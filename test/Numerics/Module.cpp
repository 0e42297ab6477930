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

  const KernelCase &kernel;
  const Geometry geometry;
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
    : kernel(kernel),
      geometry(kernel.getOperandGeometry(kernel.geometries.front())),
      acc(norm::toString(kernel.getAccType())) {
  Extents all = llvm::to_vector(llvm::seq<int64_t>(0, geometry.shape.size()));
  Extents parallel = geometry.getParallelDims();
  Extents scaled(geometry.getScaleDims());
  inputs.push_back({"%x", all, kernel.dtype});
  if (kernel.program == Program::addLayerNorm)
    inputs.push_back({"%r", all, kernel.dtype});
  if (kernel.program == Program::dequantize)
    inputs.push_back({"%steps", parallel, kernel.getAccType()});
  if (kernel.program == Program::batchNorm)
    for (const char *name : {"%mean", "%variance"})
      inputs.push_back({name, scaled, kernel.getParameterType()});
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
  bool isBatch = kernel.program == Program::batchNorm;
  bool isGroup = kernel.program == Program::groupNorm;
  if (isBatch)
    text += " " + one("mean", inputs[1]) + " " + one("variance", inputs[2]);
  if (scale)
    text += " " + one("scale", *scale);
  if (shift)
    text += " " + one("shift", *shift);
  text += "\n      " + one("outs", outs.front());
  for (const Operand &out : ArrayRef(outs).drop_front())
    text += " " + one(StringRef(out.name).drop_front(), out);
  text += "\n     ";
  if (!isBatch)
    text += " dims = [" + joinNumbers(geometry.dims, "") + "]";
  if (isBatch || isGroup)
    text += llvm::formatv(" channel_dim = {0}", geometry.scaleDims.front());
  if (isGroup)
    text += llvm::formatv(
        " groups = {0}",
        kernel.geometries.front().shape[geometry.scaleDims.front()]);
  for (auto [parameter, keyword] :
       {std::pair(&scale, "scale_dims"), std::pair(&shift, "shift_dims")})
    if (*parameter && !geometry.scaleDims.empty() && !isBatch && !isGroup)
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
      llvm::join(arguments, ", "), makeBody(kernel));
}

std::string ModuleWriter::write() {
  bool isNamed = kernel.isNamed();
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
  if (!isNamed)
    inits += makeConstants(kernel);
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
