//===- MemorySpaces.cpp - Where memrefs say they are ------------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norm/IR/MemorySpaces.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;

void mlir::norm::dropMemorySpaces(Operation *root,
                                  function_ref<bool(Attribute)> dropped) {
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](MemRefType type) -> std::optional<Type> {
    if (!dropped(type.getMemorySpace()))
      return std::nullopt;
    return Type(MemRefType::get(type.getShape(), type.getElementType(),
                                type.getLayout()));
  });
  replacer.recursivelyReplaceElementsIn(root, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}
