// Constant scale and shift go into the weight and the init of the next matmul.
// RUN: norm-opt %s --norm-fuse="only=affine" --remarks-filter-missed=norm-fuse --verify-diagnostics | FileCheck %s
// RUN: norm-opt %s --norm-fuse="disable=affine" | FileCheck %s --check-prefix=OFF

// RUN: norm-opt %s --norm-fuse="only=affine fold-weights" | FileCheck %s --check-prefix=COMPUTED

// γ·W = [[2, 4], [-9, -12]], β·W = 1·[1, 2] + 10·[3, 4].
// CHECK-LABEL: func @folded
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<?x2xf32>, %{{.*}}, %[[INIT:[^ ]+]]: tensor<?x2xf32>)
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%[[X]] : tensor<?x2xf32>) outs
//   CHECK-DAG:   %[[GW:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 4.000000e+00], [-9.000000e+00, -1.200000e+01]]>
//   CHECK-DAG:   %[[BW:.*]] = arith.constant dense<[3.100000e+01, 4.200000e+01]>
//       CHECK:   %[[S:.*]] = linalg.generic {{.*}} ins(%[[INIT]], %[[BW]] :
//       CHECK:     arith.addf
//       CHECK:   linalg.matmul ins(%[[Y]], %[[GW]] : {{.*}}) outs(%[[S]] :
//   OFF-LABEL: func @folded
//         OFF:   norm.layer_norm {{.*}} scale({{.*}}) shift(
func.func @folded(%x: tensor<?x2xf32>, %e: tensor<?x2xf32>, %init: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %g = arith.constant dense<[2.0, -3.0]> : tensor<2xf32>
  %b = arith.constant dense<[1.0, 10.0]> : tensor<2xf32>
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = norm.layer_norm ins(%x : tensor<?x2xf32>) scale(%g : tensor<2xf32>) shift(%b : tensor<2xf32>)
      outs(%e : tensor<?x2xf32>) dims = [1] eps = 1.0e-5
  %z = linalg.matmul ins(%y, %w : tensor<?x2xf32>, tensor<2x2xf32>) outs(%init : tensor<?x2xf32>) -> tensor<?x2xf32>
  return %z : tensor<?x2xf32>
}

// Zero-centred: the weight is scaled by γ + 1.
// CHECK-LABEL: func @zero_centred
//       CHECK:   norm.rms_norm ins(%{{.*}} : tensor<4x2xf64>) outs({{.*}}) dims = [1] eps
//  CHECK-SAME:   {{1.000000e-05$}}
//       CHECK:   arith.constant dense<{{\[\[}}3.000000e+00], [-4.000000e+00]]>
func.func @zero_centred(%x: tensor<4x2xf64>, %e: tensor<4x2xf64>, %init: tensor<4x1xf64>) -> tensor<4x1xf64> {
  %g = arith.constant dense<[2.0, -3.0]> : tensor<2xf64>
  %w = arith.constant dense<[[1.0], [2.0]]> : tensor<2x1xf64>
  %y = norm.rms_norm ins(%x : tensor<4x2xf64>) scale(%g : tensor<2xf64>) outs(%e : tensor<4x2xf64>)
      dims = [1] eps = 1.0e-5 scale_offset = 1.0
  %z = linalg.matmul ins(%y, %w : tensor<4x2xf64>, tensor<2x1xf64>) outs(%init : tensor<4x1xf64>) -> tensor<4x1xf64>
  return %z : tensor<4x1xf64>
}

// CHECK-LABEL: func @variable_weight
//       CHECK:   norm.layer_norm {{.*}} scale(
func.func @variable_weight(%x: tensor<4x2xf32>, %e: tensor<4x2xf32>, %w: tensor<2x2xf32>) -> tensor<4x2xf32> {
  %g = arith.constant dense<[2.0, -3.0]> : tensor<2xf32>
  %y = norm.layer_norm ins(%x : tensor<4x2xf32>) scale(%g : tensor<2xf32>) outs(%e : tensor<4x2xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{linalg.matmul stays outside norm.layer_norm: scale and shift are not folded into its weight: its weight is not constant}}
  %z = linalg.matmul ins(%y, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%e : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %z : tensor<4x2xf32>
}

// What is not constant is computed on request: γ + 1, (γ + 1)·W and β·W.
// CHECK-LABEL: func @computed
//       CHECK:   norm.layer_norm {{.*}} scale({{.*}}) shift(
// COMPUTED-LABEL: func @computed
//  COMPUTED-SAME:   (%[[X:[^ ]+]]: tensor<?x?xf32>, %[[G:[^ ]+]]: tensor<?xf32>, %[[B:[^ ]+]]: tensor<?xf32>, %[[W:[^ ]+]]: tensor<?x?xf32>, %[[E:[^ ]+]]:
//       COMPUTED:   %[[GO:.*]] = linalg.generic {{.*}} ins(%[[G]] :
//       COMPUTED:   %[[Y:.*]] = norm.layer_norm ins(%[[X]] : tensor<?x?xf32>) outs(
//       COMPUTED:   %[[GW:.*]] = linalg.generic {{.*}} ins(%[[W]], %[[GO]] :
//       COMPUTED:   %[[BW:.*]] = linalg.vecmat ins(%[[B]], %[[W]] :
//       COMPUTED:   %[[I:.*]] = linalg.generic {{.*}} ins(%[[E]], %[[BW]] :
//       COMPUTED:   linalg.matmul ins(%[[Y]], %[[GW]] : {{.*}}) outs(%[[I]] :
func.func @computed(%x: tensor<?x?xf32>, %g: tensor<?xf32>, %b: tensor<?xf32>, %w: tensor<?x?xf32>, %e: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = norm.layer_norm ins(%x : tensor<?x?xf32>) scale(%g : tensor<?xf32>) shift(%b : tensor<?xf32>)
      outs(%x : tensor<?x?xf32>) dims = [1] eps = 1.0e-5 scale_offset = 1.0
  // expected-remark @below {{its scale or shift is not constant}}
  %z = linalg.matmul ins(%y, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %z : tensor<?x?xf32>
}

// CHECK-LABEL: func @half
//       CHECK:   norm.layer_norm {{.*}} scale(
func.func @half(%x: tensor<4x2xbf16>, %e: tensor<4x2xbf16>) -> tensor<4x2xbf16> {
  %g = arith.constant dense<[2.0, -3.0]> : tensor<2xbf16>
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xbf16>
  %y = norm.layer_norm ins(%x : tensor<4x2xbf16>) scale(%g : tensor<2xbf16>) outs(%e : tensor<4x2xbf16>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{folded weights would be rounded to less than f32}}
  %z = linalg.matmul ins(%y, %w : tensor<4x2xbf16>, tensor<2x2xbf16>) outs(%e : tensor<4x2xbf16>) -> tensor<4x2xbf16>
  return %z : tensor<4x2xbf16>
}

// CHECK-LABEL: func @right_operand
//       CHECK:   norm.layer_norm {{.*}} scale(
func.func @right_operand(%x: tensor<2x2xf32>, %e: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %g = arith.constant dense<[2.0, -3.0]> : tensor<2xf32>
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = norm.layer_norm ins(%x : tensor<2x2xf32>) scale(%g : tensor<2xf32>) outs(%e : tensor<2x2xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{the norm is not its left operand}}
  %z = linalg.matmul ins(%w, %y : tensor<2x2xf32>, tensor<2x2xf32>) outs(%e : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %z : tensor<2x2xf32>
}

// A weight that the matmul transposes, and rows that it reads as one dim.
// γ·Wᵀ: rows of W times γ; W·β = [1·1 + 2·10, 3·1 + 4·10].
// CHECK-LABEL: func @transposed
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{.*}} : tensor<1x4x2xf32>) outs
//       CHECK:   %[[ROWS:.*]] = tensor.collapse_shape %[[Y]]
//   CHECK-DAG:   %[[GW:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, -6.000000e+00], [6.000000e+00, -1.200000e+01]]>
//   CHECK-DAG:   arith.constant dense<[2.100000e+01, 4.300000e+01]>
//       CHECK:   linalg.matmul {{.*}} ins(%[[ROWS]], %[[GW]] :
func.func @transposed(%x: tensor<1x4x2xf32>, %e: tensor<1x4x2xf32>, %init: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %g = arith.constant dense<[2.0, -3.0]> : tensor<2xf32>
  %b = arith.constant dense<[1.0, 10.0]> : tensor<2xf32>
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = norm.layer_norm ins(%x : tensor<1x4x2xf32>) scale(%g : tensor<2xf32>) shift(%b : tensor<2xf32>)
      outs(%e : tensor<1x4x2xf32>) dims = [2] eps = 1.0e-5
  %rows = tensor.collapse_shape %y [[0, 1], [2]] : tensor<1x4x2xf32> into tensor<4x2xf32>
  %z = linalg.matmul indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>]
      ins(%rows, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %z : tensor<4x2xf32>
}

// COMPUTED-LABEL: func @computed_transposed
//  COMPUTED-SAME:   (%{{.*}}, %{{.*}}, %[[B:[^ ]+]]: tensor<?xf32>, %[[W:[^ ]+]]: tensor<?x?xf32>, %{{.*}})
//       COMPUTED:   linalg.matvec ins(%[[W]], %[[B]] :
func.func @computed_transposed(%x: tensor<?x?xf32>, %g: tensor<?xf32>, %b: tensor<?xf32>, %w: tensor<?x?xf32>, %e: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = norm.layer_norm ins(%x : tensor<?x?xf32>) scale(%g : tensor<?xf32>) shift(%b : tensor<?xf32>) outs(%e : tensor<?x?xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{its scale or shift is not constant}}
  %z = linalg.matmul indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>]
      ins(%y, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %z : tensor<?x?xf32>
}
