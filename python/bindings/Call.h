//===- Call.h - One call of a compiled function -----------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_PYTHON_CALL_H
#define NORM_PYTHON_CALL_H

#include "Function.h"
#include "Operand.h"

namespace mlir::norm::python {

class Function::Call {
public:
  /// `stream` of CUDA, or None. With `mustFit`, arrays that the function is not
  /// compiled for are a Misfit.
  Call(const Function &function, nanobind::handle stream, bool mustFit);
  struct Misfit {};

  void readArguments(nanobind::args objects);
  /// Asks the extent contract; what does not hold is a ValueError.
  void checkExtents();
  void readOuts(nanobind::handle out);
  void makeOuts();
  void checkOverlaps() const;
  void run();
  nanobind::object takeResults();

private:
  size_t getNumArguments() const { return asRead.arguments.size(); }
  size_t getNumOuts() const { return specs.size() - getNumArguments(); }
  OperandName getName(size_t operand) const;
  /// The extents that the result will have.
  ArrayRef<int64_t> getOutShape(size_t out) const;
  void readArray(size_t operand, nanobind::handle object);
  /// All arrays of a call are on one device, of the kind that the function is
  /// compiled for.
  void checkDevice(size_t operand);
  void chooseStream(const Array &array);

  const Function &function;
  const Signature &asRead;
  ArrayRef<ValueSpec> specs;
  /// Arguments, then outs.
  std::vector<Operand> operands;
  SmallVector<nanobind::object, 2> outs;
  /// Where outs were made.
  std::optional<Framework> framework;
  /// The first operand that is an array.
  std::optional<size_t> firstArray;
  /// Of CUDA: the caller's, else that of the first framework that has one, else
  /// the default stream.
  std::optional<void *> stream;
  bool isStreamGiven = false;
  bool mustFit;
  /// Others may read the results on any stream.
  bool mustWait = false;
  /// What the extent contract says.
  SmallVector<int64_t, 8> extents;
  SmallVector<int64_t, 2> scalars;
};

} // namespace mlir::norm::python

#endif // NORM_PYTHON_CALL_H
