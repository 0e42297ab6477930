//===- BufferizableOpInterface.cpp - Bufferization, in place -*- C++ -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "Norm/IR/Norm.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"

using namespace mlir;
using namespace mlir::norm;
using namespace mlir::bufferization;

namespace {
template <typename Op>
struct RowOpBufferization
    : DstBufferizableOpInterfaceExternalModel<RowOpBufferization<Op>, Op> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<RowOpInterface>(op).isDpsInit(&operand); // inits are not read
  }

  /// An element is stored only after every statistic of its row is known and
  /// its own inputs are loaded, and no row reads another: an input indexed like
  /// the out, by all dims in order, may share the out's buffer.
  bool bufferizesToElementwiseAccess(Operation *op, const AnalysisState &,
                                     ArrayRef<OpOperand *> operands) const {
    return llvm::all_of(operands, [&](OpOperand *operand) {
      return cast<RowOpInterface>(op)
          .getMatchingIndexingMap(operand)
          .isIdentity();
    });
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    auto rowOp = cast<RowOpInterface>(op);
    SmallVector<Value> operands, outs;
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      if (isa<TensorType>(value.getType())) {
        FailureOr<Value> buffer = getBuffer(rewriter, value, options, state);
        if (failed(buffer))
          return failure();
        value = *buffer;
        if (rowOp.isDpsInit(&operand))
          outs.push_back(value);
      }
      operands.push_back(value);
    }
    OperationState newState(op->getLoc(), op->getName(), operands, TypeRange(),
                            op->getDiscardableAttrDictionary().getValue());
    newState.propertiesAttr = op->getPropertiesAsAttribute();
    for (Region &region : op->getRegions())
      newState.addRegion()->takeBody(region);
    rewriter.create(newState);
    replaceOpWithBufferizedValues(rewriter, op, outs);
    return success();
  }
};
} // namespace

void mlir::norm::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NormDialect *) {
    GroupNormOp::attachInterface<RowOpBufferization<GroupNormOp>>(*context);
    BatchNormOp::attachInterface<RowOpBufferization<BatchNormOp>>(*context);
    LayerNormOp::attachInterface<RowOpBufferization<LayerNormOp>>(*context);
    RmsNormOp::attachInterface<RowOpBufferization<RmsNormOp>>(*context);
    L2NormOp::attachInterface<RowOpBufferization<L2NormOp>>(*context);
    GenericOp::attachInterface<RowOpBufferization<GenericOp>>(*context);
  });
}
