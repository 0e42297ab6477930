// Each family of patterns in a transform script.
// RUN: norm-opt %s --transform-interpreter | FileCheck %s

// CHECK-LABEL: func @f
//   CHECK-NOT:   linalg
//       CHECK:   norm.generic (d0: parallel, d1: reduction)
//   CHECK-NOT:   linalg
func.func @f(%x: tensor<2x4x8xf32>, %e: tensor<2x4x8xf32>, %er: tensor<2x4xf32>, %e2: tensor<8x8xf32>)
    -> (tensor<8x8xf32>, tensor<2x4x8xf32>, tensor<2x4xf32>) {
  %z = arith.constant 0.0 : f32
  %s = linalg.exp ins(%x : tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %y = norm.layer_norm ins(%s : tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) dims = [2] eps = 1.0e-5
  %w = norm.rms_norm ins(%s : tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) dims = [2] eps = 1.0e-5
  %f = linalg.fill ins(%z : f32) outs(%er : tensor<2x4xf32>) -> tensor<2x4xf32>
  %r = linalg.reduce {arith.maximumf} ins(%y : tensor<2x4x8xf32>) outs(%f : tensor<2x4xf32>) dimensions = [2]
  %y2 = tensor.collapse_shape %y [[0, 1], [2]] : tensor<2x4x8xf32> into tensor<8x8xf32>
  %t = linalg.tanh ins(%y2 : tensor<8x8xf32>) outs(%e2 : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %t, %w, %r : tensor<8x8xf32>, tensor<2x4x8xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func @g
//       CHECK:   norm.generic (d0: parallel, d1: reduction)
func.func @g(%x: tensor<2x4x8xf32>, %e: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
  %y = linalg.softmax dimension(2) ins(%x : tensor<2x4x8xf32>) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// A group norm has no rows to fuse with until it is the layer norm of its groups,
// which these patterns do not make of it: what stands beside it stays there.
// CHECK-LABEL: func @group_norm
//       CHECK:   %[[A:.*]] = linalg.abs
//       CHECK:   norm.generic (d0: parallel, d1: reduction)
//  CHECK-NEXT:     ins(%{{[^ ]+}}[d0, d1] : tensor<8x4xf32>)
//       CHECK:   %[[Y:.*]] = tensor.collapse_shape
//       CHECK:   linalg.exp ins(%[[Y]] :
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins(%[[A]][d0, d1] : tensor<4x8xf32>)
func.func @group_norm(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %a = linalg.abs ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = norm.group_norm ins(%a : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  %z = linalg.exp ins(%y : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %s = norm.rms_norm ins(%a : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return %z, %s : tensor<4x8xf32>, tensor<4x8xf32>
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %func = transform.structured.match ops{["func.func"]} in %root : (!transform.any_op) -> !transform.any_op
    transform.apply_patterns to %func {
      transform.apply_patterns.norm.fold_affine_into_weights
      transform.apply_patterns.norm.fold_batch_norm
      transform.apply_patterns.norm.share_statistics
      transform.apply_patterns.norm.fuse_producers
      transform.apply_patterns.norm.fuse_consumers
      transform.apply_patterns.norm.fuse_row_reductions
      transform.apply_patterns.norm.fuse_reshapes
    } : !transform.any_op
    transform.apply_patterns to %func {
      transform.apply_patterns.norm.generalize
      transform.apply_patterns.norm.collapse_dims
    } : !transform.any_op
    transform.yield
  }
}
