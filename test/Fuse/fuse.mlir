// The pass: its options, its remarks, and that it touches nothing else.
// RUN: norm-opt %s --norm-fuse | FileCheck %s
// RUN: norm-opt %s --norm-fuse --remarks-filter-passed=norm-fuse -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: norm-opt %s --norm-fuse --remarks-filter=norm-fuse --remark-policy=final --remark-format=yaml --remarks-output-file=%t.yaml -o /dev/null
// RUN: FileCheck %s --check-prefix=YAML --input-file=%t.yaml
// RUN: not norm-opt %s --norm-fuse="only=nonsense" 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// REMARK: remark: [Passed] producers | Category:norm-fuse | Remark="norm.layer_norm: fused producers"
// YAML-DAG: !Passed
// YAML-DAG: norm.layer_norm: fused producers
// UNKNOWN: error: norm-fuse: only names no fusion 'nonsense'; there are affine, batch-norm, siblings, producers, consumers, row-reductions, reshapes

// CHECK-LABEL: func @both_sides
//   CHECK-NOT:   linalg
//       CHECK:   norm.generic
//   CHECK-NOT:   linalg
func.func @both_sides(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %s = linalg.exp ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%s : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  %z = linalg.exp ins(%y : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %z : tensor<4x8xf32>
}

// Dead code, foldable code, unreachable blocks, elementwise chains: all of it
// is somebody else's.
// CHECK-LABEL: func @without_norms
//  CHECK-NEXT:   %[[C:.*]] = arith.constant 1 : i32
//  CHECK-NEXT:   arith.addi %[[C]], %[[C]]
//  CHECK-NEXT:   linalg.exp
//  CHECK-NEXT:   linalg.exp
//  CHECK-NEXT:   return
//  CHECK-NEXT: ^bb1:
func.func @without_norms(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c = arith.constant 1 : i32
  %d = arith.addi %c, %c : i32
  %s = linalg.exp ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %t = linalg.exp ins(%s : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %t : tensor<4x8xf32>
^bb1:
  return %s : tensor<4x8xf32>
}

// A norm with no neighbours stays named.
// CHECK-LABEL: func @alone
//       CHECK:   norm.layer_norm
func.func @alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

// A softmax takes in its neighbours too, and is itself where it has none.
// CHECK-LABEL: func @softmax
//   CHECK-NOT:   linalg
//       CHECK:   norm.generic
//       CHECK:     arith.mulf
//       CHECK:     norm.reduce max
//       CHECK:     norm.reduce add
//       CHECK:     arith.truncf
//   CHECK-NOT:   linalg
//       CHECK:   return
func.func @softmax(%x: tensor<4x8xf32>, %m: tensor<4x8xf32>, %e: tensor<4x8xf32>, %h: tensor<4x8xf16>) -> tensor<4x8xf16> {
  %s = arith.mulf %x, %m : tensor<4x8xf32>
  %y = linalg.softmax dimension(1) ins(%s : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %z = arith.truncf %y : tensor<4x8xf32> to tensor<4x8xf16>
  return %z : tensor<4x8xf16>
}

// CHECK-LABEL: func @softmax_alone
//       CHECK:   linalg.matmul
//       CHECK:   linalg.softmax {kept} dimension(1) ins(
//   CHECK-NOT:   norm.generic
//       CHECK:   return
func.func @softmax_alone(%x: tensor<4x4xf32>, %e: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %p = linalg.matmul ins(%x, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = linalg.softmax {kept} dimension(1) ins(%p : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
