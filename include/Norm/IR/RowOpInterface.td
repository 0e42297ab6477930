//===- RowOpInterface.td - Ops that iterate over rows ------*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_IR_ROWOPINTERFACE_TD
#define NORM_IR_ROWOPINTERFACE_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/IndexingMapOpInterface.td"

def Norm_RowOpInterface : OpInterface<"RowOpInterface",
    [DestinationStyleOpInterface, IndexingMapOpInterface]> {
  let description = [{
    An op over rows: its parallel dims number the rows, its reduction dims the
    elements of one row, and rows are independent of each other. What follows
    from that alone (memory effects, result shapes, tiling, bufferization) is
    written once, over this interface.
  }];
  let cppNamespace = "::mlir::norm";
  let methods = [
    InterfaceMethod<
      "The iterator type of each dim of the iteration space.",
      "::llvm::SmallVector<::mlir::utils::IteratorType>", "getRowIteratorTypes">
  ];
}

#endif // NORM_IR_ROWOPINTERFACE_TD
