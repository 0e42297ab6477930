// Any op over rows decomposes through upstream's interface, without our passes.
// (Upstream's transform op takes ops of one result; --norm-to-linalg all.)
// RUN: norm-opt %s --transform-interpreter --canonicalize | FileCheck %s --implicit-check-not="= norm."

// CHECK-LABEL: func @layer_norm
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[E:[^ ]+]]: tensor<4x8xf32>)
//       CHECK:   linalg.generic
//       CHECK:   math.rsqrt
//       CHECK:   %[[Y:.*]] = linalg.generic {{.*}} outs(%[[E]] :
//       CHECK:   return %[[Y]]
func.func @layer_norm(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @rms_norm
//       CHECK:   %[[Y:.*]] = linalg.generic {{.*}} outs(%{{[^ ]+}} : tensor<?x?xbf16>)
//       CHECK:   return %[[Y]]
func.func @rms_norm(%x: tensor<?x?xbf16>, %e: tensor<?x?xbf16>) -> tensor<?x?xbf16> {
  %y = norm.rms_norm ins(%x : tensor<?x?xbf16>) outs(%e : tensor<?x?xbf16>) dims = [1] eps = 1.0
  return %y : tensor<?x?xbf16>
}

// CHECK-LABEL: func @l2_norm
//       CHECK:   arith.maximumf
//       CHECK:   return
func.func @l2_norm(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 eps_mode = max
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @group_norm
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x?xf32>
//       CHECK:   tensor.expand_shape %[[X]] {{\[}}[0], [1, 2]] output_shape [4, 2, %{{.*}}]
//       CHECK:   math.rsqrt
//       CHECK:   %[[H:.*]] = linalg.generic
//       CHECK:   %[[Y:.*]] = tensor.collapse_shape %{{.*}} {{\[}}[0], [1, 2]]
//       CHECK:   return %[[Y]]
func.func @group_norm(%x: tensor<4x?xf32>, %e: tensor<4x?xf32>) -> tensor<4x?xf32> {
  %y = norm.group_norm ins(%x : tensor<4x?xf32>) outs(%e : tensor<4x?xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  return %y : tensor<4x?xf32>
}

// CHECK-LABEL: func @batch_norm
//  CHECK-NEXT:   arith.constant
//  CHECK-NEXT:   linalg.generic
//       CHECK:   math.rsqrt
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
func.func @batch_norm(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.batch_norm ins(%x : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>)
      outs(%e : tensor<4x8xf32>) channel_dim = 1 eps = 1.0
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @generic
//       CHECK:   linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
//       CHECK:   arith.maximumf
//       CHECK:   return
func.func @generic(%x: tensor<4x8xf32>, %m: tensor<4xf32>) -> tensor<4xf32> {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%m[d0] : tensor<4xf32>) (%a) {
    %s = norm.reduce max %a : f32
    norm.yield %s : f32
  }
  return %y : tensor<4xf32>
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %norm = transform.structured.match ops{["norm.layer_norm", "norm.rms_norm", "norm.l2_norm", "norm.group_norm", "norm.batch_norm", "norm.generic"]} in %root : (!transform.any_op) -> !transform.any_op
    %new = transform.structured.decompose_interface %norm : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
