//===- GraphWriter.h - Ops on tensors as text -------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_GRAPHS_GRAPHWRITER_H
#define NORM_TEST_GRAPHS_GRAPHWRITER_H

#include "RandomGraph.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlir::norm::graphs {

/// The dims that tensors have: samples, positions, features, and samples and
/// positions as one.
enum class Dim { samples, positions, features, rows };
using Dims = SmallVector<Dim, 3>;

struct Tensor {
  std::string name;
  Dims dims;
  DType dtype;
};

/// Writes a function op by op. What no op reads is returned.
class GraphWriter {
public:
  /// `extents` has one entry per Dim.
  GraphWriter(ArrayRef<int64_t> extents, bool isDynamic)
      : extents(extents), isDynamic(isDynamic) {}

  Tensor addArgument(const Dims &dims, DType dtype);

  /// The lines of a linalg body: they read the operands, and return the name
  /// of what they yield.
  using Body = llvm::function_ref<std::string(ArrayRef<std::string>)>;
  /// A linalg.generic over `dims`; its operands have some of them.
  Tensor addElementwise(ArrayRef<Tensor> operands, const Dims &dims,
                        DType dtype, Body body);
  /// The reduction of the features of a tensor; the body's second operand is
  /// the accumulator, which starts as `init`.
  Tensor addRowReduction(const Tensor &of, StringRef init, Body body);
  /// One line within a body: `OP` with `{T}` for the type. Returns its name.
  std::string addLine(StringRef op, ArrayRef<std::string> operands, DType type);
  std::string addConstant(StringRef value, DType type);
  std::string addCast(const std::string &value, DType from, DType to);

  /// An op in destination style: `op` with `{ins}`, `{out}` for its operands.
  /// Each tensor of `outs` gets a destination.
  SmallVector<Tensor> addOp(StringRef op, ArrayRef<Tensor> operands,
                            ArrayRef<std::pair<Dims, DType>> outs);
  /// Samples and positions apart, or as one.
  Tensor addReshape(const Tensor &of);

  std::string getType(const Dims &dims, DType dtype) const;
  std::string getType(const Tensor &tensor) const {
    return getType(tensor.dims, tensor.dtype);
  }
  int64_t getExtent(Dim dim) const { return extents[unsigned(dim)]; }
  void setRead(const Tensor &tensor) { read.push_back(tensor.name); }
  void addResult(const Tensor &tensor) {
    addResult(tensor.name, getType(tensor));
  }
  void addResult(StringRef name, StringRef type) {
    results.emplace_back(name, type);
  }
  /// A value of the function that is no tensor of the graph.
  std::string addValue(const Twine &op);

  RandomGraph finish();

private:
  std::string makeName();
  /// The extents that are not part of the type, as operands.
  std::string getSizes(const Dims &dims) const;
  std::string addEmpty(const Dims &dims, DType dtype);
  void addGeneric(ArrayRef<Tensor> operands, const Tensor &out,
                  const Dims &loops, StringRef init, Body body, bool readsInit);

  SmallVector<int64_t> extents;
  bool isDynamic;
  unsigned numNames = 0;
  std::string text;
  SmallVector<Tensor> arguments, tensors;
  SmallVector<std::pair<std::string, std::string>> results; // name, type
  SmallVector<std::string> read;
};

} // namespace mlir::norm::graphs

#endif // NORM_TEST_GRAPHS_GRAPHWRITER_H
