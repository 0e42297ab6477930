//===- RuntimeVerifiableOpInterface.cpp - Extents agree at run time -*- C++
//-*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Interfaces/RuntimeVerifiableOpInterface.h"
#include "Norm/IR/Norm.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"

using namespace mlir;
using namespace mlir::norm;

using MakeMessage = function_ref<std::string(Operation *, StringRef)>;

static Value createDim(OpBuilder &builder, Location loc, Value shaped,
                       unsigned position) {
  if (isa<TensorType>(shaped.getType()))
    return builder.createOrFold<tensor::DimOp>(loc, shaped, position);
  return builder.createOrFold<memref::DimOp>(loc, shaped, position);
}

namespace {
/// What the verifier says of static extents, asserted of dynamic ones: every
/// operand that has a dim of the iteration space has the same extent there.
template <typename Op>
struct RowOpRuntimeVerification
    : RuntimeVerifiableOpInterface::ExternalModel<RowOpRuntimeVerification<Op>,
                                                  Op> {
  void generateRuntimeVerification(Operation *op, OpBuilder &builder,
                                   Location loc,
                                   MakeMessage makeMessage) const {
    auto rowOp = cast<RowOpInterface>(op);
    struct Extent {
      Value value;
      unsigned operand, position;
      bool isDynamic;
    };
    SmallVector<std::optional<Extent>> extents(
        rowOp.getRowIteratorTypes().size());
    for (auto [i, operand, map] :
         llvm::enumerate(op->getOperands(), rowOp.getIndexingMapsArray())) {
      auto type = dyn_cast<ShapedType>(operand.getType());
      if (!type)
        continue;
      for (unsigned position = 0; position < map.getNumResults(); ++position) {
        Extent extent{createDim(builder, loc, operand, position), unsigned(i),
                      position, type.isDynamicDim(position)};
        auto &first = extents[map.getDimPosition(position)];
        if (!first)
          first = extent;
        else if (first->isDynamic || extent.isDynamic)
          cf::AssertOp::create(
              builder, loc,
              arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                    first->value, extent.value),
              makeMessage(op, ("dim " + Twine(position) + " of operand " +
                               Twine(i) + " is not as long as dim " +
                               Twine(first->position) + " of operand " +
                               Twine(first->operand))
                                  .str()));
      }
    }
    if constexpr (std::is_same_v<Op, GroupNormOp>)
      verifyGroups(cast<GroupNormOp>(op), builder, loc, makeMessage);
  }

  static void verifyGroups(GroupNormOp op, OpBuilder &builder, Location loc,
                           MakeMessage makeMessage) { // C12
    if (!op.getXType().isDynamicDim(op.getChannelDim()))
      return;
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(builder, loc, value);
    };
    Value channels = createDim(builder, loc, op.getX(), op.getChannelDim());
    Value rest = arith::RemUIOp::create(builder, loc, channels,
                                        constant(op.getGroups()));
    cf::AssertOp::create(builder, loc,
                         arith::CmpIOp::create(builder, loc,
                                               arith::CmpIPredicate::eq, rest,
                                               constant(0)),
                         makeMessage(op, "the channels are not " +
                                             std::to_string(op.getGroups()) +
                                             " groups of as many"));
  }
};
} // namespace

void mlir::norm::registerRuntimeVerifiableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NormDialect *) {
    LayerNormOp::attachInterface<RowOpRuntimeVerification<LayerNormOp>>(
        *context);
    RmsNormOp::attachInterface<RowOpRuntimeVerification<RmsNormOp>>(*context);
    L2NormOp::attachInterface<RowOpRuntimeVerification<L2NormOp>>(*context);
    GroupNormOp::attachInterface<RowOpRuntimeVerification<GroupNormOp>>(
        *context);
    BatchNormOp::attachInterface<RowOpRuntimeVerification<BatchNormOp>>(
        *context);
    GenericOp::attachInterface<RowOpRuntimeVerification<GenericOp>>(*context);
    // What the checks are made of.
    context->loadDialect<cf::ControlFlowDialect>();
  });
}
