// A batch norm goes into the weight of the op before it.
// RUN: norm-opt %s --norm-fuse="only=batch-norm" --remarks-filter-missed=norm-fuse --verify-diagnostics | FileCheck %s
// RUN: norm-opt %s --norm-fuse="only=batch-norm fold-weights" | FileCheck %s --check-prefix=COMPUTED
// RUN: norm-opt %s --norm-fuse="disable=batch-norm" | FileCheck %s --check-prefix=OFF
// RUN: norm-run %s --entry matmul --dynamic-size=4 --verify | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %s --entry conv --verify | FileCheck %s --check-prefix=RIGHT
// RIGHT: : right

// σ = [4/√4, 9/√9] = [2, 3], β − μ·σ = [10 − 1·2, 20 − 2·3] = [8, 14].
// CHECK-LABEL: func @matmul
//   CHECK-DAG:   %[[W:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 6.000000e+00], [6.000000e+00, 1.200000e+01]]>
//   CHECK-DAG:   %[[B:.*]] = arith.constant dense<[8.000000e+00, 1.400000e+01]>
//       CHECK:   %[[INIT:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[B]] :
//       CHECK:     ^bb0(%{{.*}}: f32, %[[TERM:.*]]: f32, %{{.*}}: f32):
//  CHECK-NEXT:     linalg.yield %[[TERM]]
//       CHECK:   %[[Y:.*]] = linalg.matmul ins(%{{.*}}, %[[W]] : {{.*}}) outs(%[[INIT]] :
//   CHECK-NOT:   norm.batch_norm
//       CHECK:   return %[[Y]]
//   OFF-LABEL: func @matmul
//         OFF:   norm.batch_norm
func.func @matmul(%x: tensor<?x2xf32>, %e: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %m = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %v = arith.constant dense<[4.0, 9.0]> : tensor<2xf32>
  %g = arith.constant dense<[3.0, 8.0]> : tensor<2xf32>
  %b = arith.constant dense<[10.0, 20.0]> : tensor<2xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<?x2xf32>) -> tensor<?x2xf32>
  %p = linalg.matmul ins(%x, %w : tensor<?x2xf32>, tensor<2x2xf32>) outs(%i : tensor<?x2xf32>) -> tensor<?x2xf32>
  %y = norm.batch_norm ins(%p : tensor<?x2xf32>) mean(%m : tensor<2xf32>) variance(%v : tensor<2xf32>)
      scale(%g : tensor<2xf32>) shift(%b : tensor<2xf32>) outs(%e : tensor<?x2xf32>)
      channel_dim = 1 eps = 0.0 scale_offset = 1.0
  return %y : tensor<?x2xf32>
}

// The channel is dim 0 of the filter; its init, a bias, is scaled too.
// CHECK-LABEL: func @conv
//   CHECK-DAG:   %[[W:.*]] = arith.constant dense<{{\[\[\[\[}}5.000000e-01]], {{\[\[}}1.000000e+00]]], {{\[\[\[}}1.000000e+00]], {{\[\[}}1.333333
//   CHECK-DAG:   %[[S:.*]] = arith.constant dense<[5.000000e-01, 0.33333
//       CHECK:   %[[INIT:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[S]], %{{.*}} :
//       CHECK:     arith.mulf
//       CHECK:     arith.addf
//       CHECK:   linalg.conv_2d_nchw_fchw ins(%{{.*}}, %[[W]] : {{.*}}) outs(%[[INIT]] :
//   CHECK-NOT:   norm.batch_norm
func.func @conv(%x: tensor<1x2x8x8xf32>, %bias: tensor<1x2x8x8xf32>, %e: tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32> {
  %w = arith.constant dense<[[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]]]> : tensor<2x2x1x1xf32>
  %m = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %v = arith.constant dense<[4.0, 9.0]> : tensor<2xf32>
  %p = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x2x8x8xf32>, tensor<2x2x1x1xf32>) outs(%bias : tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
  %y = norm.batch_norm ins(%p : tensor<1x2x8x8xf32>) mean(%m : tensor<2xf32>) variance(%v : tensor<2xf32>)
      outs(%e : tensor<1x2x8x8xf32>) channel_dim = 1 eps = 0.0
  return %y : tensor<1x2x8x8xf32>
}

// What is not constant is computed on request.
// CHECK-LABEL: func @variable
//       CHECK:   norm.batch_norm
// COMPUTED-LABEL: func @variable
//  COMPUTED-SAME:   (%[[X:[^ ]+]]: tensor<?x?xf32>, %[[W:[^ ]+]]: tensor<?x?xf32>, %[[M:[^ ]+]]: tensor<?xf32>, %[[V:[^ ]+]]: tensor<?xf32>
//       COMPUTED:   %[[S:.*]] = linalg.generic {{.*}} ins(%[[V]] :
//       COMPUTED:     math.rsqrt
//       COMPUTED:   %[[T:.*]] = linalg.generic {{.*}} ins(%[[M]], %[[S]] :
//       COMPUTED:   %[[WS:.*]] = linalg.generic {{.*}} ins(%[[W]], %[[S]] :
//       COMPUTED:   %[[I:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[S]], %[[T]] :
//       COMPUTED:   linalg.matmul ins(%[[X]], %[[WS]] : {{.*}}) outs(%[[I]] :
//   COMPUTED-NOT:   norm.batch_norm
func.func @variable(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %m: tensor<?xf32>, %v: tensor<?xf32>, %e: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-remark @below {{linalg.matmul stays outside norm.batch_norm: it is not folded into its weight: its statistics, its parameters or the weight are not constant}}
  %p = linalg.matmul ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = norm.batch_norm ins(%p : tensor<?x?xf32>) mean(%m : tensor<?xf32>) variance(%v : tensor<?xf32>)
      outs(%e : tensor<?x?xf32>) channel_dim = 1 eps = 1.0e-5
  return %y : tensor<?x?xf32>
}

// CHECK-LABEL: func @read_twice
//       CHECK:   norm.batch_norm
// COMPUTED-LABEL: func @read_twice
//       COMPUTED:   norm.batch_norm
func.func @read_twice(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>, %m: tensor<4xf32>, %e: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  // expected-remark @below {{others read its result too}}
  %p = linalg.matmul ins(%x, %w : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = norm.batch_norm ins(%p : tensor<4x4xf32>) mean(%m : tensor<4xf32>) variance(%m : tensor<4xf32>)
      outs(%e : tensor<4x4xf32>) channel_dim = 1 eps = 1.0e-5
  return %p, %y : tensor<4x4xf32>, tensor<4x4xf32>
}

// CHECK-LABEL: func @half
//       CHECK:   norm.batch_norm
func.func @half(%x: tensor<4x4xf16>, %w: tensor<4x4xf16>, %m: tensor<4xf16>, %e: tensor<4x4xf16>) -> tensor<4x4xf16> {
  // expected-remark @below {{folded weights would be rounded to less than f32}}
  %p = linalg.matmul ins(%x, %w : tensor<4x4xf16>, tensor<4x4xf16>) outs(%e : tensor<4x4xf16>) -> tensor<4x4xf16>
  %y = norm.batch_norm ins(%p : tensor<4x4xf16>) mean(%m : tensor<4xf16>) variance(%m : tensor<4xf16>)
      outs(%e : tensor<4x4xf16>) channel_dim = 1 eps = 1.0e-5
  return %y : tensor<4x4xf16>
}

// The largest of a window times σ is not the largest of what is times σ.
// CHECK-LABEL: func @max_pool
//       CHECK:   norm.batch_norm
// COMPUTED-LABEL: func @max_pool
//       COMPUTED:   norm.batch_norm
func.func @max_pool(%x: tensor<1x3x6x6xf32>, %window: tensor<3x3xf32>, %m: tensor<3xf32>, %e: tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
  // expected-remark @below {{it is no sum}}
  %p = linalg.pooling_nchw_max ins(%x, %window : tensor<1x3x6x6xf32>, tensor<3x3xf32>) outs(%e : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %y = norm.batch_norm ins(%p : tensor<1x3x4x4xf32>) mean(%m : tensor<3xf32>) variance(%m : tensor<3xf32>)
      outs(%e : tensor<1x3x4x4xf32>) channel_dim = 1 eps = 1.0e-5
  return %y : tensor<1x3x4x4xf32>
}
