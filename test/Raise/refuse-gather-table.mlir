// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics | FileCheck %s

// One entry of the table is that of another row.
// CHECK-LABEL: func @refused
//   CHECK-NOT:   norm.
func.func @refused(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  // expected-remark @below {{gather-table | Category:norm-raise | Function=refused | Remark="an index table that is no view"}}
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %table = arith.constant dense<[[0, 0, 0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1, 1], [2, 2, 2, 3, 2, 2, 2, 2], [3, 3, 3, 3, 3, 3, 3, 3]]> : tensor<4x8xi64>
  %rstds = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%table : tensor<4x8xi64>) outs(%row : tensor<4x8xf32>) {
  ^bb0(%a: i64, %out: f32):
    %i = arith.index_cast %a : i64 to index
    %e = tensor.extract %rstd[%i] : tensor<4xf32>
    linalg.yield %e : f32
  } -> tensor<4x8xf32>
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// The same, read over more dims than the table has, through a view.
// CHECK-LABEL: func @refused_in_a_larger_body
//   CHECK-NOT:   norm.
func.func @refused_in_a_larger_body(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  // expected-remark @below {{gather-table}}
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %table = arith.constant dense<[0, 1, 2, 2]> : tensor<4xi64>
  %view = tensor.expand_shape %table [[0, 1]] output_shape [4, 1] : tensor<4xi64> into tensor<4x1xi64>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%x, %view : tensor<4x8xf32>, tensor<4x1xi64>) outs(%row : tensor<4x8xf32>) {
  ^bb0(%a: f32, %t: i64, %out: f32):
    %i = arith.index_cast %t : i64 to index
    %r = tensor.extract %rstd[%i] : tensor<4xf32>
    %h = arith.mulf %a, %r : f32
    linalg.yield %h : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
