//===- References.h - A value against the references ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_RAISE_REFERENCES_H
#define NORM_RAISE_REFERENCES_H

#include "Norm/Raise/Match.h"

namespace mlir::norm {

/// What is read off a value, term by term, before it is proven to be a norm.
class ReferenceMatcher {
public:
  ReferenceMatcher(NormalForm &form, Node *y, const Poly &value)
      : form(form), algebra(form.algebra), value(value) {
    match.x = form.x;
    match.y = y;
    match.yIndex = form.getIndex(y);
  }
  FailureOr<Match> run();

private:
  LogicalResult refuse(Condition condition, const Twine &detail = "") {
    form.refusal = {condition, detail.str()};
    return failure();
  }
  bool isLeafOf(unsigned atom, Node *node) const {
    return algebra.getAtom(atom).kind == AtomKind::leaf &&
           algebra.getAtom(atom).node == node;
  }
  bool isStatistic(unsigned atom) const {
    AtomKind kind = algebra.getAtom(atom).kind;
    return kind != AtomKind::leaf && kind != AtomKind::extent;
  }

  LogicalResult sortTerms();
  LogicalResult readRoot();
  LogicalResult readRow();
  LogicalResult readParameters();
  LogicalResult readParameter(unsigned atom, Parameter &parameter,
                              Condition condition);
  LogicalResult prove();
  LogicalResult explain();
  FailureOr<Poly> buildReference(double eps);

  NormalForm &form;
  Algebra &algebra;
  const Poly &value;
  Match match;

  SmallVector<Term> scaled, shifted; // with and without x
  unsigned xAtom = 0;                // x at the index of y
  Factor root{0, 0};
  Poly radicand;        // what the root is taken of, without a clamp
  unsigned squares = 0; // Σ x²
  double constantCount = 1;
  bool isCentred = false;
  double constantTerm = 0; // ε, before it is known what it is relative to
};
} // namespace mlir::norm

#endif // NORM_RAISE_REFERENCES_H
