//===- Extents.h - Static and dynamic extents as one algebra ----*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_EXTENTS_H
#define NORM_RAISE_EXTENTS_H

#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include <map>

namespace mlir::norm {

/// The extent of a dim: a positive constant times dynamic extents. Interned in
/// an ExtentTable, so equal ids are equal extents.
using Extent = unsigned;

class ExtentTable {
public:
  ExtentTable() { (void)getConstant(1); }

  Extent getConstant(int64_t value) { return intern({value, {}}); }
  /// The extent of a dim of a tensor, or, with dim = -1, an integer value.
  Extent getSymbol(Value source, int64_t dim = -1);

  Extent multiply(Extent lhs, Extent rhs);
  Extent multiply(ArrayRef<Extent> extents);
  /// lhs / rhs, if that is an extent again.
  std::optional<Extent> divide(Extent lhs, Extent rhs);

  bool isOne(Extent extent) const { return extent == 0; }
  std::optional<int64_t> getIfConstant(Extent extent) const;
  int64_t getFactor(Extent extent) const { return terms[extent].factor; }
  ArrayRef<unsigned> getSymbols(Extent extent) const {
    return terms[extent].symbols;
  }
  /// True if no symbol can be negative: all are extents of tensors.
  bool isKnownNonNegative(Extent extent) const;

  /// The static extent, or ShapedType::kDynamic.
  int64_t getStaticSize(Extent extent) const;
  /// The extent as an attribute or an index value at the insertion point.
  OpFoldResult materialize(OpBuilder &builder, Location loc, Extent extent);

private:
  /// factor · ∏ symbols, the symbols sorted, with repetition.
  struct Term {
    int64_t factor;
    SmallVector<unsigned, 2> symbols;
    bool operator<(const Term &other) const {
      return std::tie(factor, symbols) < std::tie(other.factor, other.symbols);
    }
  };
  Extent intern(Term term);

  std::vector<Term> terms;
  std::map<Term, Extent> ids;
  std::vector<std::pair<Value, int64_t>> symbols;
  DenseMap<std::pair<Value, int64_t>, unsigned> symbolIds;
};

} // namespace mlir::norm

#endif // NORM_RAISE_EXTENTS_H
