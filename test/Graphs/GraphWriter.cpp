//===- GraphWriter.cpp - Ops on tensors as text -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphWriter.h"
#include "Norm/Run/HostTensor.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::graphs;

static StringRef getSizeName(Dim dim) {
  switch (dim) {
  case Dim::samples:
    return "%samples";
  case Dim::positions:
    return "%positions";
  case Dim::features:
    return "%features";
  case Dim::rows:
    return "%rows";
  }
  llvm_unreachable("all dims are covered");
}

std::string GraphWriter::makeName() {
  return "%v" + std::to_string(numNames++);
}

std::string GraphWriter::getType(const Dims &dims, DType dtype) const {
  SmallVector<int64_t> shape;
  for (Dim dim : dims)
    shape.push_back(isDynamic ? ShapedType::kDynamic : getExtent(dim));
  return "tensor<" + formatType(shape, dtype) + ">";
}

std::string GraphWriter::getSizes(const Dims &dims) const {
  if (!isDynamic)
    return "";
  return llvm::join(llvm::map_range(dims, getSizeName), ", ");
}

std::string GraphWriter::addValue(const Twine &op) {
  std::string name = makeName();
  text += ("  " + Twine(name) + " = " + op + "\n").str();
  return name;
}

std::string GraphWriter::addEmpty(const Dims &dims, DType dtype) {
  return addValue("tensor.empty(" + getSizes(dims) +
                  ") : " + getType(dims, dtype));
}

Tensor GraphWriter::addArgument(const Dims &dims, DType dtype) {
  return arguments.emplace_back(
      Tensor{"%arg" + std::to_string(arguments.size()), dims, dtype});
}

//===----------------------------------------------------------------------===//
// linalg.generic
//===----------------------------------------------------------------------===//

std::string GraphWriter::addLine(StringRef op, ArrayRef<std::string> operands,
                                 DType type) {
  std::string name = makeName();
  text += llvm::formatv("    {0} = {1} {2} : {3}\n", name, op,
                        llvm::join(operands, ", "), norm::toString(type));
  return name;
}

std::string GraphWriter::addConstant(StringRef value, DType type) {
  return addLine("arith.constant", {value.str()}, type);
}

std::string GraphWriter::addCast(const std::string &value, DType from,
                                 DType to) {
  if (from == to)
    return value;
  StringRef op = !isFloat(from)                          ? "arith.sitofp"
                 : !isFloat(to)                          ? "arith.fptosi"
                 : getByteWidth(from) < getByteWidth(to) ? "arith.extf"
                                                         : "arith.truncf";
  std::string name = makeName();
  text += llvm::formatv("    {0} = {1} {2} : {3} to {4}\n", name, op, value,
                        norm::toString(from), norm::toString(to));
  return name;
}

void GraphWriter::addGeneric(ArrayRef<Tensor> operands, const Tensor &out,
                             const Dims &loops, StringRef init, Body body,
                             bool readsInit) {
  SmallVector<std::string> maps, ins, types, arguments, iterators;
  std::string loopNames;
  for (unsigned i = 0; i < loops.size(); ++i)
    loopNames += (i ? ", d" : "d") + std::to_string(i);
  auto addMap = [&](const Dims &dims) {
    SmallVector<std::string> at;
    for (Dim dim : dims)
      at.push_back("d" +
                   std::to_string(llvm::find(loops, dim) - loops.begin()));
    maps.push_back("affine_map<(" + loopNames + ") -> (" +
                   llvm::join(at, ", ") + ")>");
  };
  SmallVector<std::string> names;
  for (const Tensor &operand : operands) {
    addMap(operand.dims);
    ins.push_back(operand.name);
    types.push_back(getType(operand));
    names.push_back(makeName());
    arguments.push_back(names.back() + ": " +
                        norm::toString(operand.dtype).str());
    setRead(operand);
  }
  addMap(out.dims);
  names.push_back(makeName());
  arguments.push_back(names.back() + ": " + norm::toString(out.dtype).str());
  for (Dim dim : loops)
    iterators.push_back(llvm::is_contained(out.dims, dim) ? "\"parallel\""
                                                          : "\"reduction\"");
  text += llvm::formatv(
      "  {0} = linalg.generic {{indexing_maps = [{1}],\n      iterator_types = "
      "[{2}]}\n      ins({3} : {4}) outs({5} : {6}) {{\n  ^bb0({7}):\n",
      out.name, llvm::join(maps, ", "), llvm::join(iterators, ", "),
      llvm::join(ins, ", "), llvm::join(types, ", "), init, getType(out),
      llvm::join(arguments, ", "));
  if (!readsInit)
    names.pop_back();
  std::string yielded = body(names);
  text += llvm::formatv("    linalg.yield {0} : {1}\n  } -> {2}\n", yielded,
                        norm::toString(out.dtype), getType(out));
  tensors.push_back(out);
}

Tensor GraphWriter::addElementwise(ArrayRef<Tensor> operands, const Dims &dims,
                                   DType dtype, Body body) {
  std::string init = addEmpty(dims, dtype);
  Tensor out{makeName(), dims, dtype};
  addGeneric(operands, out, dims, init, body, /*readsInit=*/false);
  return out;
}

Tensor GraphWriter::addRowReduction(const Tensor &of, StringRef init,
                                    Body body) {
  Dims rows(of.dims);
  rows.pop_back();
  std::string type = getType(rows, of.dtype);
  std::string scalar = addValue(
      llvm::formatv("arith.constant {0} : {1}", init, norm::toString(of.dtype))
          .str());
  std::string empty = addEmpty(rows, of.dtype);
  std::string filled = addValue(
      llvm::formatv("linalg.fill ins({0} : {1}) outs({2} : {3}) -> {3}", scalar,
                    norm::toString(of.dtype), empty, type)
          .str());
  Tensor out{makeName(), rows, of.dtype};
  addGeneric(of, out, of.dims, filled, body, /*readsInit=*/true);
  return out;
}

//===----------------------------------------------------------------------===//
// Other ops
//===----------------------------------------------------------------------===//

SmallVector<Tensor> GraphWriter::addOp(StringRef op, ArrayRef<Tensor> operands,
                                       ArrayRef<std::pair<Dims, DType>> outs) {
  std::string line = op.str();
  auto replace = [&](const std::string &key, const std::string &with) {
    size_t at = line.find(key);
    assert(at != std::string::npos && "the op has no such operand");
    line.replace(at, key.size(), with);
  };
  SmallVector<Tensor> made;
  for (auto [i, operand] : llvm::enumerate(operands)) {
    replace("{i" + std::to_string(i) + "}",
            operand.name + " : " + getType(operand));
    setRead(operand);
  }
  std::string name = makeName();
  for (auto [i, out] : llvm::enumerate(outs)) {
    std::string type = getType(out.first, out.second);
    replace("{o" + std::to_string(i) + "}",
            addEmpty(out.first, out.second) + " : " + type);
    made.push_back({outs.size() == 1 ? name : name + "#" + std::to_string(i),
                    out.first, out.second});
  }
  if (outs.size() > 1)
    name += ":" + std::to_string(outs.size());
  text += "  " + name + " = " + line + "\n";
  llvm::append_range(tensors, made);
  return made;
}

Tensor GraphWriter::addReshape(const Tensor &of) {
  bool expands = of.dims.front() == Dim::rows;
  Dims dims = expands ? Dims{Dim::samples, Dim::positions, Dim::features}
                      : Dims{Dim::rows, Dim::features};
  Tensor out{makeName(), dims, of.dtype};
  std::string shape;
  if (expands) {
    shape = llvm::join(
        llvm::map_range(dims,
                        [&](Dim dim) {
                          return isDynamic ? getSizeName(dim).str()
                                           : std::to_string(getExtent(dim));
                        }),
        ", ");
    shape = " output_shape [" + shape + "]";
  }
  text += llvm::formatv(
      "  {0} = tensor.{1}_shape {2} [[0, 1], [2]]{3} : {4} into {5}\n",
      out.name, expands ? "expand" : "collapse", of.name, shape, getType(of),
      getType(out));
  setRead(of);
  tensors.push_back(out);
  return out;
}

RandomGraph GraphWriter::finish() {
  RandomGraph graph;
  SmallVector<std::string> parameters, names, types;
  std::string sizes;
  for (const Tensor &argument : arguments) {
    parameters.push_back(argument.name + ": " + getType(argument));
    SmallVector<int64_t> &shape = graph.shapes.emplace_back();
    for (auto [i, dim] : llvm::enumerate(argument.dims)) {
      shape.push_back(getExtent(dim));
      if (!isDynamic || StringRef(sizes).contains(getSizeName(dim).str() + " "))
        continue;
      sizes +=
          llvm::formatv("  {0}_i = arith.constant {1} : index\n"
                        "  {0} = tensor.dim {2}, {0}_i : {3}\n",
                        getSizeName(dim), i, argument.name, getType(argument));
    }
  }
  if (isDynamic && !StringRef(sizes).contains("%rows "))
    sizes += "  %rows = arith.muli %samples, %positions : index\n";
  for (const Tensor &tensor : tensors)
    if (!llvm::is_contained(read, tensor.name))
      addResult(tensor);
  for (const auto &[name, type] : results) {
    names.push_back(name);
    types.push_back(type);
  }
  graph.module = llvm::formatv(
      "func.func @f({0}) -> ({1}) {{\n{2}{3}  return {4} : {1}\n}\n",
      llvm::join(parameters, ", "), llvm::join(types, ", "), sizes, text,
      llvm::join(names, ", "));
  return graph;
}
