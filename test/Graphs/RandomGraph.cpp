//===- RandomGraph.cpp - Norms and their neighbours, at random --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomGraph.h"
#include "GraphWriter.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <random>

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::norm::graphs;

namespace {
/// Adds ops to the tensors that there are. No op subtracts two tensors, and
/// none multiplies two of them: rounding errors stay in proportion.
class GraphMaker {
public:
  explicit GraphMaker(uint64_t seed);
  RandomGraph make();

private:
  /// Of 0 to n − 1. Standard distributions differ between libraries.
  unsigned pick(unsigned n) { return random() % n; }
  template <typename T> T pickOf(std::initializer_list<T> choices) {
    return choices.begin()[pick(choices.size())];
  }
  bool isHalf(DType dtype) const { return getByteWidth(dtype) == 2; }
  /// What an elementwise op on it computes in.
  DType pickComputeType(DType dtype) {
    return isHalf(dtype) && pick(2) ? DType::f32 : dtype;
  }
  Dims getRows(const Tensor &tensor) const {
    return Dims(ArrayRef(tensor.dims).drop_back());
  }

  using Formula = llvm::function_ref<std::string(ArrayRef<std::string>, DType)>;
  /// The formula of the operands, widened; the result has the first's type.
  Tensor addElementwise(ArrayRef<Tensor> operands, Formula formula);

  void addNorm();
  void addActivation();
  void addWithParameter();
  void addResidual();
  void addCast();
  void addDequantization();
  void addStaticQuantization();
  void addDynamicQuantization();
  void addSumOfSquares();
  void addReshape();
  void addTransposeBefore();
  void addTransposeAfter();
  void addMatmul();
  std::string addConstantTensor(const Dims &dims, int64_t columns, DType dtype);

  /// Most often the last one.
  Tensor pickTensor();

  std::mt19937_64 random;
  DType dtype;
  bool hasSamples, isDynamic;
  std::optional<GraphWriter> writer;
  SmallVector<Tensor> tensors;
  std::optional<Tensor> lastNormed;
};
} // namespace

GraphMaker::GraphMaker(uint64_t seed) : random(seed) {
  dtype = pickOf({DType::f32, DType::f64, DType::bf16, DType::f16});
  hasSamples = pick(2);
  isDynamic = pick(3) == 0;
  int64_t samples = pickOf({1, 2, 3}), positions = pickOf({1, 3, 4, 5});
  int64_t features = pickOf({1, 4, 7, 16, 17, 33, 64, 100});
  writer.emplace(
      ArrayRef<int64_t>{samples, positions, features, samples * positions},
      isDynamic);
}

Tensor GraphMaker::pickTensor() {
  return pick(4) ? tensors.back() : tensors[pick(tensors.size())];
}

Tensor GraphMaker::addElementwise(ArrayRef<Tensor> operands, Formula formula) {
  DType type = operands.front().dtype, wide = pickComputeType(type);
  return writer->addElementwise(
      operands, operands.front().dims, type, [&](ArrayRef<std::string> names) {
        SmallVector<std::string> widened;
        for (auto [name, operand] : llvm::zip(names, operands))
          widened.push_back(writer->addCast(name, operand.dtype, wide));
        return writer->addCast(formula(widened, wide), wide, type);
      });
}

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

void GraphMaker::addNorm() {
  // Now and then of the same tensor as the norm before.
  Tensor x = lastNormed && pick(4) == 0 ? *lastNormed : pickTensor();
  lastNormed = x;
  unsigned kind = pick(4);
  if (kind == 3) {
    tensors.push_back(
        writer
            ->addOp(llvm::formatv("linalg.softmax dimension({0}) ins({{i0}) "
                                  "outs({{o0}) -> {1}",
                                  x.dims.size() - 1, writer->getType(x))
                        .str(),
                    x, {{x.dims, x.dtype}})
            .front());
    return;
  }
  StringRef name =
      ArrayRef<StringRef>{"layer_norm", "rms_norm", "l2_norm"}[kind];
  SmallVector<Tensor> operands{x};
  SmallVector<std::pair<Dims, DType>> outs{{x.dims, x.dtype}};
  std::string op = "norm." + name.str() + " ins({i0})";
  for (StringRef parameter : {"scale", "shift"})
    if (pick(2)) {
      op += llvm::formatv(" {0}({{i{1}})", parameter, operands.size());
      operands.push_back(writer->addArgument(
          {Dim::features}, isHalf(x.dtype) && pick(2) ? DType::f32 : x.dtype));
    }
  op += " outs({o0})";
  DType acc = isHalf(x.dtype) ? DType::f32 : x.dtype;
  // The mean of what is centred already is zero but for errors.
  if (kind == 0 && x.name == tensors.front().name && pick(2)) {
    op += " mean({o1})";
    outs.push_back({getRows(x), acc});
  }
  if (kind != 2 && pick(4) == 0) {
    op += llvm::formatv(" rstd({{o{0}})", outs.size());
    outs.push_back({getRows(x), acc});
  }
  op += llvm::formatv(" dims = [{0}] eps = 1.0e-5", x.dims.size() - 1);
  if (kind == 2)
    op += pick(2) ? " eps_mode = max" : " eps_mode = add";
  if (operands.size() > 1 && pick(4) == 0)
    op += " rounding = before_scale";
  SmallVector<std::string> types;
  for (auto &[dims, type] : outs)
    types.push_back(writer->getType(dims, type));
  tensors.push_back(writer->addOp(op, operands, outs).front());
}

//===----------------------------------------------------------------------===//
// Elementwise neighbours
//===----------------------------------------------------------------------===//

void GraphMaker::addActivation() {
  unsigned kind = pick(7);
  tensors.push_back(addElementwise(pickTensor(), [&](ArrayRef<std::string>
                                                         names,
                                                     DType t) {
    std::string a = names.front();
    auto number = [&](StringRef value) {
      return writer->addConstant(value, t);
    };
    auto line = [&](StringRef op, ArrayRef<std::string> operands) {
      return writer->addLine(op, operands, t);
    };
    switch (kind) {
    case 0: // ReLU
      return line("arith.maximumf", {a, number("0.0")});
    case 1: { // SiLU
      std::string e = line("math.exp", {line("arith.negf", {a})});
      return line("arith.divf", {a, line("arith.addf", {e, number("1.0")})});
    }
    case 2: { // GELU, with erf
      std::string s = line("arith.mulf", {a, number("0.70710678118654752")});
      std::string e = line("math.erf", {s});
      std::string h = line("arith.mulf", {a, number("0.5")});
      return line("arith.mulf", {h, line("arith.addf", {e, number("1.0")})});
    }
    case 3: { // GELU, with tanh
      std::string q = line("arith.mulf", {a, a});
      std::string c = line("arith.mulf", {q, a});
      std::string k = line("arith.mulf", {c, number("0.044715")});
      std::string i = line("arith.addf", {a, k});
      std::string s = line("arith.mulf", {i, number("0.79788456080286536")});
      std::string h = line("arith.mulf", {a, number("0.5")});
      return line("arith.mulf", {h, line("arith.addf", {line("math.tanh", {s}),
                                                        number("1.0")})});
    }
    case 4:
      return line("math.tanh", {a});
    case 5:
      return line("math.absf", {a});
    default:
      return line("arith.mulf", {a, number("1.5")});
    }
  }));
}

/// A bias or a gate: one value for a feature, for a row, or for both a sample
/// and a feature.
void GraphMaker::addWithParameter() {
  Tensor x = pickTensor();
  Dims dims{Dim::features};
  if (unsigned kind = pick(3); kind == 1)
    dims = getRows(x);
  else if (kind == 2 && x.dims.size() == 3)
    dims = {Dim::samples, Dim::features};
  Tensor parameter = writer->addArgument(dims, x.dtype);
  StringRef op = pickOf<StringRef>({"arith.addf", "arith.mulf"});
  tensors.push_back(addElementwise(
      {x, parameter}, [&](ArrayRef<std::string> names, DType type) {
        return writer->addLine(op, names, type);
      }));
}

void GraphMaker::addResidual() {
  Tensor x = pickTensor();
  SmallVector<Tensor> others;
  for (const Tensor &tensor : tensors)
    if (tensor.dims == x.dims && tensor.dtype == x.dtype)
      others.push_back(tensor);
  Tensor other = pick(3) ? others[pick(others.size())]
                         : writer->addArgument(x.dims, x.dtype);
  tensors.push_back(
      addElementwise({x, other}, [&](ArrayRef<std::string> names, DType type) {
        return writer->addLine("arith.addf", names, type);
      }));
}

void GraphMaker::addCast() {
  Tensor x = pickTensor();
  DType to = isHalf(x.dtype)         ? DType::f32
             : x.dtype == DType::f32 ? pickOf({DType::bf16, DType::f16})
                                     : DType::f32;
  tensors.push_back(
      writer->addElementwise(x, x.dims, to, [&](ArrayRef<std::string> names) {
        return writer->addCast(names.front(), x.dtype, to);
      }));
}

//===----------------------------------------------------------------------===//
// Quantization and other row reductions
//===----------------------------------------------------------------------===//

void GraphMaker::addDequantization() {
  Tensor q = writer->addArgument(tensors.front().dims, DType::i8);
  tensors.push_back(writer->addElementwise(
      q, q.dims, dtype, [&](ArrayRef<std::string> names) {
        std::string wide = writer->addCast(names.front(), DType::i8, dtype);
        std::string zero = writer->addConstant("3.0", dtype);
        std::string step = writer->addConstant("0.25", dtype);
        std::string centred =
            writer->addLine("arith.subf", {wide, zero}, dtype);
        return writer->addLine("arith.mulf", {centred, step}, dtype);
      }));
}

void GraphMaker::addStaticQuantization() {
  Tensor x = pickTensor();
  DType wide = isHalf(x.dtype) ? DType::f32 : x.dtype;
  writer->addElementwise(
      x, x.dims, DType::i8, [&](ArrayRef<std::string> names) {
        auto line = [&](StringRef op, const std::string &a, StringRef number) {
          SmallVector<std::string> operands{a};
          if (!number.empty())
            operands.push_back(writer->addConstant(number, wide));
          return writer->addLine(op, operands, wide);
        };
        std::string a = writer->addCast(names.front(), x.dtype, wide);
        a = line("math.roundeven", line("arith.mulf", a, "16.0"), "");
        a = line("arith.maximumf", a, "-128.0");
        a = line("arith.minimumf", a, "127.0");
        return writer->addCast(a, wide, DType::i8);
      });
}

void GraphMaker::addDynamicQuantization() {
  Tensor x = pickTensor();
  DType t = x.dtype;
  Tensor amax =
      writer->addRowReduction(x, "0.0", [&](ArrayRef<std::string> names) {
        std::string abs = writer->addLine("math.absf", names.front(), t);
        return writer->addLine("arith.maximumf", {abs, names[1]}, t);
      });
  Tensor step = writer->addElementwise(
      amax, amax.dims, t, [&](ArrayRef<std::string> names) {
        std::string least = writer->addConstant("1.0e-3", t);
        std::string c127 = writer->addConstant("127.0", t);
        std::string size =
            writer->addLine("arith.maximumf", {names.front(), least}, t);
        return writer->addLine("arith.divf", {size, c127}, t);
      });
  writer->addElementwise(
      {x, step}, x.dims, DType::i8, [&](ArrayRef<std::string> names) {
        std::string z = writer->addLine("arith.divf", names, t);
        // Where the step is rounded, the quotient may be more than 127.
        std::string c127 = writer->addConstant("127.0", t);
        std::string cm127 = writer->addConstant("-127.0", t);
        std::string near = writer->addLine("math.roundeven", z, t);
        std::string low = writer->addLine("arith.maximumf", {near, cm127}, t);
        std::string high = writer->addLine("arith.minimumf", {low, c127}, t);
        return writer->addCast(high, t, DType::i8);
      });
  writer->addResult(step);
}

/// Of squares: the plain sum of a normed row is zero but for errors.
void GraphMaker::addSumOfSquares() {
  Tensor x = pickTensor();
  writer->addRowReduction(x, "0.0", [&](ArrayRef<std::string> names) {
    std::string a = names.front();
    std::string square = writer->addLine("arith.mulf", {a, a}, x.dtype);
    return writer->addLine("arith.addf", {square, names[1]}, x.dtype);
  });
}

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

void GraphMaker::addReshape() {
  Tensor x = pickTensor();
  if (hasSamples)
    tensors.push_back(writer->addReshape(x));
}

/// From features first to features last.
void GraphMaker::addTransposeBefore() {
  if (hasSamples)
    return;
  Tensor x = writer->addArgument({Dim::features, Dim::rows}, dtype);
  Dims dims{Dim::rows, Dim::features};
  tensors.push_back(writer
                        ->addOp("linalg.transpose ins({i0}) outs({o0}) "
                                "permutation = [1, 0]",
                                x, {{dims, dtype}})
                        .front());
}

void GraphMaker::addTransposeAfter() {
  Tensor x = pickTensor();
  if (x.dims.size() != 2)
    return;
  writer->addOp("linalg.transpose ins({i0}) outs({o0}) permutation = [1, 0]", x,
                {{{Dim::features, Dim::rows}, x.dtype}});
}

/// A constant of `columns` columns: small numbers, the same for the same seed.
std::string GraphMaker::addConstantTensor(const Dims &dims, int64_t columns,
                                          DType dtype) {
  std::string text;
  for (int64_t row = 0, e = writer->getExtent(dims.front()); row < e; ++row) {
    std::string numbers;
    for (int64_t i = 0; i < columns; ++i)
      numbers +=
          (i ? ", " : "") + llvm::formatv("{0:F3}", pick(2000) / 1e3 - 1).str();
    text += (row ? ", " : "") + (columns > 1 ? "[" + numbers + "]" : numbers);
  }
  std::string shape = std::to_string(writer->getExtent(dims.front()));
  if (columns > 1)
    shape += "x" + std::to_string(columns);
  return "arith.constant dense<[" + text + "]> : tensor<" + shape + "x" +
         norm::toString(dtype).str() + ">";
}

/// A layer norm with constant scale and shift, and a constant weight: what is
/// folded where both are known.
void GraphMaker::addMatmul() {
  Tensor x = pickTensor();
  if (isDynamic || isHalf(x.dtype) || x.dims.size() != 2)
    return;
  constexpr int64_t columns = 3;
  Dims features{Dim::features};
  StringRef element = norm::toString(x.dtype);
  int64_t n = writer->getExtent(Dim::features);
  std::string scale = writer->addValue(addConstantTensor(features, 1, x.dtype));
  std::string shift = writer->addValue(addConstantTensor(features, 1, x.dtype));
  std::string weight =
      writer->addValue(addConstantTensor(features, columns, x.dtype));
  std::string parameter = llvm::formatv("tensor<{0}x{1}>", n, element);
  Tensor y =
      writer
          ->addOp(llvm::formatv("norm.layer_norm ins({{i0}) scale({0} : {2}) "
                                "shift({1} : {2}) outs({{o0}) dims = [1] eps = "
                                "1.0e-5",
                                scale, shift, parameter)
                      .str(),
                  x, {{x.dims, x.dtype}})
          .front();
  std::string out = llvm::formatv(
      "tensor<{0}x{1}x{2}>", writer->getExtent(Dim::rows), columns, element);
  std::string zero = writer->addValue("arith.constant 0.0 : " + element.str());
  std::string empty = writer->addValue("tensor.empty() : " + out);
  std::string init = writer->addValue(
      llvm::formatv("linalg.fill ins({0} : {1}) outs({2} : {3}) -> {3}", zero,
                    element, empty, out)
          .str());
  std::string product = writer->addValue(
      llvm::formatv("linalg.matmul ins({0}, {1} : {2}, tensor<{3}x{4}x{5}>) "
                    "outs({6} : {7}) -> {7}",
                    y.name, weight, writer->getType(y), n, columns, element,
                    init, out)
          .str());
  writer->setRead(y);
  writer->addResult(product, out);
}

RandomGraph GraphMaker::make() {
  Dims dims{Dim::rows, Dim::features};
  if (hasSamples)
    dims = {Dim::samples, Dim::positions, Dim::features};
  tensors.push_back(writer->addArgument(dims, dtype));
  using Step = void (GraphMaker::*)();
  static const Step steps[] = {&GraphMaker::addActivation,
                               &GraphMaker::addActivation,
                               &GraphMaker::addWithParameter,
                               &GraphMaker::addWithParameter,
                               &GraphMaker::addResidual,
                               &GraphMaker::addResidual,
                               &GraphMaker::addCast,
                               &GraphMaker::addDequantization,
                               &GraphMaker::addStaticQuantization,
                               &GraphMaker::addDynamicQuantization,
                               &GraphMaker::addDynamicQuantization,
                               &GraphMaker::addSumOfSquares,
                               &GraphMaker::addReshape,
                               &GraphMaker::addReshape,
                               &GraphMaker::addTransposeBefore,
                               &GraphMaker::addTransposeAfter};
  for (unsigned i = 0, e = 1 + pick(3); i < e; ++i) {
    for (unsigned k = pick(3); k > 0; --k)
      (this->*steps[pick(std::size(steps))])();
    // As a linear layer on rows comes before a norm of samples.
    if (hasSamples && pick(2)) {
      addActivation();
      tensors.push_back(writer->addReshape(tensors.back()));
    }
    addNorm();
    for (unsigned k = pick(4); k > 0; --k)
      (this->*steps[pick(std::size(steps))])();
  }
  if (pick(4) == 0)
    addMatmul();
  RandomGraph graph = writer->finish();
  graph.dtype = dtype;
  return graph;
}

RandomGraph graphs::makeRandomGraph(uint64_t seed) {
  return GraphMaker(seed).make();
}
