// Fusion sees a group norm as the layer norm of its groups; on buffers, where
// there is no fusion, it stays.
// RUN: norm-opt %s --norm-fuse --split-input-file | FileCheck %s
// RUN: norm-opt %s --norm-fuse --split-input-file --remark-policy=all --remarks-filter=norm-fuse 2>&1 | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: func @groups
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<2x6x8xf32>, %[[G:[^ ]+]]: tensor<2x6xf32>)
//   CHECK-DAG:   %[[GG:.*]] = tensor.expand_shape %[[G]] {{\[}}[0], [1, 2]] output_shape [2, 3, 2]
//   CHECK-DAG:   %[[XG:.*]] = tensor.expand_shape %[[X]] {{\[}}[0], [1, 2], [3]] output_shape [2, 3, 2, 8]
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%[[XG]] : tensor<2x3x2x8xf32>) scale(%[[GG]] : tensor<2x3x2xf32>)
//  CHECK-SAME:     dims = [2, 3] scale_dims = [0, 1, 2] eps = 1.000000e+00 rounding = before_scale
//       CHECK:   %[[C:.*]] = tensor.collapse_shape %[[Y]] {{\[}}[0], [1, 2], [3]]
//       CHECK:   return %[[C]]
func.func @groups(%x: tensor<2x6x8xf32>, %g: tensor<2x6xf32>) -> tensor<2x6x8xf32> {
  %e = tensor.empty() : tensor<2x6x8xf32>
  %y = norm.group_norm ins(%x : tensor<2x6x8xf32>) scale(%g : tensor<2x6xf32>) outs(%e : tensor<2x6x8xf32>)
      dims = [1, 2] channel_dim = 1 groups = 3 scale_dims = [0, 1] eps = 1.0 rounding = before_scale
  return %y : tensor<2x6x8xf32>
}

// -----

// CHECK-LABEL: func @on_buffers
//       CHECK:   norm.group_norm
//      REMARK:   norm.group_norm is on buffers: fusion is on tensors
func.func @on_buffers(%x: memref<2x6xf32>) {
  norm.group_norm ins(%x : memref<2x6xf32>) outs(%x : memref<2x6xf32>) dims = [1] channel_dim = 1 groups = 3 eps = 1.0
  return
}

// -----

// A batch norm is a norm.generic without a reduce.
// CHECK-LABEL: func @batch_norm_and_relu
//       CHECK:   norm.generic (d0: parallel, d1: parallel, d2: reduction)
//       CHECK:   arith.maximumf
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
func.func @batch_norm_and_relu(%x: tensor<2x6x8xf32>, %m: tensor<6xf32>, %v: tensor<6xf32>) -> tensor<2x6x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x6x8xf32>
  %y = norm.batch_norm ins(%x : tensor<2x6x8xf32>) mean(%m : tensor<6xf32>) variance(%v : tensor<6xf32>)
      outs(%e : tensor<2x6x8xf32>) channel_dim = 1 eps = 1.0
  %z = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%y : tensor<2x6x8xf32>) outs(%e : tensor<2x6x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x6x8xf32>
  return %z : tensor<2x6x8xf32>
}

// -----

// SiLU after the groups have become one dim again, in f32 as exporters write it:
// all of it is in the norm.
// CHECK-LABEL: func @silu
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<2x6x8xf16>)
//       CHECK:   %[[XG:.*]] = tensor.expand_shape %[[X]]
//       CHECK:   %[[Y:.*]] = norm.generic (d0: parallel, d1: parallel, d2: reduction, d3: reduction)
//  CHECK-NEXT:     ins(%[[XG]]
//       CHECK:     norm.reduce moments
//       CHECK:     math.exp
//       CHECK:   %[[C:.*]] = tensor.collapse_shape %[[Y]] {{\[}}[0], [1, 2], [3]]
//   CHECK-NOT:   linalg.generic
//       CHECK:   return %[[C]]
#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @silu(%x: tensor<2x6x8xf16>) -> tensor<2x6x8xf16> {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<2x6x8xf16>
  %w = tensor.empty() : tensor<2x6x8xf32>
  %y = norm.group_norm ins(%x : tensor<2x6x8xf16>) outs(%e : tensor<2x6x8xf16>) dims = [1, 2] channel_dim = 1 groups = 3 eps = 1.0
  %wide = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y : tensor<2x6x8xf16>) outs(%w : tensor<2x6x8xf32>) {
  ^bb0(%a: f16, %o: f32):
    %1 = arith.extf %a : f16 to f32
    linalg.yield %1 : f32
  } -> tensor<2x6x8xf32>
  %gate = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%wide : tensor<2x6x8xf32>) outs(%w : tensor<2x6x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %1 = arith.negf %a : f32
    %2 = math.exp %1 : f32
    %3 = arith.addf %2, %one : f32
    %4 = arith.divf %one, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<2x6x8xf32>
  %z = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%wide, %gate : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%e : tensor<2x6x8xf16>) {
  ^bb0(%a: f32, %b: f32, %o: f16):
    %1 = arith.mulf %a, %b : f32
    %2 = arith.truncf %1 : f32 to f16
    linalg.yield %2 : f16
  } -> tensor<2x6x8xf16>
  return %z : tensor<2x6x8xf16>
}
