// Memory effects, and result shapes without the op.
// RUN: norm-opt %s --canonicalize --cse | FileCheck %s
// RUN: norm-opt %s --resolve-shaped-type-result-dims --canonicalize --cse | FileCheck %s --check-prefix=SHAPE

// CHECK-LABEL: func @dead_on_tensors
//  CHECK-NEXT:   return
func.func @dead_on_tensors(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %m: tensor<8xf32>) {
  %a = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  %b = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  %c = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  %g = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  %h = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 eps = 1.0
  %d = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%v) {
    norm.yield %v : f32
  }
  return
}

// CHECK-LABEL: func @kept_on_memrefs
//  CHECK-NEXT:   norm.layer_norm
//  CHECK-NEXT:   norm.rms_norm
//  CHECK-NEXT:   norm.l2_norm
//  CHECK-NEXT:   norm.group_norm
//  CHECK-NEXT:   norm.batch_norm
//  CHECK-NEXT:   norm.generic
func.func @kept_on_memrefs(%x: memref<4x8xf32>, %y: memref<4x8xf32>, %m: memref<8xf32>) {
  norm.layer_norm ins(%x : memref<4x8xf32>) outs(%y : memref<4x8xf32>) dims = [1] eps = 1.0
  norm.rms_norm ins(%x : memref<4x8xf32>) outs(%y : memref<4x8xf32>) dims = [1] eps = 1.0
  norm.l2_norm ins(%x : memref<4x8xf32>) outs(%y : memref<4x8xf32>) dims = [1] eps = 1.0
  norm.group_norm ins(%x : memref<4x8xf32>) outs(%y : memref<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  norm.batch_norm ins(%x : memref<4x8xf32>) mean(%m : memref<8xf32>) variance(%m : memref<8xf32>) outs(%y : memref<4x8xf32>) channel_dim = 1 eps = 1.0
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x8xf32>) outs(%y[d0, d1] : memref<4x8xf32>) (%v) {
    norm.yield %v : f32
  }
  return
}

// What only reads is dead too.
// CHECK-LABEL: func @no_outs
//  CHECK-NEXT:   return
func.func @no_outs(%x: memref<4x8xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x8xf32>) outs() (%v) {
    norm.yield
  }
  return
}

// CHECK-LABEL: func @equal_ops
//       CHECK:   %[[Y:.*]] = norm.rms_norm
//       CHECK:   return %[[Y]], %[[Y]]
func.func @equal_ops(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %a = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  %b = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return %a, %b : tensor<4x8xf32>, tensor<4x8xf32>
}

// x is read and y is only written: the load before the op is not the one after
// it, but a load of x is the same.
// CHECK-LABEL: func @loads
//  CHECK-SAME:   (%[[X:[^ ]+]]: memref<4x8xf32>, %[[Y:[^ ]+]]: memref<4x8xf32>
//       CHECK:   memref.load %[[X]]
//       CHECK:   memref.load %[[Y]]
//       CHECK:   norm.rms_norm
//       CHECK:   memref.load %[[Y]]
func.func @loads(%x: memref<4x8xf32>, %y: memref<4x8xf32>, %i: index) -> (f32, f32, f32) {
  %0 = memref.load %x[%i, %i] : memref<4x8xf32>
  %1 = memref.load %y[%i, %i] : memref<4x8xf32>
  norm.rms_norm ins(%x : memref<4x8xf32>) outs(%y : memref<4x8xf32>) dims = [1] eps = 1.0
  %2 = memref.load %y[%i, %i] : memref<4x8xf32>
  return %0, %1, %2 : f32, f32, f32
}

// SHAPE-LABEL: func @result_shapes
//  SHAPE-SAME:   (%[[X:[^ ]+]]: tensor<?x?xf32>, %[[E:[^ ]+]]: tensor<?x?xf32>, %[[M:[^ ]+]]: tensor<?xf32>)
//   SHAPE-NOT:   norm.
//   SHAPE-DAG:   %[[D0:.*]] = tensor.dim %[[E]], %c0
//   SHAPE-DAG:   %[[D1:.*]] = tensor.dim %[[E]], %c1
//   SHAPE-DAG:   %[[D2:.*]] = tensor.dim %[[M]], %c0
//       SHAPE:   return %[[D0]], %[[D1]], %[[D2]], %[[D2]]
func.func @result_shapes(%x: tensor<?x?xf32>, %e: tensor<?x?xf32>, %m: tensor<?xf32>) -> (index, index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y:2 = norm.layer_norm ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) mean(%m : tensor<?xf32>) dims = [1] eps = 1.0
  %z:2 = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<?x?xf32>)
      outs(%e[d0, d1], %m[d0] : tensor<?x?xf32>, tensor<?xf32>) (%v) {
    %s = norm.reduce add %v : f32
    norm.yield %v, %s : f32, f32
  }
  %d0 = tensor.dim %y#0, %c0 : tensor<?x?xf32>
  %d1 = tensor.dim %z#0, %c1 : tensor<?x?xf32>
  %d2 = tensor.dim %y#1, %c0 : tensor<?xf32>
  %d3 = tensor.dim %z#1, %c0 : tensor<?xf32>
  return %d0, %d1, %d2, %d3 : index, index, index, index
}
