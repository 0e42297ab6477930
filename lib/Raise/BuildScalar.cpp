//===- BuildScalar.cpp - Nodes of scalar ops ---------------------*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/BuildGraph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::norm;

static ScalarOp getScalarOp(Operation *op) {
  return llvm::TypeSwitch<Operation *, ScalarOp>(op)
      .Case<arith::AddFOp>([](auto) { return ScalarOp::add; })
      .Case<arith::SubFOp>([](auto) { return ScalarOp::sub; })
      .Case<arith::MulFOp>([](auto) { return ScalarOp::mul; })
      .Case<arith::DivFOp>([](auto) { return ScalarOp::div; })
      .Case<arith::NegFOp>([](auto) { return ScalarOp::neg; })
      .Case<arith::MaximumFOp, arith::MaxNumFOp>(
          [](auto) { return ScalarOp::max; })
      .Case<arith::ExtFOp, arith::TruncFOp>([](auto) { return ScalarOp::cast; })
      .Case<arith::SIToFPOp, arith::UIToFPOp>(
          [](auto) { return ScalarOp::toFloat; })
      .Case<arith::CmpFOp>([](auto) { return ScalarOp::compareFloat; })
      .Case<arith::CmpIOp>([](auto) { return ScalarOp::compareInt; })
      .Case<arith::SelectOp>([](auto) { return ScalarOp::select; })
      .Case<arith::AddIOp>([](auto) { return ScalarOp::addInt; })
      .Case<arith::SubIOp>([](auto) { return ScalarOp::subInt; })
      .Case<arith::MulIOp>([](auto) { return ScalarOp::mulInt; })
      .Case<arith::DivSIOp, arith::DivUIOp>(
          [](auto) { return ScalarOp::divInt; })
      .Case<arith::RemSIOp, arith::RemUIOp>(
          [](auto) { return ScalarOp::remInt; })
      .Case<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtUIOp>(
          [](auto) { return ScalarOp::castInt; })
      .Case<math::SqrtOp>([](auto) { return ScalarOp::sqrt; })
      .Case<math::RsqrtOp>([](auto) { return ScalarOp::rsqrt; })
      .Case<math::PowFOp, math::FPowIOp>([](auto) { return ScalarOp::pow; })
      .Case<math::AbsFOp>([](auto) { return ScalarOp::abs; })
      .Default([](Operation *) { return ScalarOp::other; });
}

Node *GraphBuilder::visitScalarOp(Operation *op, ArrayRef<Node *> args,
                                  ArrayRef<Extent> domain) {
  Type type = getElementTypeOrSelf(op->getResult(0).getType());
  if (isa<math::FmaOp>(op))
    return graph.getMap(
        ScalarOp::add,
        {graph.getMap(ScalarOp::mul, args.take_front(2), domain, type),
         args[2]},
        domain, type);
  ScalarOp scalarOp = getScalarOp(op);
  const void *detail = nullptr;
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    detail = getPredicateDetail(unsigned(compare.getPredicate()));
  else if (auto compare = dyn_cast<arith::CmpIOp>(op))
    detail = getPredicateDetail(unsigned(compare.getPredicate()));
  else if (scalarOp == ScalarOp::other)
    detail = op->getName().getAsOpaquePointer();
  // An unknown op is told apart by its name; one with attributes of its own is
  // like nothing else.
  if (scalarOp == ScalarOp::other &&
      llvm::any_of(op->getAttrs(), [](NamedAttribute attribute) {
        return attribute.getName() != "fastmath";
      }))
    return graph.getLeaf(op->getResult(0), domain);
  return graph.getMap(scalarOp, args, domain, type, detail);
}

/// The dims of the domain that accesses read; none if that is not known.
static SmallVector<int64_t> getReadDims(ArrayRef<Node *> args, size_t rank) {
  llvm::SmallBitVector read(rank);
  for (Node *arg : args) {
    if (arg->shape.empty())
      continue;
    if (arg->kind != NodeKind::access)
      return {};
    for (int64_t dim : arg->map)
      if (dim >= 0)
        read.set(dim);
  }
  return llvm::to_vector_of<int64_t>(read.set_bits());
}

/// The body of a contraction computes on more dims than it need: a norm in it
/// is computed on its own dims, and read through an access.
Node *GraphBuilder::visitOnReadDims(Operation *op, ArrayRef<Node *> args,
                                    ArrayRef<Extent> domain) {
  if (cast<linalg::LinalgOp>(op->getParentOp()).getNumReductionLoops() == 0)
    return nullptr;
  SmallVector<int64_t> dims = getReadDims(args, domain.size());
  if (dims.empty() || dims.size() == domain.size())
    return nullptr;
  SmallVector<Extent> ownDomain;
  SmallVector<int64_t> toOwn(domain.size(), -1);
  for (auto [own, dim] : llvm::enumerate(dims)) {
    ownDomain.push_back(domain[dim]);
    toOwn[dim] = own;
  }
  auto ownArgs = llvm::map_to_vector(args, [&](Node *arg) {
    if (arg->shape.empty())
      return arg;
    return graph.getAccess(
        arg->args[0],
        llvm::map_to_vector(
            arg->map, [&](int64_t dim) { return dim < 0 ? -1 : toOwn[dim]; }),
        ownDomain);
  });
  Node *node = visitScalarOp(op, ownArgs, ownDomain);
  if (node->shape.empty())
    return node;
  graph.bind(op->getResult(0), node, dims);
  return graph.getAccess(node, dims, domain);
}
