//===- Signs.cpp - Roots, maxima and what is not negative -------*- C++ -*-===//
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

/// Σx² and (Σx)²/n of one row agree to this part.
static constexpr double equality = 1e-10;

bool Algebra::isNonNegative(const Poly &poly) {
  auto isTermNonNegative = [&](Term term) {
    return term.coefficient > 0 &&
           llvm::all_of(monomials[term.monomial], [&](Factor factor) {
             return factor.exponent % square == 0 ||
                    atoms[factor.atom].isNonNegative;
           });
  };
  SmallVector<Term, 2> negative;
  for (Term term : poly)
    if (!isTermNonNegative(term))
      negative.push_back(term);
  if (negative.empty())
    return true;
  if (negative.size() != 1 || negative[0].coefficient >= 0)
    return false;
  // c·Σa² − c'·(Σa)²/n with c' ≤ c, by Cauchy and Schwarz; both may be
  // divided by the same extents.
  for (Term term : poly) {
    std::optional<unsigned> sum = getSingleSum(term.monomial);
    if (!sum || term.coefficient <= 0)
      continue;
    Atom squares = atoms[*sum];
    if (squares.body.size() != 1 || squares.body[0].exponent != square)
      continue;
    Monomial body = squares.body;
    body[0].exponent = one;
    unsigned plain = makeSum(body, squares.bound);
    Monomial divisor;
    llvm::copy_if(monomials[term.monomial], std::back_inserter(divisor),
                  [&](Factor factor) { return factor.atom != *sum; });
    FailureOr<Poly> bound =
        multiply(getFactor({plain, square}),
                 {{internMonomial(std::move(divisor)), term.coefficient}});
    for (Digit digit : squares.bound) {
      FailureOr<Poly> inverse = power(getExtent(digit.extent), -one);
      if (failed(bound) || failed(inverse))
        return false;
      bound = multiply(*bound, *inverse);
    }
    if (succeeded(bound) && bound->size() == 1 &&
        (*bound)[0].monomial == negative[0].monomial &&
        -negative[0].coefficient <= (*bound)[0].coefficient * (1 + equality))
      return true;
  }
  return false;
}

/// 1/√max(q, c) is 1/max(√q, √c): roots are monotone.
FailureOr<Poly> Algebra::powerOfMaximum(const Poly &poly, int exponent) {
  if (poly.size() != 1 || poly[0].coefficient != 1 || exponent % one == 0)
    return failure();
  const Monomial &monomial = monomials[poly[0].monomial];
  if (monomial.size() != 1 || monomial[0].exponent != one ||
      atoms[monomial[0].atom].kind != AtomKind::maximum)
    return failure();
  SmallVector<Poly, 2> operands(atoms[monomial[0].atom].operands);
  for (Poly &operand : operands) {
    if (!isNonNegative(operand))
      return failure();
    FailureOr<Poly> root = power(operand, std::abs(exponent));
    if (failed(root))
      return failure();
    operand = std::move(*root);
  }
  return power(maximum(operands[0], operands[1]), exponent < 0 ? -one : one);
}

FailureOr<Poly> Algebra::absolute(const Poly &poly) {
  if (isNonNegative(poly))
    return poly;
  Atom atom(AtomKind::absolute);
  atom.operands.push_back(poly);
  return getFactor({intern(std::move(atom)), one});
}

Poly Algebra::maximum(const Poly &lhs, const Poly &rhs) {
  auto isAtMostZero = [&](const Poly &poly) {
    return poly.empty() || (poly.size() == 1 && poly[0].coefficient < 0 &&
                            monomials[poly[0].monomial].empty());
  };
  if (isAtMostZero(lhs) && isNonNegative(rhs))
    return rhs;
  if (isAtMostZero(rhs) && isNonNegative(lhs))
    return lhs;
  auto less = [](const Term &a, const Term &b) {
    return std::tie(a.monomial, a.coefficient) <
           std::tie(b.monomial, b.coefficient);
  };
  bool inOrder = std::lexicographical_compare(lhs.begin(), lhs.end(),
                                              rhs.begin(), rhs.end(), less);
  Atom atom(AtomKind::maximum);
  atom.operands.push_back(inOrder ? lhs : rhs);
  atom.operands.push_back(inOrder ? rhs : lhs);
  return getFactor({intern(std::move(atom)), one});
}
