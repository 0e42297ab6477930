//===- Signature.cpp - How an entry function is called ----------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/Run/Signature.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::norm;

llvm::Expected<func::FuncOp> mlir::norm::findEntry(ModuleOp module,
                                                   StringRef name) {
  SmallVector<func::FuncOp> candidates;
  SmallVector<StringRef> names;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    if (function.getSymName() == name)
      return function;
    if (!function.isPublic())
      continue;
    candidates.push_back(function);
    names.push_back(function.getSymName());
  }
  if (name.empty() && candidates.size() == 1)
    return candidates.front();
  std::string known =
      names.empty() ? "it has no public function with a body"
                    : "its public functions are " + llvm::join(names, ", ");
  if (name.empty())
    return llvm::createStringError("which function to run? The module has " +
                                   Twine(candidates.size()) + " to choose; " +
                                   known);
  return llvm::createStringError("the module has no function '" + name + "'; " +
                                 known);
}

static std::optional<ValueSpec> getValueSpec(Type type) {
  std::optional<DType> dtype = getDType(getElementTypeOrSelf(type));
  if (!dtype)
    return std::nullopt;
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return ValueSpec{
        ValueSpec::Kind::tensor, *dtype,
        SmallVector<int64_t>(tensor.getShape()),
        SmallVector<int64_t>(tensor.getRank(), ShapedType::kDynamic)};
  if (auto memref = dyn_cast<MemRefType>(type)) {
    ValueSpec spec{ValueSpec::Kind::memref,
                   *dtype,
                   SmallVector<int64_t>(memref.getShape()),
                   {}};
    if (failed(memref.getStridesAndOffset(spec.strides, spec.offset)))
      return std::nullopt;
    return spec;
  }
  if (isa<ShapedType>(type))
    return std::nullopt;
  return ValueSpec{ValueSpec::Kind::scalar, *dtype, {}, {}};
}

llvm::Expected<Signature> mlir::norm::getSignature(func::FuncOp entry) {
  Signature signature;
  auto add = [&](TypeRange types, StringRef what,
                 SmallVector<ValueSpec> &specs) -> llvm::Error {
    for (auto [i, type] : llvm::enumerate(types)) {
      std::optional<ValueSpec> spec = getValueSpec(type);
      if (!spec) {
        std::string text;
        llvm::raw_string_ostream(text) << type;
        return llvm::createStringError("@" + entry.getSymName() + ": " + what +
                                       " " + Twine(i) + " is of type " + text +
                                       ", which cannot be passed");
      }
      specs.push_back(*spec);
    }
    return llvm::Error::success();
  };
  if (llvm::Error error =
          add(entry.getArgumentTypes(), "argument", signature.arguments))
    return error;
  if (llvm::Error error =
          add(entry.getResultTypes(), "result", signature.results))
    return error;
  return signature;
}

static bool agree(ArrayRef<int64_t> expected, ArrayRef<int64_t> given) {
  return expected.size() == given.size() &&
         llvm::all_of(llvm::zip_equal(expected, given), [](auto pair) {
           auto [e, g] = pair;
           return ShapedType::isDynamic(e) || e == g;
         });
}

llvm::Error mlir::norm::checkArguments(const Signature &signature,
                                       ArrayRef<HostTensor> arguments) {
  if (arguments.size() != signature.arguments.size())
    return llvm::createStringError(
        "the function has " + Twine(signature.arguments.size()) +
        " arguments, but " + Twine(arguments.size()) + " were given");
  for (auto [i, spec, argument] :
       llvm::enumerate(signature.arguments, arguments)) {
    if (spec.dtype != argument.getDType() ||
        !agree(spec.shape, argument.getShape()))
      return llvm::createStringError(
          "argument " + Twine(i) + " is " + spec.format() + ", but " +
          formatType(argument.getShape(), argument.getDType()) + " was given");
    if (spec.kind == ValueSpec::Kind::memref &&
        !agree(spec.strides, argument.getStrides()))
      return llvm::createStringError("argument " + Twine(i) +
                                     " has other strides than its memref type");
  }
  return llvm::Error::success();
}
