//===- GenericBuilder.cpp - Editing norm.generic in step -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GenericBuilder.h"
#include "Norm/Fuse/Patterns.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace mlir::norm;

bool mlir::norm::coversAllDims(unsigned numDims, ArrayRef<AffineMap> maps) {
  llvm::SmallBitVector covered(numDims);
  for (AffineMap map : maps)
    for (unsigned dim = 0; dim < numDims; ++dim)
      if (map.isFunctionOfDim(dim))
        covered.set(dim);
  return covered.all();
}

GenericBuilder::GenericBuilder(RewriterBase &rewriter, RowOpInterface op)
    : rewriter(rewriter) {
  auto generic = dyn_cast<GenericOp>(op.getOperation());
  ownsScaffold = !generic;
  if (!generic) {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    generic = *generalizeNamedOp(rewriter, op);
  }
  scaffold = generic;
  llvm::append_range(inputs, scaffold.getInputs());
  for (unsigned i = 0; i < inputs.size(); ++i)
    inputMaps.push_back(scaffold.getInputMap(i));
  for (auto [i, init] : llvm::enumerate(scaffold.getOutputs()))
    outs.push_back({init,
                    scaffold.getOutputMap(i),
                    scaffold.getYields()[i],
                    {op->getResult(i)}});
}

/// The operand without the dims that `map` indexes with a constant 0, and the
/// map without these results.
static std::pair<Value, AffineMap> dropUnitDims(OpBuilder &builder, Value value,
                                                AffineMap map) {
  SmallVector<AffineExpr> exprs;
  SmallVector<OpFoldResult> sizes, slice;
  SmallVector<int64_t> shape;
  auto type = cast<RankedTensorType>(value.getType());
  if (llvm::none_of(map.getResults(), llvm::IsaPred<AffineConstantExpr>))
    return {value, map};
  sizes = tensor::getMixedSizes(builder, value.getLoc(), value);
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    if (isa<AffineConstantExpr>(expr)) {
      slice.push_back(builder.getIndexAttr(1));
      continue;
    }
    exprs.push_back(expr);
    slice.push_back(sizes[i]);
    shape.push_back(type.getDimSize(i));
  }
  SmallVector<OpFoldResult> zeros(sizes.size(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> ones(sizes.size(), builder.getIndexAttr(1));
  Value dropped = tensor::ExtractSliceOp::create(
      builder, value.getLoc(),
      RankedTensorType::get(shape, type.getElementType()), value, zeros, slice,
      ones);
  return {dropped,
          AffineMap::get(map.getNumDims(), 0, exprs, builder.getContext())};
}

Value GenericBuilder::getElement(Value operand, AffineMap map) {
  if (!isa<ShapedType>(operand.getType()))
    return operand;
  std::tie(operand, map) = dropUnitDims(rewriter, operand, map);
  for (auto [i, input] : llvm::enumerate(inputs))
    if (input == operand && inputMaps[i] == map)
      return getBody()->getArgument(i);
  inputs.push_back(operand);
  inputMaps.push_back(map);
  Value element;
  rewriter.modifyOpInPlace(scaffold, [&] {
    element = getBody()->addArgument(getElementTypeOrSelf(operand.getType()),
                                     scaffold.getLoc());
  });
  return element;
}

void GenericBuilder::substituteInput(unsigned number, Value value) {
  BlockArgument argument = getBody()->getArgument(number);
  rewriter.replaceAllUsesWith(argument, value);
  for (Out &out : outs)
    if (out.yielded == argument)
      out.yielded = value;
}

void GenericBuilder::addOut(Value init, AffineMap map, Value yielded,
                            Value replaced) {
  outs.push_back({init, map, yielded, {replaced}});
}

void GenericBuilder::simplifyBody() {
  Operation *yield = getBody()->getTerminator();
  rewriter.modifyOpInPlace(yield, [&] {
    yield->setOperands(
        llvm::map_to_vector(outs, [](const Out &out) { return out.yielded; }));
  });
  DominanceInfo dominance;
  eliminateCommonSubExpressions(rewriter, dominance, scaffold);
  for (auto [out, yielded] : llvm::zip_equal(outs, yield->getOperands()))
    out.yielded = yielded;
  for (Operation &nested : llvm::make_early_inc_range(
           llvm::reverse(getBody()->without_terminator())))
    if (isOpTriviallyDead(&nested))
      rewriter.eraseOp(&nested);
}

void GenericBuilder::mergeEqualOuts() {
  SmallVector<Out> merged;
  for (Out &out : outs) {
    auto *equal = llvm::find_if(merged, [&](const Out &other) {
      return other.map == out.map && other.yielded == out.yielded &&
             other.init.getType() == out.init.getType();
    });
    if (equal != merged.end())
      llvm::append_range(equal->replaced, out.replaced);
    else
      merged.push_back(out);
  }
  outs = std::move(merged);
  Operation *yield = getBody()->getTerminator();
  rewriter.modifyOpInPlace(yield, [&] {
    yield->setOperands(
        llvm::map_to_vector(outs, [](const Out &out) { return out.yielded; }));
  });
}

void GenericBuilder::dropUnusedInputs() {
  for (unsigned i = inputs.size(); i-- > 0;) {
    if (!getBody()->getArgument(i).use_empty())
      continue;
    SmallVector<AffineMap> others(inputMaps);
    others.erase(others.begin() + i);
    for (const Out &out : outs)
      others.push_back(out.map);
    if (!coversAllDims(inputMaps[i].getNumDims(), others))
      continue;
    rewriter.modifyOpInPlace(scaffold, [&] { getBody()->eraseArgument(i); });
    inputs.erase(inputs.begin() + i);
    inputMaps.erase(inputMaps.begin() + i);
  }
}

/// What the op reads element by element comes first, parameters after it.
void GenericBuilder::orderInputs() {
  SmallVector<unsigned> order;
  for (bool elementwise : {true, false})
    for (auto [i, map] : llvm::enumerate(inputMaps))
      if (map.isPermutation() == elementwise)
        order.push_back(i);
  SmallVector<Value> ordered;
  SmallVector<AffineMap> orderedMaps;
  Block *body = getBody();
  rewriter.modifyOpInPlace(scaffold, [&] {
    for (unsigned i : order) {
      ordered.push_back(inputs[i]);
      orderedMaps.push_back(inputMaps[i]);
      BlockArgument old = body->getArgument(i);
      old.replaceAllUsesWith(body->addArgument(old.getType(), old.getLoc()));
    }
    body->eraseArguments(0, order.size());
  });
  inputs = std::move(ordered);
  inputMaps = std::move(orderedMaps);
}

GenericOp GenericBuilder::finish() {
  llvm::erase_if(outs, [](const Out &out) { return !out.init; });
  simplifyBody();
  mergeEqualOuts();
  dropUnusedInputs();
  orderInputs();

  SmallVector<Value> inits;
  SmallVector<AffineMap> maps(inputMaps);
  for (const Out &out : outs) {
    inits.push_back(out.init);
    maps.push_back(out.map);
  }
  auto generic = GenericOp::create(rewriter, scaffold.getLoc(),
                                   ValueRange(inits).getTypes(), inputs, inits,
                                   maps, scaffold.getRowIteratorTypes());
  rewriter.inlineRegionBefore(scaffold.getBody(), generic.getBody(),
                              generic.getBody().begin());
  generic->setDiscardableAttrs(scaffold->getDiscardableAttrDictionary());
  for (auto [out, result] : llvm::zip_equal(outs, generic.getResults()))
    for (Value replaced : out.replaced)
      rewriter.replaceAllUsesWith(replaced, result);
  if (ownsScaffold)
    rewriter.eraseOp(scaffold);
  return generic;
}
