//===- GenericBuilder.h - Editing norm.generic in step -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_LIB_FUSE_GENERICBUILDER_H
#define NORM_LIB_FUSE_GENERICBUILDER_H

#include "Norm/IR/Norm.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::norm {

/// True if each of the dims occurs in a map: its extent is known.
bool coversAllDims(unsigned numDims, ArrayRef<AffineMap> maps);

/// A norm.generic while it takes in its neighbours: operands, their maps, the
/// arguments and the yielded values of the body stay in step. It takes the body
/// of the op it is made from (or generalizes a named op), so that this op must
/// be erased once `finish` has made the new one.
class GenericBuilder {
public:
  /// All results of `op` become outs.
  GenericBuilder(RewriterBase &rewriter, RowOpInterface op);

  Block *getBody() { return scaffold.getBodyBlock(); }
  /// The value that stands in the body for a result of `op`.
  Value getYielded(OpResult result) {
    return outs[result.getResultNumber()].yielded;
  }

  /// The element of `operand` that `map` reads, as the body sees it: an
  /// argument, an existing one where there is one, or the scalar itself. Map
  /// results that are constant 0 drop unit dims of the operand.
  Value getElement(Value operand, AffineMap map);
  /// Every use of the argument of input `number` becomes `value`.
  void substituteInput(unsigned number, Value value);
  /// Outs that overwrite `init` overwrite `other` instead.
  void replaceInit(Value init, Value other) {
    for (Out &out : outs)
      if (out.init == init)
        out.init = other;
  }
  /// A further out, whose result takes the place of `replaced`.
  void addOut(Value init, AffineMap map, Value yielded, Value replaced);
  /// A result that nobody reads any more leaves its out to another.
  void replaceOut(OpResult result, Value init, AffineMap map, Value yielded,
                  Value replaced) {
    outs[result.getResultNumber()] = {init, map, yielded, {replaced}};
  }
  /// A result that nobody reads any more loses its out.
  void dropOut(OpResult result) { outs[result.getResultNumber()].init = {}; }

  /// Shares equal values and outs, drops what the body no longer reads, makes
  /// the op at the insertion point, and lets its results take their places.
  GenericOp finish();

private:
  struct Out {
    Value init;
    AffineMap map;
    Value yielded;
    SmallVector<Value, 1> replaced;
  };
  void simplifyBody();
  void dropUnusedInputs();
  void mergeEqualOuts();
  void orderInputs();

  RewriterBase &rewriter;
  /// Holds the body until `finish`.
  GenericOp scaffold;
  bool ownsScaffold;
  SmallVector<Value> inputs;
  SmallVector<AffineMap> inputMaps;
  SmallVector<Out> outs;
};

} // namespace mlir::norm

#endif // NORM_LIB_FUSE_GENERICBUILDER_H
