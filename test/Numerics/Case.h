//===- Case.h - One kernel to test, and what it is run on -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_NUMERICS_CASE_H
#define NORM_TEST_NUMERICS_CASE_H

#include "Code.h"
#include "Norm/Run/DType.h"
#include "Norm/Run/Device.h"
#include "llvm/ADT/SmallVector.h"
#include <functional>

namespace mlir::norm::numerics {

using Extents = SmallVector<int64_t>;

/// What the function under test holds.
enum class Program {
  layerNorm,    ///< norm.layer_norm
  rmsNorm,      ///< norm.rms_norm
  l2NormAdd,    ///< norm.l2_norm eps_mode = add
  l2NormMax,    ///< norm.l2_norm eps_mode = max
  groupNorm,    ///< norm.group_norm
  batchNorm,    ///< norm.batch_norm
  addLayerNorm, ///< layer norm of x + r, and the sum
  softmax,      ///< reductions max, then add
  quantize,     ///< layer norm to int8, with a scale per row
  gelu,         ///< GELU (tanh) of a layer norm
  dequantize    ///< layer norm of codes times a number per row
};
constexpr unsigned numPrograms = 11;

/// Where the operands are.
enum class Layout {
  tensor,     ///< tensors; results are trailing arguments
  memref,     ///< contiguous
  pitched,    ///< the last dim is longer in memory
  strided,    ///< two elements from one to the next
  inPlace,    ///< the destination is x
  aliased,    ///< the destination is another argument, of the same memory
  misaligned, ///< as tensor, but one element off every alignment
};

enum class InputKind {
  normal,     ///< N(0, 1)
  largeMean,  ///< N(1e4, 1)
  constant,   ///< one value a row
  nearF16Max, ///< around 62500
  subnormal,  ///< of the data's type
  farStart,   ///< N(0, 1), the first 32 elements of a row 1000 more
  nan,        ///< a row with a NaN
  inf,        ///< a row with +Inf
  negativeInf ///< a row with −Inf
};
constexpr unsigned numInputKinds = 9;

/// Which rows x has. For a group norm the channel is two dims here, group and
/// channel of the group, those of scaleDims; a row of a batch norm is a
/// channel.
struct Geometry {
  Extents shape;
  Extents dims;
  /// The dims that scale and shift index, if not `dims`.
  Extents scaleDims;

  ArrayRef<int64_t> getScaleDims() const {
    return scaleDims.empty() ? dims : scaleDims;
  }
  bool isReduced(int64_t dim) const { return llvm::is_contained(dims, dim); }
  int64_t getRowSize() const;
  int64_t getNumRows() const;
  /// The extents of these dims.
  Extents getExtents(ArrayRef<int64_t> of) const;
  Extents getParallelDims() const;
};

/// Operands, attributes and types of a norm; which of them apply is up to the
/// program.
struct Variant {
  std::string name;
  bool scale = false, shift = false, statistics = false;
  bool roundsBeforeScale = false;
  double scaleOffset = 0;
  /// Powers of 2 in place of e, of a softmax.
  bool hasBaseTwo = false;
  /// Those of x by default.
  std::optional<DType> parameterType, resultType;
  std::optional<DType> accType;
  /// What x holds, of the program that dequantizes.
  std::optional<Code> code;
};

struct Road {
  std::string name, pipelineOptions;
  /// The mean's rounding error is carried along.
  bool hasResidual = false;
  /// What kernels for a GPU run on; empty where there are none.
  std::function<std::shared_ptr<Device>()> createDevice = {};
  /// The shift is taken however far it is off the mean.
  bool hasUncheckedShift = false;
  /// Like another but in one thing: of a sample, a part is enough.
  bool isVariation = false;

  bool hasKernels() const { return bool(createDevice); }
};

struct KernelCase {
  Program program;
  Road road;
  DType dtype;
  Variant variant;
  Layout layout;
  bool isDynamic;
  /// One if static. They differ in shape only.
  SmallVector<Geometry> geometries;

  /// That of the function's operands: channels of a group norm as one dim.
  Geometry getOperandGeometry(const Geometry &geometry) const;
  bool isNamed() const { return program <= Program::batchNorm; }
  DType getAccType() const;
  DType getParameterType() const {
    return variant.parameterType.value_or(dtype);
  }
  DType getResultType() const;
  /// P of the formula: the narrowest type that holds x and the parameters.
  DType getAffineType() const;
  double getEps() const;
  bool isCentred() const;
  bool hasMean() const;
  bool hasRstd() const;
  bool usesMemRefs() const {
    return layout != Layout::tensor && layout != Layout::misaligned;
  }
  bool writesX() const {
    return layout == Layout::inPlace || layout == Layout::aliased;
  }
  /// All but shape and input: `layer_norm/vector/f32/affine/tensor/static`.
  std::string getName() const;
  std::string getName(const Geometry &geometry, InputKind input) const;
};

StringRef toString(Program program);
StringRef toString(Layout layout);
StringRef toString(InputKind input);

/// What the host can run: kernels by the PTX interpreter.
std::vector<Road> getRoads();

/// What the first NVIDIA GPU can run; an error where there is none.
llvm::Expected<std::vector<Road>> getCUDARoads();

/// Every kernel there is.
std::vector<KernelCase> enumerateCases(ArrayRef<Road> roads);

/// `perGroup` kernels of each program on each road, the same ones every time.
std::vector<KernelCase> sampleCases(std::vector<KernelCase> cases,
                                    unsigned perGroup);

/// The function `f` to compile.
std::string makeModule(const KernelCase &kernel);
/// Of that function, if it holds a norm.generic: its body, whose arguments are
/// %x_e, %r_e, %steps_e, %scale_e and %shift_e, and the constants that this
/// captures.
std::string makeBody(const KernelCase &kernel);
std::string makeConstants(const KernelCase &kernel);

} // namespace mlir::norm::numerics

#endif // NORM_TEST_NUMERICS_CASE_H
