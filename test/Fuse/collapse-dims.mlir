// RUN: norm-opt %s --norm-collapse-dims | FileCheck %s

// CHECK-LABEL: func @rows_and_elements
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<2x3x4x5xf32>, %[[G:[^ ]+]]: tensor<4x5xf32>, %[[E:[^ ]+]]: tensor<2x3x4x5xf32>, %[[M:[^ ]+]]: tensor<2x3xf32>)
//   CHECK-DAG:   %[[XC:.*]] = tensor.collapse_shape %[[X]] {{\[}}[0, 1], [2, 3]] : tensor<2x3x4x5xf32> into tensor<6x20xf32>
//   CHECK-DAG:   %[[GC:.*]] = tensor.collapse_shape %[[G]] {{\[}}[0, 1]] : tensor<4x5xf32> into tensor<20xf32>
//   CHECK-DAG:   %[[EC:.*]] = tensor.collapse_shape %[[E]] {{\[}}[0, 1], [2, 3]] : tensor<2x3x4x5xf32> into tensor<6x20xf32>
//   CHECK-DAG:   %[[MC:.*]] = tensor.collapse_shape %[[M]] {{\[}}[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
//       CHECK:   %[[Y:.*]]:2 = norm.generic (d0: parallel, d1: reduction)
//  CHECK-NEXT:     ins(%[[XC]][d0, d1], %[[GC]][d1] : tensor<6x20xf32>, tensor<20xf32>)
//  CHECK-NEXT:     outs(%[[EC]][d0, d1], %[[MC]][d0] : tensor<6x20xf32>, tensor<6xf32>) attributes {tag} (%[[A:[^ ]+]], %[[B:[^ ]+]]) {
//  CHECK-NEXT:       %[[S:.*]] = norm.reduce add %[[A]] : f32
//  CHECK-NEXT:       %[[V:.*]] = arith.mulf %[[S]], %[[B]] : f32
//  CHECK-NEXT:       norm.yield %[[V]], %[[S]] : f32, f32
//   CHECK-DAG:   %[[Y0:.*]] = tensor.expand_shape %[[Y]]#0 {{\[}}[0, 1], [2, 3]] output_shape [2, 3, 4, 5] : tensor<6x20xf32> into tensor<2x3x4x5xf32>
//   CHECK-DAG:   %[[Y1:.*]] = tensor.expand_shape %[[Y]]#1 {{\[}}[0, 1]] output_shape [2, 3] : tensor<6xf32> into tensor<2x3xf32>
//       CHECK:   return %[[Y0]], %[[Y1]]
func.func @rows_and_elements(%x: tensor<2x3x4x5xf32>, %g: tensor<4x5xf32>, %e: tensor<2x3x4x5xf32>, %m: tensor<2x3xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x3xf32>) {
  %y:2 = norm.generic (d0: parallel, d1: parallel, d2: reduction, d3: reduction)
      ins(%x[d0, d1, d2, d3], %g[d2, d3] : tensor<2x3x4x5xf32>, tensor<4x5xf32>)
      outs(%e[d0, d1, d2, d3], %m[d0, d1] : tensor<2x3x4x5xf32>, tensor<2x3xf32>) attributes {tag} (%a, %b) {
    %s = norm.reduce add %a : f32
    %v = arith.mulf %s, %b : f32
    norm.yield %v, %s : f32, f32
  }
  return %y#0, %y#1 : tensor<2x3x4x5xf32>, tensor<2x3xf32>
}

// The result has the extents of its init.
// CHECK-LABEL: func @dynamic
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<?x?x8xf32>, %[[E:[^ ]+]]: tensor<?x?x8xf32>)
//       CHECK:   norm.generic (d0: parallel, d1: reduction)
//   CHECK-DAG:   %[[D0:.*]] = tensor.dim %[[E]], %c0
//   CHECK-DAG:   %[[D1:.*]] = tensor.dim %[[E]], %c1
//       CHECK:   tensor.expand_shape %{{[^ ]+}} {{\[}}[0, 1], [2]] output_shape [%[[D0]], %[[D1]], 8] : tensor<?x8xf32> into tensor<?x?x8xf32>
func.func @dynamic(%x: tensor<?x?x8xf32>, %e: tensor<?x?x8xf32>) -> tensor<?x?x8xf32> {
  %y = norm.generic (d0: parallel, d1: parallel, d2: reduction)
      ins(%x[d0, d1, d2] : tensor<?x?x8xf32>) outs(%e[d0, d1, d2] : tensor<?x?x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return %y : tensor<?x?x8xf32>
}

// Channels-first: the dims right of the row are one, the row stays between.
// CHECK-LABEL: func @channels_first
//       CHECK:   norm.generic (d0: parallel, d1: reduction, d2: parallel)
//  CHECK-NEXT:     ins(%{{[^ ]+}}[d0, d1, d2], %{{[^ ]+}}[d1] : tensor<8x96x3136xf32>, tensor<96xf32>)
func.func @channels_first(%x: tensor<8x96x56x56xf32>, %g: tensor<96xf32>, %e: tensor<8x96x56x56xf32>) -> tensor<8x96x56x56xf32> {
  %y = norm.generic (d0: parallel, d1: reduction, d2: parallel, d3: parallel)
      ins(%x[d0, d1, d2, d3], %g[d1] : tensor<8x96x56x56xf32>, tensor<96xf32>) outs(%e[d0, d1, d2, d3] : tensor<8x96x56x56xf32>) (%a, %b) {
    %v = arith.mulf %a, %b : f32
    norm.yield %v : f32
  }
  return %y : tensor<8x96x56x56xf32>
}

// An operand that has one of two dims, or has them apart or turned round, keeps
// them two.
// CHECK-LABEL: func @one_of_two
//       CHECK:   norm.generic (d0: parallel, d1: parallel, d2: reduction)
func.func @one_of_two(%x: tensor<2x3x8xf32>, %g: tensor<2x8xf32>, %e: tensor<2x3x8xf32>) -> tensor<2x3x8xf32> {
  %y = norm.generic (d0: parallel, d1: parallel, d2: reduction)
      ins(%x[d0, d1, d2], %g[d0, d2] : tensor<2x3x8xf32>, tensor<2x8xf32>) outs(%e[d0, d1, d2] : tensor<2x3x8xf32>) (%a, %b) {
    %v = arith.mulf %a, %b : f32
    norm.yield %v : f32
  }
  return %y : tensor<2x3x8xf32>
}

// CHECK-LABEL: func @turned_round
//       CHECK:   norm.generic (d0: parallel, d1: parallel, d2: reduction)
func.func @turned_round(%x: tensor<3x2x8xf32>, %e: tensor<2x3x8xf32>) -> tensor<2x3x8xf32> {
  %y = norm.generic (d0: parallel, d1: parallel, d2: reduction)
      ins(%x[d1, d0, d2] : tensor<3x2x8xf32>) outs(%e[d0, d1, d2] : tensor<2x3x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return %y : tensor<2x3x8xf32>
}

// CHECK-LABEL: func @apart
//       CHECK:   norm.generic (d0: parallel, d1: parallel, d2: reduction)
func.func @apart(%x: tensor<2x8x3xf32>, %e: tensor<2x3x8xf32>) -> tensor<2x3x8xf32> {
  %y = norm.generic (d0: parallel, d1: parallel, d2: reduction)
      ins(%x[d0, d2, d1] : tensor<2x8x3xf32>) outs(%e[d0, d1, d2] : tensor<2x3x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return %y : tensor<2x3x8xf32>
}

// A buffer may be strided: its dims may not be one.
// CHECK-LABEL: func @buffers
//       CHECK:   norm.generic (d0: parallel, d1: parallel, d2: reduction)
func.func @buffers(%x: memref<2x3x8xf32>, %y: memref<2x3x8xf32>) {
  norm.generic (d0: parallel, d1: parallel, d2: reduction)
      ins(%x[d0, d1, d2] : memref<2x3x8xf32>) outs(%y[d0, d1, d2] : memref<2x3x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return
}
