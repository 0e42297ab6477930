//===- Polynomial.h - Polynomials over atoms --------------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_POLYNOMIAL_H
#define NORM_RAISE_POLYNOMIAL_H

#include "Norm/Raise/ExprGraph.h"

namespace mlir::norm {

/// One digit of a mixed-radix index: a variable that runs over an extent.
struct Digit {
  unsigned variable;
  Extent extent;
  bool operator==(const Digit &other) const {
    return variable == other.variable && extent == other.extent;
  }
  bool operator<(const Digit &other) const {
    return std::tie(variable, extent) < std::tie(other.variable, other.extent);
  }
};
/// The digits of each dim, most significant first. No digits: index 0.
using Index = SmallVector<SmallVector<Digit, 2>, 4>;
/// The digits of all dims, one after the other.
inline SmallVector<Digit> flatten(const Index &index) {
  SmallVector<Digit> flat;
  for (ArrayRef<Digit> digits : index)
    llvm::append_range(flat, digits);
  return flat;
}

enum class AtomKind : uint8_t {
  leaf,     // a node at an index
  extent,   // a dynamic extent
  sum,      // Σ over bound digits of a monomial
  power,    // a polynomial that only ever appears to a power
  absolute, // |polynomial|
  maximum   // max of two polynomials
};

/// An atom to a power, in eighths: 8 is 1, −4 is 1/√.
struct Factor {
  unsigned atom;
  int exponent;
  bool operator==(const Factor &other) const {
    return atom == other.atom && exponent == other.exponent;
  }
  bool operator<(const Factor &other) const {
    return std::tie(atom, exponent) < std::tie(other.atom, other.exponent);
  }
};
inline constexpr int one = 8, square = 16, half = 4;

using Monomial = SmallVector<Factor, 4>;
struct Term {
  unsigned monomial;
  double coefficient;
};
/// Sorted by monomial; no coefficient is 0.
using Poly = SmallVector<Term, 4>;

struct Atom {
  explicit Atom(AtomKind kind) : kind(kind) {}

  AtomKind kind;
  Node *node = nullptr; // leaf
  Index index;          // leaf
  unsigned symbol = 0;  // extent
  Monomial body;        // sum
  SmallVector<Digit> bound;
  SmallVector<Poly, 2> operands;
  // What follows from the above.
  SmallVector<unsigned> variables; // free ones, sorted
  unsigned depth = 0;              // of sums in sums
  bool isNonNegative = false;
};

/// Arithmetic on polynomials whose atoms, monomials and variables are interned.
/// Two polynomials with equal terms are equal functions of their leaves; this
/// is the proof on which raising rests. Coefficients are f64, and terms that
/// cancel to 1e-11 of their size are gone.
class Algebra {
public:
  explicit Algebra(ExtentTable &extents) : extents(extents) {
    (void)internMonomial({});
  }
  ExtentTable &extents;

  const Atom &getAtom(unsigned id) const { return atoms[id]; }
  const Monomial &getMonomial(unsigned id) const { return monomials[id]; }
  unsigned internMonomial(Monomial monomial);

  Poly getConstant(double value);
  Poly getExtent(Extent extent);
  Poly getLeaf(Node *node, const Index &index);
  Poly getFactor(Factor factor) { return {{internMonomial({factor}), 1.0}}; }

  Poly add(const Poly &lhs, const Poly &rhs, double scale = 1.0);
  Poly scale(Poly poly, double factor);
  FailureOr<Poly> multiply(const Poly &lhs, const Poly &rhs);
  FailureOr<Poly> power(const Poly &poly, int exponent);
  FailureOr<Poly> absolute(const Poly &poly);
  Poly maximum(const Poly &lhs, const Poly &rhs);
  /// Σ over the digits; linear, so what does not depend on them is pulled out.
  FailureOr<Poly> sum(const Poly &poly, ArrayRef<Digit> bound);

  /// True if provably no value is negative: squares, their sums, and
  /// Σx² − (Σx)²/n.
  bool isNonNegative(const Poly &poly);
  /// The sum, if the monomial is one sum times powers of extents.
  std::optional<unsigned> getSingleSum(unsigned monomial) const;
  double getCoefficient(const Poly &poly, unsigned monomial) const;
  /// Equal up to rounding of the coefficients.
  bool isEqual(const Poly &lhs, const Poly &rhs) const;

private:
  unsigned intern(Atom atom);
  unsigned rename(unsigned atom, const DenseMap<unsigned, unsigned> &names);
  Poly rename(const Poly &poly, const DenseMap<unsigned, unsigned> &names);
  bool dependsOn(unsigned atom, ArrayRef<Digit> digits) const;
  FailureOr<Poly> powerOfMaximum(const Poly &poly, int exponent);
  FailureOr<Poly> multiplyMonomials(unsigned lhs, unsigned rhs);
  /// Powers that can be written without the atom are.
  FailureOr<Poly> expand(Monomial monomial);
  unsigned makeSum(Monomial body, SmallVector<Digit> bound);

  std::vector<Atom> atoms;
  std::vector<Monomial> monomials;
  std::map<SmallVector<uint64_t>, unsigned> atomIds;
  std::map<Monomial, unsigned> monomialIds;
};

} // namespace mlir::norm

#endif // NORM_RAISE_POLYNOMIAL_H
