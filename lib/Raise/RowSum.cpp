//===- RowSum.cpp - Sums over the digits of an index ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Polynomial.h"

using namespace mlir;
using namespace mlir::norm;

/// Variables bound by a sum are named by the depth of the sum and a number, so
/// that equal sums are one atom and sums in sums do not capture each other's.
static unsigned getBoundVariable(unsigned depth, unsigned number) {
  return 1u << 31 | depth << 16 | number;
}
/// Stands for every bound variable while factors are put in order.
static constexpr unsigned anyVariable = 1u << 30;

bool Algebra::dependsOn(unsigned atom, ArrayRef<Digit> digits) const {
  return llvm::any_of(digits, [&](Digit digit) {
    return llvm::is_contained(atoms[atom].variables, digit.variable);
  });
}

unsigned Algebra::rename(unsigned id,
                         const DenseMap<unsigned, unsigned> &names) {
  Atom atom = atoms[id];
  if (llvm::none_of(atom.variables,
                    [&](unsigned variable) { return names.count(variable); }))
    return id;
  for (auto &digits : atom.index)
    for (Digit &digit : digits)
      if (auto it = names.find(digit.variable); it != names.end())
        digit.variable = it->second;
  for (Factor &factor : atom.body)
    factor.atom = rename(factor.atom, names);
  llvm::sort(atom.body);
  for (Poly &operand : atom.operands)
    operand = rename(operand, names);
  atom.variables.clear();
  atom.depth = 0;
  return intern(std::move(atom));
}

Poly Algebra::rename(const Poly &poly,
                     const DenseMap<unsigned, unsigned> &names) {
  Poly renamed;
  for (Term term : poly) {
    Monomial monomial = monomials[term.monomial];
    for (Factor &factor : monomial)
      factor.atom = rename(factor.atom, names);
    llvm::sort(monomial);
    renamed.push_back({internMonomial(std::move(monomial)), term.coefficient});
  }
  llvm::sort(renamed, [](const Term &a, const Term &b) {
    return a.monomial < b.monomial;
  });
  return renamed;
}

unsigned Algebra::makeSum(Monomial body, SmallVector<Digit> bound) {
  // A sum of sums is one sum.
  if (body.size() == 1 && body[0].exponent == one &&
      atoms[body[0].atom].kind == AtomKind::sum) {
    const Atom &inner = atoms[body[0].atom];
    llvm::append_range(bound, inner.bound);
    body = Monomial(inner.body);
  }
  unsigned depth = 0;
  for (Factor factor : body)
    depth = std::max(depth, atoms[factor.atom].depth);

  // Factors are ordered by what they are but for the names of bound variables,
  // and these are numbered as they come.
  DenseMap<unsigned, unsigned> masked;
  for (Digit digit : bound)
    masked[digit.variable] = anyVariable;
  SmallVector<std::pair<Factor, unsigned>> order;
  for (Factor factor : body)
    order.push_back(
        {{rename(factor.atom, masked), factor.exponent}, factor.atom});
  llvm::sort(order);
  DenseMap<unsigned, unsigned> names;
  SmallVector<Digit> renamedBound;
  auto nameVariable = [&](unsigned variable) {
    for (Digit digit : bound)
      if (digit.variable == variable) {
        unsigned name = getBoundVariable(depth, names.size());
        if (names.try_emplace(variable, name).second)
          renamedBound.push_back({name, digit.extent});
      }
  };
  for (auto &[factor, atom] : order) {
    const Atom &original = atoms[atom];
    for (const auto &digits : original.index)
      for (Digit digit : digits)
        nameVariable(digit.variable);
    for (unsigned variable : original.variables)
      nameVariable(variable);
  }
  for (Factor &factor : body)
    factor.atom = rename(factor.atom, names);
  llvm::sort(body);
  Atom atom(AtomKind::sum);
  atom.body = std::move(body);
  atom.bound = std::move(renamedBound);
  return intern(std::move(atom));
}

FailureOr<Poly> Algebra::sum(const Poly &poly, ArrayRef<Digit> bound) {
  Poly result;
  for (Term term : poly) {
    Monomial inside, outside;
    for (Factor factor : monomials[term.monomial])
      (dependsOn(factor.atom, bound) ? inside : outside).push_back(factor);
    // Digits that no factor depends on are summed by their extent.
    SmallVector<Digit> used;
    Poly count = getConstant(term.coefficient);
    for (Digit digit : bound) {
      if (llvm::any_of(inside, [&](Factor factor) {
            return dependsOn(factor.atom, digit);
          })) {
        used.push_back(digit);
        continue;
      }
      FailureOr<Poly> product = multiply(count, getExtent(digit.extent));
      if (failed(product))
        return failure();
      count = std::move(*product);
    }
    Poly value{{internMonomial(std::move(outside)), 1.0}};
    FailureOr<Poly> product = multiply(value, count);
    if (succeeded(product) && !inside.empty())
      product = multiply(*product,
                         getFactor({makeSum(std::move(inside), used), one}));
    if (failed(product))
      return failure();
    result = add(result, *product);
  }
  return result;
}
