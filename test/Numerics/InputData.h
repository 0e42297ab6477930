//===- InputData.h - Numbers to run a norm on -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_TEST_NUMERICS_INPUTDATA_H
#define NORM_TEST_NUMERICS_INPUTDATA_H

#include "Case.h"
#include "Norm/Run/HostTensor.h"

namespace mlir::norm::numerics {

/// Fills x. The kinds with a NaN or an infinity are the normal one, but for one
/// element of one row. Codes are the nearest there are, of int8 to 16 times
/// these numbers.
void fillInput(HostTensor &x, const Geometry &geometry, InputKind kind,
               uint64_t seed, std::optional<Code> code = std::nullopt);

/// Powers of two: a code times that is exact.
void fillSteps(HostTensor &tensor, uint64_t seed);

/// N(0, 1).
void fillNormal(HostTensor &tensor, uint64_t seed);

/// What a batch norm of such inputs is given: statistics near those of x.
void fillStatistics(HostTensor &mean, HostTensor &variance, InputKind kind,
                    uint64_t seed);

/// The row that fillInput() puts a NaN or an infinity in.
int64_t getPoisonedRow(const Geometry &geometry);
inline bool isPoisoned(InputKind kind) { return kind >= InputKind::nan; }

} // namespace mlir::norm::numerics

#endif // NORM_TEST_NUMERICS_INPUTDATA_H
