//===- NoUnroll.h - Loops that LLVM leaves as they are -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_NOUNROLL_H
#define NORM_IR_NOUNROLL_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::norm {

/// Keeps LLVM from unrolling a loop; norm-keep-loop-annotations takes it there.
inline void setNoUnroll(Operation *loop) {
  MLIRContext *context = loop->getContext();
  auto noUnroll = LLVM::LoopUnrollAttr::get(
      context, BoolAttr::get(context, true), {}, {}, {}, {}, {}, {});
  loop->setAttr("llvm.loop_annotation",
                LLVM::LoopAnnotationAttr::get(context, {}, {}, {}, noUnroll, {},
                                              {}, {}, {}, {}, {}, {}, {}, {},
                                              {}, {}));
}

} // namespace mlir::norm

#endif // NORM_IR_NOUNROLL_H
