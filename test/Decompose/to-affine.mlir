// RUN: norm-opt %s --norm-to-affine --split-input-file -verify-diagnostics | FileCheck %s

// Two passes for the moments, the scalars of a row between the loops over it.

// CHECK-LABEL: func @layer_norm
// CHECK-SAME: %[[X:.+]]: memref<4x8xf32>, %[[G:.+]]: memref<8xf32>, %[[Y:.+]]: memref<4x8xf32>, %[[M:.+]]: memref<4xf32>
func.func @layer_norm(%x: memref<4x8xf32>, %g: memref<8xf32>, %y: memref<4x8xf32>, %m: memref<4xf32>) {
  // CHECK: affine.for %[[I:.+]] = 0 to 4 {
  // CHECK: %[[SUM:.+]] = affine.for %[[J:.+]] = 0 to 8 iter_args(%[[A:.+]] = %{{.+}}) -> (f32) {
  // CHECK-NEXT: %[[V:.+]] = affine.load %[[X]][%[[I]], %[[J]]]
  // CHECK-NEXT: %[[S:.+]] = arith.addf %[[A]], %[[V]]
  // CHECK-NEXT: affine.yield %[[S]]
  // CHECK: %[[N:.+]] = arith.constant 8.0
  // CHECK: %[[MEAN:.+]] = arith.divf %[[SUM]], %[[N]]
  // CHECK: %[[Q:.+]] = affine.for %[[J:.+]] = 0 to 8 iter_args(%[[A:.+]] = %{{.+}}) -> (f32) {
  // CHECK-NEXT: %[[V:.+]] = affine.load %[[X]][%[[I]], %[[J]]]
  // CHECK-NEXT: %[[D:.+]] = arith.subf %[[V]], %[[MEAN]]
  // CHECK-NEXT: %[[D2:.+]] = arith.mulf %[[D]], %[[D]]
  // CHECK-NEXT: %[[S:.+]] = arith.addf %[[A]], %[[D2]]
  // CHECK-NEXT: affine.yield %[[S]]
  // CHECK: %[[RSTD:.+]] = math.rsqrt
  // CHECK: affine.for %[[J:.+]] = 0 to 8 {
  // CHECK-NOT: math.rsqrt
  // CHECK: arith.mulf %{{.+}}, %[[RSTD]]
  // CHECK: affine.load %[[G]][%[[J]]]
  // CHECK: affine.store %{{.+}}, %[[Y]][%[[I]], %[[J]]]
  // CHECK: affine.store %[[MEAN]], %[[M]][%[[I]]]
  norm.layer_norm ins(%x : memref<4x8xf32>) scale(%g : memref<8xf32>) outs(%y : memref<4x8xf32>) mean(%m : memref<4xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Reduces of one pass share its loop; an extremum starts from infinity.

// CHECK-LABEL: func @two_reduces
func.func @two_reduces(%x: memref<4x8xf32>, %s: memref<4xf32>, %m: memref<4xf32>) {
  // CHECK-DAG: %[[ZERO:.+]] = arith.constant 0.0
  // CHECK-DAG: %[[INF:.+]] = arith.constant 0xFF800000 : f32
  // CHECK: %[[R:.+]]:2 = affine.for %{{.+}} = 0 to 8 iter_args(%{{.+}} = %[[ZERO]], %{{.+}} = %[[INF]])
  // CHECK: arith.addf
  // CHECK: arith.maximumf
  // CHECK-NOT: affine.for
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x8xf32>)
      outs(%s[d0], %m[d0] : memref<4xf32>, memref<4xf32>) (%v) {
    %sum = norm.reduce add %v : f32
    %max = norm.reduce max %v : f32
    norm.yield %sum, %max : f32, f32
  }
  return
}

// -----

// Several reduced dims around the row dim: nested reductions, dynamic bounds.

// CHECK-LABEL: func @nest
func.func @nest(%x: memref<?x?x?xf32>, %y: memref<?x?x?xf32>) {
  // CHECK: affine.for %[[J:.+]] = 0 to %{{.+}} {
  // CHECK: affine.for %[[I:.+]] = 0 to %{{.+}} iter_args(%[[A:.+]] = %{{.+}}) -> (f32) {
  // CHECK: %[[INNER:.+]] = affine.for %[[K:.+]] = 0 to %{{.+}} iter_args(%{{.+}} = %[[A]]) -> (f32) {
  // CHECK: affine.load %{{.+}}[%[[I]], %[[J]], %[[K]]]
  // CHECK: affine.yield %[[INNER]]
  norm.rms_norm ins(%x : memref<?x?x?xf32>) outs(%y : memref<?x?x?xf32>) dims = [0, 2] eps = 1.0e-5
  return
}

// -----

// CHECK-LABEL: func @tensors
func.func @tensors(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: norm.generic
  // expected-remark @below {{left to the linalg road: affine works on buffers}}
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

// -----

// CHECK-LABEL: func @strided
func.func @strided(%x: memref<4x8xf32, strided<[16, 2]>>, %y: memref<4x8xf32>) {
  // CHECK: norm.generic
  // expected-remark @below {{takes no buffer with a layout}}
  norm.rms_norm ins(%x : memref<4x8xf32, strided<[16, 2]>>) outs(%y : memref<4x8xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// CHECK-LABEL: func @no_symbol
func.func @no_symbol(%c: i1, %n: index) {
  scf.if %c {
    %x = memref.alloc(%n) : memref<4x?xf32>
    // CHECK: norm.generic
    // expected-remark @below {{a dynamic extent inside of control flow is no affine symbol}}
    norm.rms_norm ins(%x : memref<4x?xf32>) outs(%x : memref<4x?xf32>) dims = [1] eps = 1.0e-5
    memref.dealloc %x : memref<4x?xf32>
  }
  return
}
