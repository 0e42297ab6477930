// An input that is one scalar is no read of memory.
// RUN: norm-opt %s --norm-fuse | FileCheck %s
// RUN: norm-opt %s --norm-fuse="disable=producers" | FileCheck %s --check-prefix=OFF

// CHECK-LABEL: func @constants
//   CHECK-NOT:   dense
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins(%{{[^ ,]+}}[d0, d1] : tensor<8x64xf32>)
//       CHECK:     %[[TWO:.*]] = arith.constant 2.000000e+00 : f32
//       CHECK:     %[[Y:.*]] = arith.mulf %{{.*}}, %[[TWO]] : f32
//       CHECK:     norm.yield %[[Y]]
//   OFF-LABEL: func @constants
//         OFF:   dense<2.000000e+00>
func.func @constants(%x: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %c = arith.constant dense<1.5> : tensor<8x64xf32>
  %two = arith.constant dense<2.0> : tensor<8x64xf32>
  %e = tensor.empty() : tensor<8x64xf32>
  %v = arith.addf %x, %c : tensor<8x64xf32>
  %y = norm.layer_norm ins(%v : tensor<8x64xf32>) outs(%e : tensor<8x64xf32>) dims = [1] eps = 1.0e-5
  %z = arith.mulf %y, %two : tensor<8x64xf32>
  return %z : tensor<8x64xf32>
}

// Known at run time only, with extents that are given by others too.
// CHECK-LABEL: func @splats
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<?x64xf32>, %[[S:[^ ]+]]: f32,
//   CHECK-NOT:   tensor.splat
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins(%[[X]][d0, d1] : tensor<?x64xf32>)
//       CHECK:     arith.mulf %{{.*}}, %[[S]] : f32
//   OFF-LABEL: func @splats
//         OFF:   tensor.splat
func.func @splats(%x: tensor<?x64xf32>, %s: f32, %e: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %c0 = arith.constant 0 : index
  %d = tensor.dim %x, %c0 : tensor<?x64xf32>
  %t = tensor.splat %s[%d] : tensor<?x64xf32>
  %y = norm.rms_norm ins(%x : tensor<?x64xf32>) outs(%e : tensor<?x64xf32>) dims = [1] eps = 1.0e-5
  %z = arith.mulf %y, %t : tensor<?x64xf32>
  return %z : tensor<?x64xf32>
}

// A parameter of a named op, known at run time only.
// CHECK-LABEL: func @parameter
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins(%{{[^ ,]+}}[d0, d1] : tensor<8x64xf32>)
//  CHECK-NEXT:     outs
func.func @parameter(%x: tensor<8x64xf32>, %s: f32, %e: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %scale = tensor.splat %s : tensor<64xf32>
  %y = norm.rms_norm ins(%x : tensor<8x64xf32>) scale(%scale : tensor<64xf32>) outs(%e : tensor<8x64xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<8x64xf32>
}

// A constant one stays: the matmul's fusion asks for it.
// CHECK-LABEL: func @constant_parameter
//       CHECK:   norm.rms_norm
func.func @constant_parameter(%x: tensor<8x64xf32>, %e: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %scale = arith.constant dense<2.0> : tensor<64xf32>
  %y = norm.rms_norm ins(%x : tensor<8x64xf32>) scale(%scale : tensor<64xf32>) outs(%e : tensor<8x64xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<8x64xf32>
}

// What alone says how long a row is stays an input, which nobody reads.
// CHECK-LABEL: func @extent
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins(%{{.*}}[d1], {{.*}} : tensor<64xf32>
//  CHECK-NEXT:     outs(%{{.*}}[d0] : tensor<8xf32>) (%{{.*}}, %[[X:.*]]) {
//       CHECK:     %[[C:.*]] = arith.constant 3.000000e+00 : f32
//       CHECK:     arith.mulf %[[X]], %[[C]]
func.func @extent(%x: tensor<8xf32>, %e: tensor<8xf32>) -> tensor<8xf32> {
  %c = arith.constant dense<3.0> : tensor<64xf32>
  %y = norm.generic (d0: parallel, d1: reduction)
      ins(%c[d1], %x[d0] : tensor<64xf32>, tensor<8xf32>) outs(%e[d0] : tensor<8xf32>) (%ce, %xe) {
    %v = arith.mulf %xe, %ce : f32
    %s = norm.reduce add %v : f32
    norm.yield %s : f32
  }
  return %y : tensor<8xf32>
}

// There is no arithmetic on constants of f8.
// CHECK-LABEL: func @f8
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins({{.*}}tensor<8x64xf8E4M3FN>
func.func @f8(%x: tensor<8x64xf32>, %e: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %c = arith.constant dense<2.0> : tensor<8x64xf8E4M3FN>
  %w = arith.extf %c : tensor<8x64xf8E4M3FN> to tensor<8x64xf32>
  %y = norm.rms_norm ins(%x : tensor<8x64xf32>) outs(%e : tensor<8x64xf32>) dims = [1] eps = 1.0e-5
  %z = arith.mulf %y, %w : tensor<8x64xf32>
  return %z : tensor<8x64xf32>
}
