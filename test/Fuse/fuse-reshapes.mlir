// Reshapes between a norm and its neighbours.
// RUN: norm-opt %s --norm-fuse --remarks-filter-missed=norm-fuse --verify-diagnostics | FileCheck %s
// RUN: norm-opt %s --norm-fuse="disable=reshapes" | FileCheck %s --check-prefix=OFF

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#col = affine_map<(d0, d1) -> (d1)>

// A linear layer works on rows, a residual on samples: all on rows.
// CHECK-LABEL: func @linear_residual
//   CHECK-NOT:   linalg
//       CHECK:   norm.generic (d0: parallel, d1: reduction)
//   CHECK-NOT:   linalg
//   OFF-LABEL: func @linear_residual
//         OFF:   linalg.generic
//         OFF:   norm.generic (d0: parallel, d1: parallel, d2: reduction)
//         OFF:   linalg.tanh
func.func @linear_residual(%x: tensor<14x8xf32>, %bias: tensor<8xf32>, %r: tensor<2x7x8xf32>)
    -> (tensor<14x8xf32>, tensor<2x7x8xf32>) {
  %e = tensor.empty() : tensor<14x8xf32>
  %xb = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %bias : tensor<14x8xf32>, tensor<8xf32>) outs(%e : tensor<14x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %0 = arith.addf %p, %q : f32
    linalg.yield %0 : f32
  } -> tensor<14x8xf32>
  %x3 = tensor.expand_shape %xb [[0, 1], [2]] output_shape [2, 7, 8] : tensor<14x8xf32> into tensor<2x7x8xf32>
  %e3 = tensor.empty() : tensor<2x7x8xf32>
  %s = linalg.add ins(%x3, %r : tensor<2x7x8xf32>, tensor<2x7x8xf32>) outs(%e3 : tensor<2x7x8xf32>) -> tensor<2x7x8xf32>
  %y = norm.layer_norm ins(%s : tensor<2x7x8xf32>) outs(%e3 : tensor<2x7x8xf32>) dims = [2] eps = 1.0e-5
  %y2 = tensor.collapse_shape %y [[0, 1], [2]] : tensor<2x7x8xf32> into tensor<14x8xf32>
  %t = linalg.tanh ins(%y2 : tensor<14x8xf32>) outs(%e : tensor<14x8xf32>) -> tensor<14x8xf32>
  return %t, %s : tensor<14x8xf32>, tensor<2x7x8xf32>
}

// Nothing to reach behind the reshapes.
// CHECK-LABEL: func @nothing_behind
//       CHECK:   tensor.expand_shape
//       CHECK:   norm.layer_norm
//       CHECK:   tensor.collapse_shape
func.func @nothing_behind(%x: tensor<14x8xf32>, %e: tensor<2x7x8xf32>) -> tensor<14x8xf32> {
  %x3 = tensor.expand_shape %x [[0, 1], [2]] output_shape [2, 7, 8] : tensor<14x8xf32> into tensor<2x7x8xf32>
  %y = norm.layer_norm ins(%x3 : tensor<2x7x8xf32>) outs(%e : tensor<2x7x8xf32>) dims = [2] eps = 1.0e-5
  %y2 = tensor.collapse_shape %y [[0, 1], [2]] : tensor<2x7x8xf32> into tensor<14x8xf32>
  return %y2 : tensor<14x8xf32>
}

// CHECK-LABEL: func @refused
//       CHECK:   linalg.exp
//       CHECK:   norm.layer_norm
//       CHECK:   linalg.exp
//       CHECK:   linalg.exp
func.func @refused(%x: tensor<14x8xf32>, %e2: tensor<14x8xf32>, %e: tensor<2x7x8xf32>, %ef: tensor<14x2x4xf32>, %eg: tensor<2x56xf32>)
    -> (tensor<2x56xf32>, tensor<14x2x4xf32>) {
  %x1 = linalg.exp ins(%x : tensor<14x8xf32>) outs(%e2 : tensor<14x8xf32>) -> tensor<14x8xf32>
  // expected-remark @below {{tensor.expand_shape stays outside norm.layer_norm: it merges dims that another operand has apart}}
  %x3 = tensor.expand_shape %x1 [[0, 1], [2]] output_shape [2, 7, 8] : tensor<14x8xf32> into tensor<2x7x8xf32>
  %g = tensor.empty() : tensor<2x8xf32>
  %y = norm.layer_norm ins(%x3 : tensor<2x7x8xf32>) scale(%g : tensor<2x8xf32>) outs(%e : tensor<2x7x8xf32>) dims = [2] scale_dims = [0, 2] eps = 1.0e-5
  // expected-remark @below {{it merges a dim of the rows with one of their elements}}
  %y2 = tensor.collapse_shape %y [[0], [1, 2]] : tensor<2x7x8xf32> into tensor<2x56xf32>
  %t = linalg.exp ins(%y2 : tensor<2x56xf32>) outs(%eg : tensor<2x56xf32>) -> tensor<2x56xf32>
  %z = norm.layer_norm ins(%x : tensor<14x8xf32>) outs(%e2 : tensor<14x8xf32>) dims = [1] eps = 1.0e-5
  // expected-remark @below {{it splits a dim of the norm}}
  %z4 = tensor.expand_shape %z [[0], [1, 2]] output_shape [14, 2, 4] : tensor<14x8xf32> into tensor<14x2x4xf32>
  %u = linalg.exp ins(%z4 : tensor<14x2x4xf32>) outs(%ef : tensor<14x2x4xf32>) -> tensor<14x2x4xf32>
  return %t, %u : tensor<2x56xf32>, tensor<14x2x4xf32>
}

// A matmul has more dims than the norm, and is no reason to merge any.
// CHECK-LABEL: func @matmul_behind
//       CHECK:   norm.layer_norm
//       CHECK:   tensor.collapse_shape
//       CHECK:   linalg.matmul
func.func @matmul_behind(%x: tensor<2x7x8xf32>, %e: tensor<2x7x8xf32>, %w: tensor<8x4xf32>, %init: tensor<14x4xf32>) -> tensor<14x4xf32> {
  %y = norm.layer_norm ins(%x : tensor<2x7x8xf32>) outs(%e : tensor<2x7x8xf32>) dims = [2] eps = 1.0e-5
  %rows = tensor.collapse_shape %y [[0, 1], [2]] : tensor<2x7x8xf32> into tensor<14x8xf32>
  %z = linalg.matmul ins(%rows, %w : tensor<14x8xf32>, tensor<8x4xf32>) outs(%init : tensor<14x4xf32>) -> tensor<14x4xf32>
  return %z : tensor<14x4xf32>
}
