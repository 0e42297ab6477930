//===- Extents.cpp - Static and dynamic extents as one algebra --*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Extents.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::norm;

Extent ExtentTable::intern(Term term) {
  auto [it, inserted] = ids.try_emplace(term, terms.size());
  if (inserted)
    terms.push_back(std::move(term));
  return it->second;
}

Extent ExtentTable::getSymbol(Value source, int64_t dim) {
  auto [it, inserted] = symbolIds.try_emplace({source, dim}, symbols.size());
  if (inserted)
    symbols.push_back({source, dim});
  return intern({1, {it->second}});
}

Extent ExtentTable::multiply(Extent lhs, Extent rhs) {
  Term product = terms[lhs];
  product.factor *= terms[rhs].factor;
  llvm::append_range(product.symbols, terms[rhs].symbols);
  llvm::sort(product.symbols);
  return intern(std::move(product));
}

Extent ExtentTable::multiply(ArrayRef<Extent> extents) {
  Extent product = getConstant(1);
  for (Extent extent : extents)
    product = multiply(product, extent);
  return product;
}

std::optional<Extent> ExtentTable::divide(Extent lhs, Extent rhs) {
  Term quotient = terms[lhs];
  const Term &divisor = terms[rhs];
  if (divisor.factor == 0 || quotient.factor % divisor.factor != 0)
    return std::nullopt;
  quotient.factor /= divisor.factor;
  for (unsigned symbol : divisor.symbols) {
    auto it = llvm::find(quotient.symbols, symbol);
    if (it == quotient.symbols.end())
      return std::nullopt;
    quotient.symbols.erase(it);
  }
  return intern(std::move(quotient));
}

std::optional<int64_t> ExtentTable::getIfConstant(Extent extent) const {
  if (!terms[extent].symbols.empty())
    return std::nullopt;
  return terms[extent].factor;
}

bool ExtentTable::isKnownNonNegative(Extent extent) const {
  return terms[extent].factor >= 0 &&
         llvm::all_of(terms[extent].symbols, [&](unsigned symbol) {
           return symbols[symbol].second >= 0;
         });
}

int64_t ExtentTable::getStaticSize(Extent extent) const {
  return getIfConstant(extent).value_or(ShapedType::kDynamic);
}

OpFoldResult ExtentTable::materialize(OpBuilder &builder, Location loc,
                                      Extent extent) {
  const Term &term = terms[extent];
  if (term.symbols.empty())
    return builder.getIndexAttr(term.factor);
  Value product;
  auto accumulate = [&](Value value) {
    product =
        product ? arith::MulIOp::create(builder, loc, product, value) : value;
  };
  for (unsigned symbol : term.symbols) {
    auto [source, dim] = symbols[symbol];
    if (dim >= 0)
      accumulate(tensor::DimOp::create(builder, loc, source, dim));
    else if (source.getType().isIndex())
      accumulate(source);
    else
      accumulate(arith::IndexCastOp::create(builder, loc,
                                            builder.getIndexType(), source));
  }
  if (term.factor != 1)
    accumulate(arith::ConstantIndexOp::create(builder, loc, term.factor));
  return product;
}
