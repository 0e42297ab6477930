// RUN: norm-opt %s --norm-generalize --split-input-file | FileCheck %s

// CHECK-LABEL: func @softmax
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x?x8xf32>, %[[E:[^ ]+]]: tensor<4x?x8xf32>)
//       CHECK:   norm.generic (d0: parallel, d1: reduction, d2: parallel)
//  CHECK-NEXT:     ins(%[[X]][d0, d1, d2] :
//  CHECK-NEXT:     outs(%[[E]][d0, d1, d2] : {{.*}}) (%[[A:[^ ]+]])
//  CHECK-NEXT:       %[[M:.*]] = norm.reduce max %[[A]] : f32
//  CHECK-NEXT:       %[[D:.*]] = arith.subf %[[A]], %[[M]]
//  CHECK-NEXT:       %[[EXP:.*]] = math.exp %[[D]]
//  CHECK-NEXT:       %[[S:.*]] = norm.reduce add %[[EXP]] : f32
//  CHECK-NEXT:       %[[Y:.*]] = arith.divf %[[EXP]], %[[S]]
//  CHECK-NEXT:       norm.yield %[[Y]]
func.func @softmax(%x: tensor<4x?x8xf32>, %e: tensor<4x?x8xf32>) -> tensor<4x?x8xf32> {
  %y = linalg.softmax dimension(1) ins(%x : tensor<4x?x8xf32>) outs(%e : tensor<4x?x8xf32>) -> tensor<4x?x8xf32>
  return %y : tensor<4x?x8xf32>
}

// -----

// Half precision is summed in f32.
// CHECK-LABEL: func @half
//       CHECK:   norm.reduce max {{.*}} : f32
//       CHECK:   norm.reduce add {{.*}} : f32
//       CHECK:   arith.truncf {{.*}} : f32 to f16
func.func @half(%x: memref<4x8xf16>, %e: memref<4x8xf16>) {
  linalg.softmax dimension(1) ins(%x : memref<4x8xf16>) outs(%e : memref<4x8xf16>)
  return
}

// -----

// CHECK-LABEL: func @integers
//       CHECK:   linalg.softmax
func.func @integers(%x: tensor<4x8xi32>, %e: tensor<4x8xi32>) -> tensor<4x8xi32> {
  %y = linalg.softmax dimension(1) ins(%x : tensor<4x8xi32>) outs(%e : tensor<4x8xi32>) -> tensor<4x8xi32>
  return %y : tensor<4x8xi32>
}
