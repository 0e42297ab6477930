//===- EmitOp.cpp - The named op of a match ---------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/MatchRewriter.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::norm;

/// The dims of x; one that only in part is reduced, or read by a parameter, is
/// expanded to its digits.
void MatchRewriter::layOut() {
  SmallVector<SmallVector<Digit>> parameters;
  for (const Parameter &parameter : {match.scale, match.shift}) {
    auto &flat = parameters.emplace_back();
    for (ArrayRef<Digit> digits : parameter.index)
      llvm::append_range(flat, digits);
  }
  for (ArrayRef<Digit> digits : match.xIndex) {
    bool isWhole = llvm::all_equal(llvm::map_range(
        digits, [&](Digit digit) { return match.isReduced(digit); }));
    for (ArrayRef<Digit> flat : parameters) {
      const auto *begin =
          digits.empty() ? flat.end() : llvm::find(flat, digits.front());
      bool hasAll = flat.end() - begin >= std::ptrdiff_t(digits.size()) &&
                    std::equal(digits.begin(), digits.end(), begin);
      bool hasNone = llvm::none_of(
          digits, [&](Digit digit) { return llvm::is_contained(flat, digit); });
      isWhole &= hasAll || hasNone;
    }
    if (isWhole) {
      pieces.emplace_back(digits);
      continue;
    }
    for (Digit digit : digits)
      pieces.push_back({digit});
  }
  for (auto [dim, digits] : llvm::enumerate(pieces))
    if (!digits.empty() && match.isReduced(digits.front()))
      dims.push_back(dim);
}

Value MatchRewriter::emitParameter(const Parameter &parameter,
                                   SmallVector<int64_t> &parameterDims) {
  Value tensor = getTensorBefore(graph, parameter.node, first);
  if (!tensor)
    return {};
  SmallVector<Digit> flat;
  for (ArrayRef<Digit> digits : parameter.index)
    llvm::append_range(flat, digits);
  Index grouped;
  for (size_t i = 0; i < flat.size(); i += grouped.back().size()) {
    size_t dim = std::distance(
        pieces.begin(), llvm::find_if(pieces, [&](ArrayRef<Digit> digits) {
          return llvm::is_contained(digits, flat[i]);
        }));
    parameterDims.push_back(dim);
    grouped.push_back(pieces[dim]);
  }
  return regroupDims(builder, loc, graph.extents, tensor, parameter.index,
                     grouped);
}

bool MatchRewriter::emitOperands() {
  Value tensor = getTensorBefore(graph, match.x, first);
  if (!tensor)
    return false;
  builder.setInsertionPoint(first);
  x = regroupDims(builder, loc, graph.extents, tensor, match.xIndex, pieces);
  if (match.scale.node && !(scale = emitParameter(match.scale, scaleDims)))
    return false;
  if (match.shift.node && !(shift = emitParameter(match.shift, shiftDims)))
    return false;
  return true;
}

Value MatchRewriter::emitInit(ArrayRef<int64_t> withoutDims, Type type) {
  SmallVector<OpFoldResult> sizes;
  for (auto [dim, size] :
       llvm::enumerate(tensor::getMixedSizes(builder, loc, x)))
    if (!llvm::is_contained(withoutDims, int64_t(dim)))
      sizes.push_back(size);
  return tensor::EmptyOp::create(builder, loc, sizes, type);
}

Operation *MatchRewriter::emitOp(Type meanType, Type rstdType) {
  Value init = emitInit({}, match.y->type);
  Value mean = meanType ? emitInit(dims, meanType) : Value();
  Value rstd = rstdType ? emitInit(dims, rstdType) : Value();
  auto getDims = [&](Value parameter, ArrayRef<int64_t> parameterDims) {
    return parameter && parameterDims != ArrayRef<int64_t>(dims)
               ? builder.getDenseI64ArrayAttr(parameterDims)
               : DenseI64ArrayAttr();
  };
  auto data = cast<FloatType>(match.x->type);
  FloatType defaultAcc = data.getWidth() < 32 ? builder.getF32Type() : data;
  TypeAttr acc =
      match.acc == defaultAcc ? TypeAttr() : TypeAttr::get(match.acc);
  auto create = [&](auto op, auto... extra) -> Operation * {
    using Op = decltype(op);
    SmallVector<Type> types{init.getType()};
    if (mean)
      types.push_back(mean.getType());
    if (rstd)
      types.push_back(rstd.getType());
    auto rounding = RoundingAttr::get(builder.getContext(), match.rounding);
    auto scaleDimsAttr = getDims(scale, scaleDims);
    auto shiftDimsAttr = getDims(shift, shiftDims);
    auto dimsAttr = builder.getDenseI64ArrayAttr(dims);
    auto eps = builder.getF64FloatAttr(match.literalEps);
    auto offset = builder.getF64FloatAttr(match.scaleOffset);
    if constexpr (std::is_same_v<Op, LayerNormOp>)
      return Op::create(builder, loc, types, x, scale, shift, init, mean, rstd,
                        dimsAttr, scaleDimsAttr, shiftDimsAttr, eps, acc,
                        rounding, offset);
    else
      return Op::create(builder, loc, types, x, scale, shift, init, rstd,
                        dimsAttr, scaleDimsAttr, shiftDimsAttr, eps, acc,
                        rounding, offset, extra...);
  };
  switch (match.kind) {
  case NormKind::layer:
    return create(LayerNormOp());
  case NormKind::rms:
    return create(RmsNormOp());
  case NormKind::l2:
    return create(L2NormOp(),
                  EpsModeAttr::get(builder.getContext(), match.epsMode));
  }
  llvm_unreachable("a kind of norm");
}
