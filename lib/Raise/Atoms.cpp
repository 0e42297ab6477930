//===- Atoms.cpp - What polynomials are polynomials in ----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Polynomial.h"

using namespace mlir;
using namespace mlir::norm;

unsigned Algebra::internMonomial(Monomial monomial) {
  auto [it, inserted] = monomialIds.try_emplace(monomial, monomials.size());
  if (inserted)
    monomials.push_back(std::move(monomial));
  return it->second;
}

/// Coefficients that differ by rounding are one: 36 bits are compared.
static uint64_t getCoefficientKey(double coefficient) {
  return (llvm::bit_cast<uint64_t>(coefficient) + (1 << 15)) >> 16;
}

unsigned Algebra::intern(Atom atom) {
  SmallVector<uint64_t> key{uint64_t(atom.kind), atom.symbol};
  auto addDigits = [&](ArrayRef<Digit> digits) {
    key.push_back(digits.size());
    for (Digit digit : digits) {
      key.push_back(digit.variable);
      key.push_back(digit.extent);
      atom.variables.push_back(digit.variable);
    }
  };
  auto addMonomial = [&](const Monomial &monomial) {
    key.push_back(monomial.size());
    for (Factor factor : monomial) {
      key.push_back(factor.atom);
      key.push_back(uint64_t(factor.exponent));
      llvm::append_range(atom.variables, atoms[factor.atom].variables);
      atom.depth = std::max(atom.depth, atoms[factor.atom].depth);
    }
  };
  key.push_back(atom.node ? atom.node->id : ~0u);
  key.push_back(atom.index.size());
  for (ArrayRef<Digit> digits : atom.index)
    addDigits(digits);
  for (const Poly &operand : atom.operands) {
    key.push_back(operand.size());
    for (Term term : operand) {
      key.push_back(getCoefficientKey(term.coefficient));
      addMonomial(monomials[term.monomial]);
    }
  }
  addMonomial(atom.body);
  for (Digit digit : atom.bound) {
    key.push_back(digit.variable);
    key.push_back(digit.extent);
  }
  auto [it, inserted] = atomIds.try_emplace(key, atoms.size());
  if (!inserted)
    return it->second;

  llvm::erase_if(atom.variables, [&](unsigned variable) {
    return llvm::any_of(
        atom.bound, [&](Digit digit) { return digit.variable == variable; });
  });
  llvm::sort(atom.variables);
  atom.variables.erase(llvm::unique(atom.variables), atom.variables.end());
  if (atom.kind == AtomKind::sum)
    ++atom.depth;
  auto isFactorNonNegative = [&](Factor factor) {
    return factor.exponent % square == 0 || atoms[factor.atom].isNonNegative;
  };
  switch (atom.kind) {
  case AtomKind::extent:
  case AtomKind::absolute:
    atom.isNonNegative = true;
    break;
  case AtomKind::sum:
    atom.isNonNegative = llvm::all_of(atom.body, isFactorNonNegative);
    break;
  case AtomKind::power:
    atom.isNonNegative = isNonNegative(atom.operands[0]);
    break;
  case AtomKind::maximum:
    atom.isNonNegative =
        llvm::any_of(atom.operands, [&](auto &p) { return isNonNegative(p); });
    break;
  default:
    break;
  }
  // Looking at signs may have interned other atoms.
  it->second = atoms.size();
  atoms.push_back(std::move(atom));
  return it->second;
}

Poly Algebra::getConstant(double value) {
  if (value == 0)
    return {};
  return {{internMonomial({}), value}};
}

Poly Algebra::getExtent(Extent extent) {
  if (extents.getFactor(extent) == 0)
    return {};
  Monomial monomial;
  for (unsigned symbol : extents.getSymbols(extent)) {
    Atom atom(AtomKind::extent);
    atom.symbol = symbol;
    unsigned id = intern(std::move(atom));
    if (!monomial.empty() && monomial.back().atom == id)
      monomial.back().exponent += one;
    else
      monomial.push_back({id, one});
  }
  llvm::sort(monomial);
  return {{internMonomial(monomial), double(extents.getFactor(extent))}};
}

Poly Algebra::getLeaf(Node *node, const Index &index) {
  Atom atom(AtomKind::leaf);
  atom.node = node;
  atom.index = index;
  return getFactor({intern(std::move(atom)), one});
}
