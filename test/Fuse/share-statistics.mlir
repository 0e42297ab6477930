// Norms over the same rows become one op.
// RUN: norm-opt %s --norm-fuse --remarks-filter-missed=norm-fuse --verify-diagnostics | FileCheck %s
// RUN: norm-opt %s --norm-fuse="only=siblings" | FileCheck %s
// RUN: norm-opt %s --norm-fuse="disable=siblings" | FileCheck %s --check-prefix=OFF

// OFF-LABEL: func @shared
//       OFF:   norm.layer_norm
//       OFF:   norm.layer_norm

// One pair of statistics, two scales.
// CHECK-LABEL: func @shared
//       CHECK:   %[[Y:.*]]:2 = norm.generic
//   CHECK-NOT:   norm.generic
//       CHECK:       norm.reduce moments
//   CHECK-NOT:       norm.reduce
//       CHECK:       %[[H:.*]] = arith.mulf
//       CHECK:       %[[A:.*]] = arith.mulf %[[H]], %{{.*}}
//       CHECK:       %[[B:.*]] = arith.mulf %[[H]], %{{.*}}
//       CHECK:       norm.yield %[[A]], %[[B]]
//       CHECK:   return %[[Y]]#0, %[[Y]]#1
func.func @shared(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %h: tensor<8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%g : tensor<8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  %f = tensor.empty() : tensor<4x8xf32>
  %z = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%h : tensor<8xf32>) outs(%f : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y, %z : tensor<4x8xf32>, tensor<4x8xf32>
}

// Identical norms are one, and stay named.
// CHECK-LABEL: func @identical
//       CHECK:   %[[Y:.*]] = norm.layer_norm
//   CHECK-NOT:   norm.layer_norm
//       CHECK:   return %[[Y]], %[[Y]]
func.func @identical(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  %f = tensor.empty() : tensor<4x8xf32>
  %z = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%f : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y, %z : tensor<4x8xf32>, tensor<4x8xf32>
}

// The dims of the second are renamed to those of the first.
// CHECK-LABEL: func @renamed
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>
//       CHECK:   norm.generic (d0: parallel, d1: reduction)
//  CHECK-NEXT:     ins(%[[X]][d0, d1] :
//  CHECK-NEXT:     outs({{.*}}[d0, d1], {{.*}}[d0] :
//   CHECK-NOT:   norm.generic
func.func @renamed(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %er: tensor<4xf32>) -> (tensor<4x8xf32>, tensor<4xf32>) {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  %m = norm.generic (d0: reduction, d1: parallel) ins(%x[d1, d0] : tensor<4x8xf32>) outs(%er[d1] : tensor<4xf32>) (%a) {
    %s = norm.reduce max %a : f32
    norm.yield %s : f32
  }
  return %y, %m : tensor<4x8xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @refused
//       CHECK:   norm.layer_norm
//       CHECK:   norm.layer_norm
//       CHECK:   norm.layer_norm
func.func @refused(%x: tensor<4x4xf32>, %e: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %y = norm.layer_norm ins(%x : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{norm.layer_norm stays outside norm.layer_norm: it reduces other dims}}
  %z = norm.layer_norm ins(%x : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) dims = [0] eps = 1.0e-5
  // expected-remark @below {{it reads a result of the norm}}
  // expected-remark @below {{it reduces other dims}}
  %w = norm.layer_norm ins(%x : tensor<4x4xf32>) scale(%y : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) dims = [1] scale_dims = [0, 1] eps = 1.0e-5
  return %z, %w : tensor<4x4xf32>, tensor<4x4xf32>
}

// The second one's scale comes from the first: merging them would be a cycle.
// CHECK-LABEL: func @cycle
//       CHECK:   norm.layer_norm
//       CHECK:   linalg.matmul
//       CHECK:   norm.layer_norm
func.func @cycle(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{linalg.matmul stays outside norm.layer_norm: its dims are not those of the norm}}
  // expected-remark @below {{linalg.matmul stays outside norm.layer_norm: it reduces}}
  %s = linalg.matmul ins(%y, %w : tensor<4x8xf32>, tensor<8x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  // expected-remark @below {{what it reads cannot be computed before the norm}}
  %z = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%s : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] scale_dims = [0, 1] eps = 1.0e-5
  return %z : tensor<4x8xf32>
}
