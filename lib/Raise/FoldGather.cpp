//===- FoldGather.cpp - Constant index tables as views ----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/BuildGraph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::norm;

/// Tables larger than this are not looked at.
static constexpr int64_t maxTableSize = 1 << 20;
/// Nor are tables that take more operations than this.
static constexpr int64_t maxEvaluations = 1 << 24;

namespace {
/// Evaluates integer nodes at every point of a static domain; at index 0 of the
/// dims that none of them reads, whose extent is 1 here.
class TableEvaluator {
public:
  TableEvaluator(const ExtentTable &extents, ArrayRef<int64_t> shape,
                 int64_t size)
      : extents(extents), shape(shape), size(size) {}
  /// The values in row-major order; empty if not known.
  ArrayRef<int64_t> evaluate(Node *node);
  SmallVector<int64_t> getCoordinates(int64_t position) const;

private:
  std::vector<int64_t> compute(Node *node);
  std::vector<int64_t> computeAccess(Node *node) const;
  const ExtentTable &extents;
  ArrayRef<int64_t> shape;
  int64_t size;
  DenseMap<Node *, std::vector<int64_t>> memo;
};
} // namespace

SmallVector<int64_t> TableEvaluator::getCoordinates(int64_t position) const {
  SmallVector<int64_t> coordinates(shape.size());
  for (size_t dim = shape.size(); dim-- > 0; position /= shape[dim])
    coordinates[dim] = position % shape[dim];
  return coordinates;
}

/// Arguments before what is computed from them; deep bodies do not recurse.
ArrayRef<int64_t> TableEvaluator::evaluate(Node *node) {
  llvm::SetVector<Node *> needed;
  needed.insert(node);
  for (size_t i = 0; i < needed.size(); ++i)
    if (needed[i]->kind == NodeKind::map)
      needed.insert(needed[i]->args.begin(), needed[i]->args.end());
  if (int64_t(needed.size()) > maxEvaluations / size)
    return {};
  SmallVector<Node *> order = needed.takeVector();
  llvm::sort(order, [](Node *a, Node *b) { return a->id < b->id; });
  for (Node *known : order)
    if (!memo.count(known)) {
      std::vector<int64_t> values = compute(known);
      memo[known] = std::move(values);
    }
  return memo[node];
}

/// The elements of a constant tensor of integers, or of a view of it.
static std::vector<int64_t> getElements(Node *leaf) {
  if (leaf->kind == NodeKind::reshape)
    leaf = leaf->args[0];
  std::vector<int64_t> values;
  Value tensor = leaf->getTensor();
  auto constant =
      tensor ? tensor.getDefiningOp<arith::ConstantOp>() : arith::ConstantOp();
  if (!constant || !isa<IntegerType, IndexType>(leaf->type))
    return values;
  if (auto dense = dyn_cast<DenseIntElementsAttr>(constant.getValue())) {
    for (const APInt &value : dense.getValues<APInt>())
      values.push_back(value.getSExtValue());
  } else if (auto dense =
                 dyn_cast<DenseI64ResourceElementsAttr>(constant.getValue())) {
    if (std::optional<ArrayRef<int64_t>> array = dense.tryGetAsArrayRef())
      values.assign(array->begin(), array->end());
  } else if (auto dense =
                 dyn_cast<DenseI32ResourceElementsAttr>(constant.getValue())) {
    if (std::optional<ArrayRef<int32_t>> array = dense.tryGetAsArrayRef())
      values.assign(array->begin(), array->end());
  }
  return values;
}

static std::optional<int64_t> apply(Node *node, ArrayRef<int64_t> args) {
  switch (node->op) {
  case ScalarOp::castInt:
    return args[0];
  case ScalarOp::addInt:
    return args[0] + args[1];
  case ScalarOp::subInt:
    return args[0] - args[1];
  case ScalarOp::mulInt:
    return args[0] * args[1];
  case ScalarOp::divInt:
    return args[1] ? std::optional(args[0] / args[1]) : std::nullopt;
  case ScalarOp::remInt:
    return args[1] ? std::optional(args[0] % args[1]) : std::nullopt;
  case ScalarOp::select:
    return args[0] ? args[1] : args[2];
  case ScalarOp::compareInt:
    return arith::applyCmpPredicate(arith::CmpIPredicate(getPredicate(node)),
                                    APInt(64, args[0], true),
                                    APInt(64, args[1], true));
  default:
    return std::nullopt;
  }
}

std::vector<int64_t> TableEvaluator::compute(Node *node) {
  std::vector<int64_t> values;
  if (node->isConstant()) {
    values.assign(size, int64_t(node->value));
    return values;
  }
  values.reserve(size);
  if (node->kind == NodeKind::index) {
    for (int64_t i = 0; i < size; ++i)
      values.push_back(getCoordinates(i)[node->map[0]]);
    return values;
  }
  if (node->kind == NodeKind::leaf || node->kind == NodeKind::reshape) {
    values = getElements(node);
    if (int64_t(values.size()) != size)
      values.clear();
    return values;
  }
  if (node->kind == NodeKind::access)
    return computeAccess(node);
  if (node->kind != NodeKind::map)
    return values;
  SmallVector<ArrayRef<int64_t>> columns;
  for (Node *arg : node->args) {
    columns.push_back(memo[arg]);
    if (columns.back().empty())
      return values;
  }
  for (int64_t i = 0; i < size; ++i) {
    SmallVector<int64_t, 3> args;
    for (ArrayRef<int64_t> column : columns)
      args.push_back(column[i]);
    std::optional<int64_t> value = apply(node, args);
    if (!value)
      return {};
    values.push_back(*value);
  }
  return values;
}

/// The elements of a constant tensor at the points of the domain.
std::vector<int64_t> TableEvaluator::computeAccess(Node *node) const {
  Node *table = node->args[0];
  std::vector<int64_t> elements = getElements(table);
  SmallVector<int64_t> extents;
  for (Extent extent : table->shape)
    extents.push_back(this->extents.getIfConstant(extent).value_or(0));
  if (elements.empty() ||
      int64_t(elements.size()) != ShapedType::getNumElements(extents))
    return {};
  std::vector<int64_t> values;
  values.reserve(size);
  for (int64_t i = 0; i < size; ++i) {
    SmallVector<int64_t> point = getCoordinates(i);
    int64_t position = 0;
    for (auto [dim, extent] : llvm::zip_equal(node->map, extents))
      position = position * extent + (dim < 0 ? 0 : point[dim]);
    values.push_back(elements[position]);
  }
  return values;
}

Node *mlir::norm::foldGather(ExprGraph &graph, Node *gather) {
  Node *source = gather->args[0];
  auto getStaticShape =
      [&](ArrayRef<Extent> extents) -> FailureOr<SmallVector<int64_t>> {
    SmallVector<int64_t> shape;
    for (Extent extent : extents) {
      std::optional<int64_t> size = graph.extents.getIfConstant(extent);
      if (!size)
        return failure();
      shape.push_back(*size);
    }
    return shape;
  };
  auto shape = getStaticShape(gather->shape);
  auto sourceShape = getStaticShape(source->shape);
  if (failed(shape) || failed(sourceShape))
    return nullptr;
  // What no coordinate depends on need not be looked at.
  uint64_t used = 0;
  for (Node *coordinate : gather->args.drop_front())
    used |= coordinate->usedDims;
  SmallVector<int64_t> readDims;
  SmallVector<Extent> readShape;
  for (auto [dim, extent] : llvm::enumerate(*shape))
    if (dim >= 64 || (used >> dim & 1) || extent == 0) {
      readDims.push_back(dim);
      readShape.push_back(gather->shape[dim]);
    } else {
      extent = 1;
    }
  int64_t size = ShapedType::getNumElements(*shape);
  if (size == 0 || size > maxTableSize)
    return nullptr;

  TableEvaluator evaluator(graph.extents, *shape, size);
  SmallVector<std::vector<int64_t>> columns;
  for (Node *coordinate : gather->args.drop_front()) {
    columns.push_back(evaluator.evaluate(coordinate));
    if (columns.back().empty())
      return nullptr;
  }

  // A reshape: each element where row-major order puts it.
  bool isReshape = ShapedType::getNumElements(*sourceShape) == size;
  // A projection: each coordinate is one of the domain's, or 0.
  SmallVector<llvm::SmallBitVector> matches(
      columns.size(), llvm::SmallBitVector(shape->size(), true));
  llvm::SmallBitVector isZero(columns.size(), true);
  for (int64_t i = 0; i < size; ++i) {
    SmallVector<int64_t> point = evaluator.getCoordinates(i);
    int64_t position = 0;
    for (auto [c, column] : llvm::enumerate(columns)) {
      if (column[i] < 0 || column[i] >= (*sourceShape)[c])
        return nullptr;
      position = position * (*sourceShape)[c] + column[i];
      isZero[c] = isZero[c] && column[i] == 0;
      for (auto [dim, coordinate] : llvm::enumerate(point))
        if (coordinate != column[i] || (*shape)[dim] != (*sourceShape)[c])
          matches[c].reset(dim);
    }
    isReshape &= position == i;
  }
  if (isReshape)
    return graph.getAccess(graph.getReshape(source, readShape), readDims,
                           gather->shape);
  SmallVector<int64_t> projection;
  for (auto [c, dims] : llvm::enumerate(matches)) {
    int first = dims.find_first();
    if (first < 0 && !isZero[c])
      return nullptr;
    projection.push_back(isZero[c] ? -1 : first);
  }
  return graph.getAccess(source, projection, gather->shape);
}
