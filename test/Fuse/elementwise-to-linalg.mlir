// arith and math on tensors fuse as their linalg forms do, and only what no
// norm stands beside stays as it is.
// RUN: norm-opt %s --norm-fuse | FileCheck %s
// RUN: norm-run %s --entry residual --verify --target=ptx-interpreter | FileCheck %s --check-prefix=RIGHT
// RIGHT-COUNT-2: : right

// CHECK-LABEL: func @residual(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<4x33xf16>, %[[R:[^:]*]]: tensor<4x33xf16>)
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins(%[[X]][d0, d1], %[[R]][d0, d1] :
//  CHECK-NEXT:     outs({{.*}}) (%[[XE:.*]], %[[RE:.*]]) {
//       CHECK:     %[[S:.*]] = arith.addf %[[XE]], %[[RE]] : f16
//       CHECK:     %[[T:.*]] = math.tanh %{{.*}} : f16
//       CHECK:     %[[O:.*]] = arith.mulf %[[T]], %[[S]] : f16
//       CHECK:     norm.yield %[[O]], %[[S]] : f16, f16
//   CHECK-NOT:   linalg
//       CHECK:   return
func.func @residual(%x: tensor<4x33xf16>, %r: tensor<4x33xf16>) -> (tensor<4x33xf16>, tensor<4x33xf16>) {
  %e = tensor.empty() : tensor<4x33xf16>
  %s = arith.addf %x, %r : tensor<4x33xf16>
  %y = norm.layer_norm ins(%s : tensor<4x33xf16>) outs(%e : tensor<4x33xf16>) dims = [1] eps = 1.0e-5
  %t = math.tanh %y : tensor<4x33xf16>
  %o = arith.mulf %t, %s : tensor<4x33xf16>
  return %o, %s : tensor<4x33xf16>, tensor<4x33xf16>
}

// Behind a group norm, whose groups are a dim of their own.
// CHECK-LABEL: func @group_norm(
//       CHECK:   norm.generic
//       CHECK:     math.exp
//   CHECK-NOT:   linalg
//       CHECK:   return
func.func @group_norm(%x: tensor<2x6x5xf32>) -> tensor<2x6x5xf32> {
  %e = tensor.empty() : tensor<2x6x5xf32>
  %y = norm.group_norm ins(%x : tensor<2x6x5xf32>) outs(%e : tensor<2x6x5xf32>) dims = [1, 2] channel_dim = 1 groups = 3 eps = 1.0e-5
  %z = arith.negf %y : tensor<2x6x5xf32>
  %t = math.exp %z : tensor<2x6x5xf32>
  return %t : tensor<2x6x5xf32>
}

// What a fusion brings beside the norm: the mean of a row, and what is made of
// it.
// CHECK-LABEL: func @of_row(
//       CHECK:   norm.generic
//       CHECK:     norm.reduce max
//       CHECK:     math.exp
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
func.func @of_row(%x: tensor<4x33xf32>, %init: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4x33xf32>
  %least = arith.constant 0xff800000 : f32
  %f = linalg.fill ins(%least : f32) outs(%init : tensor<4xf32>) -> tensor<4xf32>
  %y = norm.layer_norm ins(%x : tensor<4x33xf32>) outs(%e : tensor<4x33xf32>) dims = [1] eps = 1.0e-5
  %m = linalg.reduce { arith.maximumf } ins(%y : tensor<4x33xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %t = math.exp %m : tensor<4xf32>
  return %t : tensor<4xf32>
}

// CHECK-LABEL: func @apart(
//       CHECK:   arith.addf %{{.*}} : tensor<4x33xf32>
//       CHECK:   linalg.matmul
//       CHECK:   norm.layer_norm
func.func @apart(%x: tensor<4x33xf32>, %w: tensor<33x8xf32>, %init: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %s = arith.addf %x, %x : tensor<4x33xf32>
  %m = linalg.matmul ins(%s, %w : tensor<4x33xf32>, tensor<33x8xf32>) outs(%init : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%m : tensor<4x8xf32>) outs(%init : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}
