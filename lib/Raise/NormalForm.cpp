//===- NormalForm.cpp - The normal form of a node ---------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/NormalForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;

/// Node visits of one evaluation, and how deep they may go.
static constexpr unsigned maxSteps = 4000;
static constexpr unsigned maxDepth = 256;
/// Numbers the dims that a sum binds, apart from those of its own domain.
static constexpr unsigned boundDim = 1 << 16;
/// Times that a digit may be cut before an evaluation is given up.
static constexpr unsigned maxSplits = 12;

LogicalResult NormalForm::refuse(Condition condition, const Twine &detail) {
  if (refusal.condition == Condition::none)
    refusal = {condition, detail.str()};
  return failure();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

FailureOr<Poly> NormalForm::evaluate(Node *node) {
  for (unsigned attempt = 0; attempt < maxSplits; ++attempt) {
    refusal = {};
    steps = 0;
    FailureOr<Poly> value = evaluate(node, getIndex(node));
    if (!pendingSplit)
      return value;
    auto [variable, low] = *pendingSplit;
    pendingSplit.reset();
    lowExtents[variable] = low;
    parts[variable] = {numVariables, numVariables + 1};
    numVariables += 2;
    memo.clear();
  }
  return refuse(Condition::indexNotAffine, "too many reshapes");
}

FailureOr<Poly> NormalForm::evaluate(Node *node, const Index &index) {
  if (node->isConstant())
    return algebra.getConstant(snapToRowLength(node));
  if (node->kind == NodeKind::extent)
    return algebra.getExtent(node->extent);
  for (auto &[known, value] : memo[node])
    if (known == index)
      return value;
  if (++steps > maxSteps || depth == maxDepth)
    return refuse(Condition::limit, "too many operations");
  ++depth;
  FailureOr<Poly> value = compute(node, index);
  --depth;
  if (succeeded(value))
    memo[node].push_back({index, *value});
  return value;
}

/// A literal that is n, 1/n, √n or 1/√n but for the rounding of its own type is
/// exactly that.
double NormalForm::snapToRowLength(Node *constant) const {
  auto type = dyn_cast<FloatType>(constant->type);
  double value = constant->value;
  if (!type || !(value > 0))
    return value;
  // Half a unit in the last place, and a little for how it was computed.
  double tolerance = std::ldexp(1.01, -int(type.getFPMantissaWidth()));
  for (int64_t length : rowLengths) {
    double n = double(length);
    for (double exact : {n, 1 / n, std::sqrt(n), 1 / std::sqrt(n)})
      if (std::fabs(value - exact) <= tolerance * exact)
        return exact;
  }
  return value;
}

static bool isAlgebraic(const Node *node) {
  switch (node->op) {
  case ScalarOp::add:
  case ScalarOp::sub:
  case ScalarOp::mul:
  case ScalarOp::div:
  case ScalarOp::neg:
  case ScalarOp::sqrt:
  case ScalarOp::rsqrt:
  case ScalarOp::cast:
    return true;
  case ScalarOp::toFloat:
    return node->args[0]->kind == NodeKind::extent;
  default:
    return false;
  }
}

FailureOr<Poly> NormalForm::compute(Node *node, const Index &index) {
  if (node == x)
    return algebra.getLeaf(node, index);
  switch (node->kind) {
  case NodeKind::access: {
    Index projected;
    for (int64_t dim : node->map)
      projected.push_back(dim < 0 ? SmallVector<Digit, 2>() : index[dim]);
    return evaluate(node->args[0], projected);
  }
  case NodeKind::reshape: {
    FailureOr<Index> reshaped = reshape(index, node->args[0]->shape);
    if (failed(reshaped))
      return failure();
    return evaluate(node->args[0], *reshaped);
  }
  case NodeKind::map:
    if (dependents.contains(node) || node->isCast())
      return computeMap(node, index);
    // A parameter, as far up as one tensor holds it. What is computed in the
    // body of an op that broadcasts is no tensor, and is looked into.
    if (isAlgebraic(node) && (!node->getTensor() || !readsWholeDomain(node)))
      return computeMap(node, index);
    return algebra.getLeaf(node, index);
  case NodeKind::reduce:
    if (!dependents.contains(node))
      return algebra.getLeaf(node, index);
    if (node->isSum())
      return computeSum(node, index);
    return refuse(Condition::unsupportedOp, "a reduction that is no sum");
  case NodeKind::gather:
    return refuse(Condition::gatherTable);
  default:
    return algebra.getLeaf(node, index);
  }
}

FailureOr<Poly> NormalForm::computeSum(Node *node, const Index &index) {
  Node *arg = node->args[0];
  Index argIndex(arg->shape.size());
  SmallVector<Digit> bound;
  for (auto [position, dim] : llvm::enumerate(node->map))
    if (dim >= 0)
      argIndex[dim] = index[position];
  for (auto [dim, extent] : llvm::enumerate(arg->shape)) {
    if (llvm::is_contained(node->map, int64_t(dim)))
      continue;
    argIndex[dim] = getDigits(getVariable(node, boundDim + dim), extent);
    llvm::append_range(bound, argIndex[dim]);
  }
  FailureOr<Poly> value = evaluate(arg, argIndex);
  if (failed(value))
    return failure();
  FailureOr<Poly> sum = algebra.sum(*value, bound);
  if (failed(sum))
    return refuse(Condition::limit, "too many terms");
  return sum;
}

/// The eighths of an exponent, if it is that fine.
static std::optional<int> getExponent(const Node *node) {
  double eighths = node->value * one;
  if (!node->isConstant() || eighths != std::rint(eighths) ||
      std::fabs(eighths) > 32 * one)
    return std::nullopt;
  return int(eighths);
}

FailureOr<Poly> NormalForm::computeMap(Node *node, const Index &index) {
  SmallVector<Poly, 3> args;
  bool isSelect = node->op == ScalarOp::select;
  for (Node *arg : node->args.drop_front(isSelect)) {
    FailureOr<Poly> value = evaluate(arg, arg->shape.empty() ? Index() : index);
    if (failed(value))
      return failure();
    args.push_back(std::move(*value));
  }
  auto check = [&](FailureOr<Poly> value) {
    if (failed(value))
      return FailureOr<Poly>(refuse(Condition::limit, "too many terms"));
    return value;
  };
  switch (node->op) {
  case ScalarOp::cast:
  case ScalarOp::castInt:
    return args[0];
  case ScalarOp::toFloat:
    if (node->args[0]->kind == NodeKind::extent)
      return args[0];
    break;
  case ScalarOp::add:
    return algebra.add(args[0], args[1]);
  case ScalarOp::sub:
    return algebra.add(args[0], args[1], -1.0);
  case ScalarOp::neg:
    return algebra.scale(args[0], -1.0);
  case ScalarOp::mul:
    return check(algebra.multiply(args[0], args[1]));
  case ScalarOp::div: {
    FailureOr<Poly> inverse = check(algebra.power(args[1], -one));
    if (failed(inverse))
      return failure();
    return check(algebra.multiply(args[0], *inverse));
  }
  case ScalarOp::sqrt:
    return check(algebra.power(args[0], half));
  case ScalarOp::rsqrt:
    return check(algebra.power(args[0], -half));
  case ScalarOp::pow:
    if (std::optional<int> exponent = getExponent(node->args[1]))
      return check(algebra.power(args[0], *exponent));
    return refuse(Condition::unsupportedOp, "a power that is not in eighths");
  case ScalarOp::abs:
    return check(algebra.absolute(args[0]));
  case ScalarOp::max:
    return algebra.maximum(args[0], args[1]);
  case ScalarOp::select: {
    // a < b ? b : a, and so on, is a maximum.
    Node *condition = node->args[0], *ifTrue = node->args[1],
         *ifFalse = node->args[2];
    if (condition->op != ScalarOp::compareFloat)
      break;
    Node *lhs = condition->args[0], *rhs = condition->args[1];
    switch (arith::CmpFPredicate(getPredicate(condition))) {
    case arith::CmpFPredicate::OGT:
    case arith::CmpFPredicate::OGE:
    case arith::CmpFPredicate::UGT:
    case arith::CmpFPredicate::UGE:
      std::swap(lhs, rhs);
      [[fallthrough]];
    case arith::CmpFPredicate::OLT:
    case arith::CmpFPredicate::OLE:
    case arith::CmpFPredicate::ULT:
    case arith::CmpFPredicate::ULE:
      if (lhs == ifFalse && rhs == ifTrue)
        return algebra.maximum(args[0], args[1]);
      break;
    default:
      break;
    }
    break;
  }
  default:
    break;
  }
  StringRef name = "a piecewise op";
  if (node->op == ScalarOp::other)
    name = OperationName::getFromOpaquePointer(node->detail).getStringRef();
  return refuse(Condition::unsupportedOp, name);
}
