// The shift that moments are taken about in one pass, and whether it must be
// checked to be near the mean.

// RUN: norm-opt %s --norm-to-vector=cpu=x86-64-v4 --split-input-file --canonicalize --cse | FileCheck %s
// RUN: norm-opt %s --norm-to-vector=cpu=x86-64 --split-input-file -o /dev/null

// Of 16 elements, 4 have a mean within √((16-4)/4) < 2 deviations of all: the
// shift, and there is nothing to check.

// CHECK-LABEL: @one_vector(
// CHECK-DAG: %[[FOUR:.*]] = arith.constant 4.000000e+00 : f32
// CHECK: %[[ROW:.*]] = vector.load %{{.*}} : memref<3x16xf32>, vector<16xf32>
// CHECK: %[[FIRST:.*]] = vector.extract_strided_slice %[[ROW]] {offsets = [0], sizes = [4], strides = [1]}
// CHECK: %[[SUM:.*]] = vector.extract %{{.*}} : f32 from vector<4xf32>
// CHECK: %[[SHIFT:.*]] = arith.divf %[[SUM]], %[[FOUR]]
// CHECK: %[[SHIFTS:.*]] = vector.broadcast %[[SHIFT]] : f32 to vector<16xf32>
// CHECK: arith.subf %[[ROW]], %[[SHIFTS]]
// CHECK-NOT: arith.cmpf ugt
// CHECK: vector.store
func.func @one_vector(%x: memref<3x16xf32>, %y: memref<3x16xf32>) {
  norm.layer_norm ins(%x : memref<3x16xf32>) outs(%y : memref<3x16xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Of 21, it takes 8.

// CHECK-LABEL: @masked(
// CHECK: vector.maskedload
// CHECK: vector.extract_strided_slice %{{.*}} {offsets = [0], sizes = [8], strides = [1]} : vector<32xf32> to vector<8xf32>
// CHECK-NOT: arith.cmpf ugt
// CHECK: vector.maskedstore
func.func @masked(%x: memref<3x21xf32>, %y: memref<3x21xf32>) {
  norm.layer_norm ins(%x : memref<3x21xf32>) outs(%y : memref<3x21xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// The first of two vectors is no safe guess, nor is it of a row of two extents.

// CHECK-LABEL: @two_vectors(
// CHECK: arith.cmpf ugt
func.func @two_vectors(%x: memref<3x64xf32>, %y: memref<3x64xf32>) {
  norm.layer_norm ins(%x : memref<3x64xf32>) outs(%y : memref<3x64xf32>) dims = [1] eps = 1.0e-5
  return
}

// CHECK-LABEL: @two_extents(
// CHECK: arith.cmpf ugt
func.func @two_extents(%x: memref<3x4x4xf32, strided<[32, 8, 1]>>, %y: memref<3x4x4xf32, strided<[32, 8, 1]>>) {
  norm.layer_norm ins(%x : memref<3x4x4xf32, strided<[32, 8, 1]>>)
      outs(%y : memref<3x4x4xf32, strided<[32, 8, 1]>>) dims = [1, 2] eps = 1.0e-5
  return
}

// -----

// What is no element less the mean is a scalar, in vectors as in the rest.

// CHECK-LABEL: @uniform(
// CHECK-SAME: %{{.*}}: memref<5xf32>, %[[C:.*]]: f32,
// CHECK: %[[FIRST:.*]] = arith.subf %[[C]], %{{.*}} : f32
// CHECK: %[[D:.*]] = arith.subf %[[FIRST]], %{{.*}} : f32
// CHECK: vector.broadcast %[[D]] : f32
func.func @uniform(%x: memref<5xf32>, %c: f32, %y: memref<5xf32>) {
  norm.generic (d0: reduction) ins(%x[d0], %c[] : memref<5xf32>, f32) outs(%y[d0] : memref<5xf32>) (%a, %b) {
    %mean, %var = norm.reduce moments %a : f32
    %d = arith.subf %b, %mean : f32
    norm.yield %d : f32
  }
  return
}
