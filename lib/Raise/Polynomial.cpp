//===- Polynomial.cpp - Polynomials over atoms ------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Raise/Polynomial.h"
#include <cmath>

using namespace mlir;
using namespace mlir::norm;

/// A polynomial that grows past this is given up.
static constexpr size_t maxTerms = 300;
/// Terms that cancel to this part of their size are 0.
static constexpr double cancellation = 1e-11;
static constexpr double equality = 1e-10;

//===----------------------------------------------------------------------===//
// Ring operations
//===----------------------------------------------------------------------===//

Poly Algebra::add(const Poly &lhs, const Poly &rhs, double scale) {
  Poly sum;
  auto l = lhs.begin();
  auto r = rhs.begin();
  while (l != lhs.end() || r != rhs.end()) {
    if (r == rhs.end() || (l != lhs.end() && l->monomial < r->monomial)) {
      sum.push_back(*l++);
    } else if (l == lhs.end() || r->monomial < l->monomial) {
      sum.push_back({r->monomial, scale * r->coefficient});
      ++r;
    } else {
      double a = l->coefficient, b = scale * r->coefficient;
      if (std::fabs(a + b) >=
          cancellation * std::max(std::fabs(a), std::fabs(b)))
        sum.push_back({l->monomial, a + b});
      ++l;
      ++r;
    }
  }
  return sum;
}

Poly Algebra::scale(Poly poly, double factor) {
  for (Term &term : poly)
    term.coefficient *= factor;
  return poly;
}

FailureOr<Poly> Algebra::expand(Monomial monomial) {
  for (auto [i, factor] : llvm::enumerate(monomial)) {
    const Atom &atom = atoms[factor.atom];
    // √p·√p is p only where p is not negative.
    bool isPower = atom.kind == AtomKind::power && atom.isNonNegative &&
                   factor.exponent > 0 && factor.exponent % one == 0;
    bool isEven =
        atom.kind == AtomKind::absolute && factor.exponent % square == 0;
    if (!isPower && !isEven)
      continue;
    int exponent = factor.exponent;
    Poly base = atom.operands[0];
    monomial.erase(monomial.begin() + i);
    FailureOr<Poly> rest = expand(std::move(monomial));
    FailureOr<Poly> factorPower = power(base, exponent);
    if (failed(rest) || failed(factorPower))
      return failure();
    return multiply(*rest, *factorPower);
  }
  return Poly{{internMonomial(std::move(monomial)), 1.0}};
}

FailureOr<Poly> Algebra::multiplyMonomials(unsigned lhs, unsigned rhs) {
  Monomial product;
  const Monomial &a = monomials[lhs], &b = monomials[rhs];
  auto l = a.begin();
  auto r = b.begin();
  while (l != a.end() || r != b.end()) {
    if (r == b.end() || (l != a.end() && l->atom < r->atom)) {
      product.push_back(*l++);
    } else if (l == a.end() || r->atom < l->atom) {
      product.push_back(*r++);
    } else {
      if (l->exponent + r->exponent != 0)
        product.push_back({l->atom, l->exponent + r->exponent});
      ++l;
      ++r;
    }
  }
  return expand(std::move(product));
}

FailureOr<Poly> Algebra::multiply(const Poly &lhs, const Poly &rhs) {
  if (lhs.size() * rhs.size() > 4 * maxTerms)
    return failure();
  Poly product;
  for (Term a : lhs)
    for (Term b : rhs) {
      FailureOr<Poly> term = multiplyMonomials(a.monomial, b.monomial);
      if (failed(term))
        return failure();
      product = add(product, *term, a.coefficient * b.coefficient);
    }
  if (product.size() > maxTerms)
    return failure();
  return product;
}

FailureOr<Poly> Algebra::power(const Poly &poly, int exponent) {
  bool isIntegral = exponent % one == 0;
  if (exponent == 0)
    return getConstant(1);
  if (poly.empty()) {
    if (exponent < 0)
      return failure();
    return Poly();
  }
  double exponentValue = double(exponent) / one;
  if (FailureOr<Poly> root = powerOfMaximum(poly, exponent); succeeded(root))
    return root;
  if (poly.size() == 1) {
    Monomial scaled;
    bool fits = isIntegral || poly[0].coefficient > 0;
    for (Factor factor : monomials[poly[0].monomial]) {
      // (a²)^½ is |a|, so a root of a factor needs a factor of known sign.
      fits &= isIntegral || atoms[factor.atom].isNonNegative;
      fits &= factor.exponent * exponent % one == 0;
      scaled.push_back({factor.atom, factor.exponent * exponent / one});
    }
    if (fits) {
      FailureOr<Poly> expanded = expand(std::move(scaled));
      if (failed(expanded))
        return failure();
      return scale(std::move(*expanded),
                   std::pow(poly[0].coefficient, exponentValue));
    }
  }
  if (isIntegral && exponent > 0 && exponent <= 4 * one) {
    Poly product = poly;
    for (int i = one; i < exponent; i += one) {
      FailureOr<Poly> next = multiply(product, poly);
      if (failed(next))
        return failure();
      product = std::move(*next);
    }
    return product;
  }

  // An atom, with the coefficient of its one sum (or of its last monomial)
  // divided out.
  const Term *lead = nullptr;
  unsigned numSums = 0;
  for (const Term &term : poly)
    if (std::optional<unsigned> sum = getSingleSum(term.monomial);
        sum && atoms[*sum].isNonNegative) {
      ++numSums;
      lead = &term;
    }
  if (numSums != 1)
    lead = &poly.back();
  double leading =
      isIntegral ? lead->coefficient : std::fabs(lead->coefficient);
  Atom atom(AtomKind::power);
  atom.operands.push_back(scale(poly, 1 / leading));
  return scale(getFactor({intern(std::move(atom)), exponent}),
               std::pow(leading, exponentValue));
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

std::optional<unsigned> Algebra::getSingleSum(unsigned monomial) const {
  std::optional<unsigned> sum;
  for (Factor factor : monomials[monomial]) {
    if (atoms[factor.atom].kind == AtomKind::extent)
      continue;
    if (sum || factor.exponent != one ||
        atoms[factor.atom].kind != AtomKind::sum)
      return std::nullopt;
    sum = factor.atom;
  }
  return sum;
}

double Algebra::getCoefficient(const Poly &poly, unsigned monomial) const {
  for (Term term : poly)
    if (term.monomial == monomial)
      return term.coefficient;
  return 0;
}

bool Algebra::isEqual(const Poly &lhs, const Poly &rhs) const {
  return lhs.size() == rhs.size() &&
         llvm::all_of(llvm::zip_equal(lhs, rhs), [](auto pair) {
           auto [a, b] = pair;
           return a.monomial == b.monomial &&
                  std::fabs(a.coefficient - b.coefficient) <=
                      equality * std::fabs(a.coefficient);
         });
}
