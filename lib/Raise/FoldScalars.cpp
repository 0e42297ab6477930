//===- FoldScalars.cpp - Constants and extents are folded -------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/ExprGraph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;

std::optional<Extent> ExprGraph::getAsExtent(Node *node) {
  if (node->kind == NodeKind::extent)
    return node->extent;
  if (node->isConstant() && node->value >= 0 && !isa<FloatType>(node->type))
    return extents.getConstant(int64_t(node->value));
  return std::nullopt;
}

/// The number after a cast. A literal keeps the value it was written with, as
/// long as the narrower type holds it to its own precision: 1e-12 is 0 in f16.
static double castConstant(double value, Type type) {
  auto floatType = dyn_cast<FloatType>(type);
  if (!floatType)
    return value;
  APFloat rounded(value);
  bool losesInfo;
  rounded.convert(floatType.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  if (rounded.isNormal() && !rounded.isDenormal())
    return value;
  rounded.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return rounded.convertToDouble();
}

static std::optional<double> foldConstants(ScalarOp op, ArrayRef<Node *> args,
                                           const void *detail) {
  double a = args[0]->value, b = args.size() > 1 ? args[1]->value : 0;
  switch (op) {
  case ScalarOp::add:
  case ScalarOp::addInt:
    return a + b;
  case ScalarOp::sub:
  case ScalarOp::subInt:
    return a - b;
  case ScalarOp::mul:
  case ScalarOp::mulInt:
    return a * b;
  case ScalarOp::div:
    return a / b;
  case ScalarOp::divInt:
    return b != 0 ? std::optional(std::trunc(a / b)) : std::nullopt;
  case ScalarOp::remInt:
    return b != 0 ? std::optional(std::fmod(a, b)) : std::nullopt;
  case ScalarOp::neg:
    return -a;
  case ScalarOp::sqrt:
    return std::sqrt(a);
  case ScalarOp::rsqrt:
    return 1 / std::sqrt(a);
  case ScalarOp::pow:
    return std::pow(a, b);
  case ScalarOp::abs:
    return std::fabs(a);
  case ScalarOp::max:
    return std::isnan(a) ? a : std::isnan(b) ? b : std::max(a, b);
  case ScalarOp::castInt:
  case ScalarOp::toFloat:
    return a;
  case ScalarOp::compareFloat: {
    auto predicate =
        arith::CmpFPredicate(unsigned(reinterpret_cast<uintptr_t>(detail)) - 1);
    return arith::applyCmpPredicate(predicate, APFloat(a), APFloat(b));
  }
  case ScalarOp::compareInt: {
    auto predicate =
        arith::CmpIPredicate(unsigned(reinterpret_cast<uintptr_t>(detail)) - 1);
    return arith::applyCmpPredicate(predicate, APInt(64, int64_t(a), true),
                                    APInt(64, int64_t(b), true));
  }
  default:
    return std::nullopt;
  }
}

Node *ExprGraph::fold(ScalarOp op, ArrayRef<Node *> args, Type type,
                      const void *detail) {
  if (op == ScalarOp::select && args[0]->isConstant())
    return args[0]->value != 0 ? args[1] : args[2];
  // A dynamic broadcast reads 0 where the extent is 1; so does the coordinate.
  if (op == ScalarOp::select && args[0]->op == ScalarOp::compareInt &&
      args[1]->isConstant() && args[1]->value == 0 &&
      args[2]->kind == NodeKind::index) {
    Node *extent = args[0]->args[0], *unit = args[0]->args[1];
    auto predicate = arith::CmpIPredicate(getPredicate(args[0]));
    if (predicate == arith::CmpIPredicate::eq && unit->isConstant() &&
        unit->value == 1 && extent->kind == NodeKind::extent &&
        extent->extent == args[2]->shape[args[2]->map[0]])
      return args[2];
  }
  bool allConstant =
      llvm::all_of(args, [](Node *arg) { return arg->isConstant(); });
  if (allConstant && op == ScalarOp::cast)
    return getConstant(castConstant(args[0]->value, type), args[0]->type);
  if (allConstant)
    if (std::optional<double> value = foldConstants(op, args, detail);
        value && (isa<FloatType>(type) || std::fabs(*value) < 0x1p53))
      return getConstant(*value, type);

  // Arithmetic on shapes. An exporter's "is this dim negative" is decided here.
  if (op == ScalarOp::compareInt && args[1]->isConstant()) {
    bool isCoordinate = args[0]->kind == NodeKind::index;
    if (args[0]->kind == NodeKind::extent)
      isCoordinate = extents.isKnownNonNegative(args[0]->extent);
    auto predicate =
        arith::CmpIPredicate(unsigned(reinterpret_cast<uintptr_t>(detail)) - 1);
    if (isCoordinate && args[1]->value <= 0) {
      if (predicate == arith::CmpIPredicate::slt)
        return getConstant(0, type);
      if (predicate == arith::CmpIPredicate::sge)
        return getConstant(1, type);
    }
  }
  if ((op == ScalarOp::addInt || op == ScalarOp::subInt) &&
      args[1]->isConstant() && args[1]->value == 0)
    return args[0];
  std::optional<Extent> lhs = getAsExtent(args[0]);
  std::optional<Extent> rhs =
      args.size() > 1 ? getAsExtent(args[1]) : std::nullopt;
  if (op == ScalarOp::castInt && args[0]->kind == NodeKind::extent)
    return getExtent(*lhs, type);
  if (lhs && rhs && op == ScalarOp::mulInt)
    return getExtent(extents.multiply(*lhs, *rhs), type);
  if (lhs && rhs && op == ScalarOp::divInt)
    if (std::optional<Extent> quotient = extents.divide(*lhs, *rhs))
      return getExtent(*quotient, type);
  return nullptr;
}
