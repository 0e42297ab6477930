//===- InitAll.h - Everything at once -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_INITALL_H
#define NORM_INITALL_H

namespace mlir {
class DialectRegistry;
namespace norm {
/// The dialect with its interfaces, and its ops of the transform dialect.
void registerNormDialect(DialectRegistry &registry);

/// All passes, all pipelines.
void registerAllNormPasses();

/// Both.
void registerAllNorm(DialectRegistry &registry);
} // namespace norm
} // namespace mlir

#endif // NORM_INITALL_H
