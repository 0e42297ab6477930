//===- VectorStreaming.cpp - When to store past the caches ------*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLoops.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::norm;

/// Rows of fewer vectors have no heads.
constexpr int64_t minPeeledVectors = 4;

/// Streaming pays, at run time, where the outs are too large for the caches.
/// A vector of streaming stores must start a cache line: either every row
/// starts one (the base, the offset and the pitches are multiples of it), or
/// each row has a head of its own up to the next one, which takes masks and,
/// with several outs, that they are misaligned alike.
void VectorLoops::emitStreamingConditions() {
  Value zero = index(0), line = index(cacheLine), bytes = zero;
  Value aligned, alike, firstPointer;
  auto both = [&](Value a, Value b) {
    return a ? builder.createOrFold<arith::AndIOp>(loc, a, b) : b;
  };
  auto isMultiple = [&](Value address) {
    Value rest = builder.createOrFold<arith::RemUIOp>(loc, address, line);
    return builder.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq,
                                               rest, zero);
  };
  for (unsigned i : elementOuts) {
    Value out = op.getOutputs()[i];
    auto type = cast<MemRefType>(out.getType());
    int64_t width = type.getElementTypeBitWidth() / 8;
    SmallVector<int64_t> strides;
    int64_t offset;
    if (width == 0 || (width * plan.lanes) % cacheLine != 0 ||
        failed(type.getStridesAndOffset(strides, offset)))
      return;
    Value size = index(width);
    for (Value extent : values.extents)
      size = builder.createOrFold<arith::MulIOp>(loc, size, extent);
    bytes = builder.createOrFold<arith::AddIOp>(loc, bytes, size);

    auto metadata = memref::ExtractStridedMetadataOp::create(builder, loc, out);
    auto inBytes = [&](int64_t known, Value dynamic) {
      Value value = ShapedType::isDynamic(known) ? dynamic : index(known);
      return builder.createOrFold<arith::MulIOp>(loc, value, index(width));
    };
    Value start = inBytes(offset, metadata.getOffset());
    for (unsigned d = 0; d + 1 < strides.size(); ++d)
      aligned = both(aligned,
                     isMultiple(inBytes(strides[d], metadata.getStrides()[d])));
    Value pointer = builder.createOrFold<arith::AddIOp>(
        loc, memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, out),
        start);
    aligned = both(aligned, isMultiple(pointer));
    if (!firstPointer) {
      firstPointer = pointer;
      continue;
    }
    // The same pitches are told by the same layout; else give up on heads.
    bool sameLayout =
        type == op.getOutputs()[elementOuts.front()].getType() &&
        op.getOutputMap(i) == op.getOutputMap(elementOuts.front()) &&
        type.getLayout().isIdentity();
    Value distance =
        builder.createOrFold<arith::SubIOp>(loc, pointer, firstPointer);
    alike =
        both(alike, sameLayout ? isMultiple(distance)
                               : Value(arith::ConstantIntOp::create(
                                     builder, loc, /*value=*/0, /*width=*/1)));
  }
  Value large = builder.createOrFold<arith::CmpIOp>(
      loc, arith::CmpIPredicate::uge, bytes, index(options.streamingBytes));
  if (elementOuts.empty() || matchPattern(large, m_Zero()))
    return;

  bool rowsNeverAligned = matchPattern(aligned, m_Zero());
  // Heads are for buffers of callers too: NumPy's start 16 bytes past a line.
  // Of rows of a few lines they would be most.
  std::optional<int64_t> extent =
      getConstantIntValue(values.extents[plan.vectorDim]);
  bool canPeel = plan.reducesAcrossLanes && plan.hasMaskedTails &&
                 (!extent || *extent >= minPeeledVectors * plan.lanes);
  if (rowsNeverAligned && !canPeel)
    return;
  if (!canPeel) {
    streams = both(aligned, large);
    isAligned = arith::ConstantIntOp::create(builder, loc, 1, 1);
    return;
  }
  if (!rowsNeverAligned)
    isAligned = aligned;
  streams = large;
  if (alike)
    streams = both(large, rowsNeverAligned ? alike
                                           : builder.createOrFold<arith::OrIOp>(
                                                 loc, aligned, alike));
}
