//===- Rounding.cpp - Where a norm rounds -----------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Match.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::norm;

namespace {
/// The types in which the parts of a slice compute.
struct SliceTypes {
  SmallVector<FloatType> sums, statistics, normalization, affine;
  /// Casts to a narrower type: of the normalized value before the parameters,
  /// and elsewhere, of a statistic or between the affine ops.
  SmallVector<FloatType> roundedBeforeScale;
  bool roundsElsewhere = false;
};
} // namespace

static FloatType getFloatType(const Node *node) {
  return dyn_cast<FloatType>(node->type);
}

/// True if `type` is not one of those that hold all values of `other`.
static bool isNarrower(FloatType type, FloatType other) {
  return !holdsExactly(type, other);
}

/// True if a parameter of the match is what the node is computed from.
static bool readsParameter(const Match &match, const Node *node) {
  llvm::SmallSetVector<const Node *, 8> seen;
  seen.insert(node);
  for (size_t i = 0; i < seen.size() && i < 64; ++i) {
    if (seen[i] == match.scale.node || seen[i] == match.shift.node)
      return true;
    seen.insert(seen[i]->args.begin(), seen[i]->args.end());
  }
  return false;
}

/// Sorts the ops of the slice: what is on the way from x to y without a sum
/// normalizes, what also sees a parameter is affine, the rest is statistics.
static SliceTypes collectTypes(const Match &match,
                               const DenseSet<Node *> &dependents) {
  DenseSet<Node *> direct{match.x}, tainted;
  SmallVector<Node *> slice(match.slice);
  llvm::sort(slice, [](Node *a, Node *b) { return a->id < b->id; });
  for (Node *node : slice) {
    bool isView =
        node->kind == NodeKind::access || node->kind == NodeKind::reshape;
    for (Node *arg : node->args) {
      if (node->kind != NodeKind::reduce && direct.contains(arg))
        direct.insert(node);
      if (tainted.contains(arg) ||
          (!isView && !dependents.contains(arg) && readsParameter(match, arg)))
        tainted.insert(node);
    }
  }
  // The casts at the end are the one rounding to y's type.
  Node *end = match.y;
  while (end->isCast() || end->kind == NodeKind::access ||
         end->kind == NodeKind::reshape)
    end = end->args[0];
  // What y reads without a sum in between.
  DenseSet<Node *> applied;
  SmallVector<Node *> worklist{match.y};
  while (!worklist.empty()) {
    Node *node = worklist.pop_back_val();
    if (node == match.x || !direct.contains(node) ||
        !applied.insert(node).second)
      continue;
    llvm::append_range(worklist, node->args);
  }

  SliceTypes types;
  for (Node *node : slice) {
    FloatType type = getFloatType(node);
    if (!type || node->id > end->id)
      continue;
    if (node->isCast()) {
      FloatType from = getFloatType(node->args[0]);
      if (!from || !isNarrower(type, from))
        continue;
      if (applied.contains(node) && !tainted.contains(node))
        types.roundedBeforeScale.push_back(type);
      else
        types.roundsElsewhere = true;
      continue;
    }
    if (node->kind == NodeKind::reduce)
      types.sums.push_back(type);
    if (node->kind != NodeKind::map && node->kind != NodeKind::reduce)
      continue;
    if (tainted.contains(node))
      types.affine.push_back(type);
    else if (applied.contains(node))
      types.normalization.push_back(type);
    else
      types.statistics.push_back(type);
  }
  return types;
}

LogicalResult mlir::norm::matchRounding(Match &match,
                                        const DenseSet<Node *> &dependents,
                                        RoundingPolicy policy,
                                        Refusal &refusal) {
  SliceTypes types = collectTypes(match, dependents);
  FloatType data = getFloatType(match.x);
  auto f64 = Float64Type::get(data.getContext());
  FloatType widest = getNarrowestCommonType(types.sums);
  auto isOnly = [](ArrayRef<FloatType> list, FloatType type) {
    return llvm::all_of(list, [&](FloatType other) { return other == type; });
  };

  // A mean in f32 beside a variance in f64 is no more exact than its mean.
  SmallVector<FloatType> narrowSums;
  llvm::copy_if(types.sums, std::back_inserter(narrowSums),
                [&](FloatType type) { return type != f64; });
  FloatType withoutF64 =
      narrowSums.empty() ? widest : getNarrowestCommonType(narrowSums);
  bool isMixedWithF64 = withoutF64 != widest;

  RaiseMode needed = RaiseMode::strict;
  FloatType acc = widest;
  if (isMixedWithF64 && policy.mode == RaiseMode::reassoc && !policy.keepF64 &&
      match.kind == NormKind::layer && data != f64) {
    acc = withoutF64;
    needed = RaiseMode::reassoc;
  }
  acc = getNarrowestCommonType({acc, data});
  if (policy.mode != RaiseMode::strict && acc.getWidth() < 32)
    acc = Float32Type::get(data.getContext());
  bool isExact = isOnly(types.sums, acc) && isOnly(types.statistics, acc) &&
                 isOnly(types.normalization, acc) && !types.roundsElsewhere;

  SmallVector<FloatType> parameterTypes{data};
  for (const Parameter &parameter : {match.scale, match.shift})
    if (parameter.node)
      parameterTypes.push_back(getFloatType(parameter.node));
  FloatType parameterType = getNarrowestCommonType(parameterTypes);
  bool computesNarrow =
      !types.affine.empty() && llvm::all_of(types.affine, [&](FloatType type) {
        return type != withoutF64 && holdsExactly(withoutF64, type);
      });
  // Rounding to R and then computing in P is what before_scale does; P is never
  // narrower than what was written.
  bool roundsToData = !types.roundedBeforeScale.empty() &&
                      isOnly(types.roundedBeforeScale, data);
  bool isHeld = llvm::all_of(types.affine, [&](FloatType type) {
    return holdsExactly(parameterType, type);
  });
  if (!types.affine.empty() && isHeld && (roundsToData || computesNarrow)) {
    match.rounding = Rounding::before_scale;
    isExact &= roundsToData && isOnly(types.affine, parameterType);
  } else {
    match.rounding = Rounding::after_scale;
    isExact &= isOnly(types.affine, acc) && types.roundedBeforeScale.empty();
  }

  match.acc = acc;
  if (!isExact)
    needed = std::max(needed, RaiseMode::widen);
  if (!match.isTwoPass)
    needed = RaiseMode::reassoc;
  if (needed <= policy.mode)
    return success();
  refusal = {Condition::needsMode,
             needed == RaiseMode::reassoc ? "reassoc" : "widen"};
  return failure();
}

LogicalResult mlir::norm::matchBatchNormRounding(Match &match,
                                                 RoundingPolicy policy,
                                                 Refusal &refusal) {
  FloatType data = getFloatType(match.x);
  SmallVector<FloatType> computed;
  bool rounds = false;
  for (Node *node : match.slice) {
    FloatType type = getFloatType(node);
    if (!type)
      continue;
    if (node->kind == NodeKind::map && !node->isCast())
      computed.push_back(type);
    else if (node->isCast() && node != match.y)
      rounds |= isNarrower(type, getFloatType(node->args[0]));
  }
  FloatType widest = getNarrowestCommonType(computed);
  FloatType acc = getNarrowestCommonType({widest, data});
  if (policy.mode != RaiseMode::strict && acc.getWidth() < 32)
    acc = Float32Type::get(data.getContext());
  match.acc = acc;
  match.rounding = Rounding::after_scale;
  bool isExact = !rounds && llvm::all_of(computed, [&](FloatType type) {
    return type == acc;
  });
  if (isExact || policy.mode != RaiseMode::strict)
    return success();
  refusal = {Condition::needsMode, "widen"};
  return failure();
}
