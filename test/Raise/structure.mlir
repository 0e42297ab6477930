// RUN: norm-opt %s --norm-raise | FileCheck %s

// CHECK-LABEL: func @fused_bodies
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @fused_bodies(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c8 = arith.constant 8.0 : f32
  %e = arith.constant 3.906250e-03 : f32
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %q = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%zero : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %c8 : f32
    %c = arith.subf %a, %m : f32
    %cc = arith.mulf %c, %c : f32
    %s = arith.addf %out, %cc : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x, %sum, %q : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) outs(%row : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %out: f32):
    %m = arith.divf %b, %c8 : f32
    %d = arith.subf %a, %m : f32
    %v = arith.divf %c, %c8 : f32
    %ve = arith.addf %v, %e : f32
    %r = math.rsqrt %ve : f32
    %h = arith.mulf %d, %r : f32
    linalg.yield %h : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// What follows the norm in its body reads the result of the op.
// CHECK-LABEL: func @result_inside_a_body
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>)
//       CHECK:   %[[H:.*]] = norm.layer_norm ins(%[[X]] : tensor<4x8xf32>)
//       CHECK:   %[[Y:.*]] = linalg.generic {{.*}} ins(%[[H]] : tensor<4x8xf32>)
//       CHECK:     ^bb0(%[[A:.*]]: f32, %{{.*}}: f32):
//  CHECK-NEXT:       %[[T:.*]] = math.tanh %[[A]]
//  CHECK-NEXT:       linalg.yield %[[T]]
//       CHECK:   return %[[Y]]
func.func @result_inside_a_body(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c8 = arith.constant 8.0 : f32
  %e = arith.constant 3.906250e-03 : f32
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %q = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%zero : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.divf %b, %c8 : f32
    %c = arith.subf %a, %m : f32
    %cc = arith.mulf %c, %c : f32
    %s = arith.addf %out, %cc : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x, %sum, %q : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) outs(%row : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %out: f32):
    %m = arith.divf %b, %c8 : f32
    %d = arith.subf %a, %m : f32
    %v = arith.divf %c, %c8 : f32
    %ve = arith.addf %v, %e : f32
    %r = math.rsqrt %ve : f32
    %h = arith.mulf %d, %r : f32
    %t = math.tanh %h : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// The sum that is normalized exists only in bodies, twice.
// CHECK-LABEL: func @data_inside_a_body
//       CHECK:   %[[V:.*]] = linalg.generic
//       CHECK:     arith.addf
//  CHECK-NEXT:     linalg.yield
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%[[V]] : tensor<4x8xf32>)
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @data_inside_a_body(%x: tensor<4x8xf32>, %z: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c8 = arith.constant 8.0 : f32
  %e = arith.constant 3.906250e-03 : f32
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x, %z : tensor<4x8xf32>, tensor<4x8xf32>) outs(%zero : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %v = arith.addf %a, %b : f32
    %vv = arith.mulf %v, %v : f32
    %s = arith.addf %out, %vv : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x, %z, %q : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4xf32>) outs(%row : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %out: f32):
    %v = arith.addf %a, %b : f32
    %m = arith.divf %c, %c8 : f32
    %me = arith.addf %m, %e : f32
    %r = math.rsqrt %me : f32
    %h = arith.mulf %v, %r : f32
    linalg.yield %h : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @two_in_a_row_around_a_residual
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>)
//       CHECK:   %[[Y1:.*]] = norm.layer_norm ins(%[[X]] : tensor<4x8xf32>)
//       CHECK:   %[[R:.*]] = arith.addf %[[X]], %[[Y1]]
//       CHECK:   %[[Y2:.*]] = norm.layer_norm ins(%[[R]] : tensor<4x8xf32>)
//       CHECK:   return %[[Y2]]
func.func @two_in_a_row_around_a_residual(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %sum1 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mean1 = arith.divf %sum1, %n : tensor<4xf32>
  %means1 = linalg.broadcast ins(%mean1 : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %d1 = arith.subf %x, %means1 : tensor<4x8xf32>
  %dd1 = arith.mulf %d1, %d1 : tensor<4x8xf32>
  %q1 = linalg.reduce { arith.addf } ins(%dd1 : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var1 = arith.divf %q1, %n : tensor<4xf32>
  %ve1 = arith.addf %var1, %eps : tensor<4xf32>
  %rstd1 = math.rsqrt %ve1 : tensor<4xf32>
  %rstds1 = linalg.broadcast ins(%rstd1 : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y1 = arith.mulf %d1, %rstds1 : tensor<4x8xf32>
  %r = arith.addf %x, %y1 : tensor<4x8xf32>
  %sum2 = linalg.reduce { arith.addf } ins(%r : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mean2 = arith.divf %sum2, %n : tensor<4xf32>
  %means2 = linalg.broadcast ins(%mean2 : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %d2 = arith.subf %r, %means2 : tensor<4x8xf32>
  %dd2 = arith.mulf %d2, %d2 : tensor<4x8xf32>
  %q2 = linalg.reduce { arith.addf } ins(%dd2 : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var2 = arith.divf %q2, %n : tensor<4xf32>
  %ve2 = arith.addf %var2, %eps : tensor<4xf32>
  %rstd2 = math.rsqrt %ve2 : tensor<4xf32>
  %rstds2 = linalg.broadcast ins(%rstd2 : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y2 = arith.mulf %d2, %rstds2 : tensor<4x8xf32>
  return %y2 : tensor<4x8xf32>
}

// CHECK-LABEL: func @two_that_share_statistics
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[G:[^ ]+]]: tensor<8xf32>, %[[B:[^ ]+]]: tensor<8xf32>)
//   CHECK-DAG:   %[[Y1:.*]] = norm.layer_norm ins(%[[X]] : tensor<4x8xf32>) scale(%[[G]] : tensor<8xf32>)
//   CHECK-DAG:   %[[Y2:.*]] = norm.layer_norm ins(%[[X]] : tensor<4x8xf32>) scale(%[[B]] : tensor<8xf32>)
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y1]], %[[Y2]]
func.func @two_that_share_statistics(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<4xf32>
  %means = linalg.broadcast ins(%mean : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %d = arith.subf %x, %means : tensor<4x8xf32>
  %dd = arith.mulf %d, %d : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %h = arith.mulf %d, %rstds : tensor<4x8xf32>
  %gs = linalg.broadcast ins(%g : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %bs = linalg.broadcast ins(%b : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %y1 = arith.mulf %h, %gs : tensor<4x8xf32>
  %y2 = arith.mulf %h, %bs : tensor<4x8xf32>
  return %y1, %y2 : tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func @in_a_nested_region
//       CHECK:   scf.if
//       CHECK:     %[[Y:.*]] = norm.rms_norm
//       CHECK:     scf.yield %[[Y]]
func.func @in_a_nested_region(%x: tensor<4x8xf32>, %c: i1) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %r = scf.if %c -> tensor<4x8xf32> {
    %xx = arith.mulf %x, %x : tensor<4x8xf32>
    %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
    %var = arith.divf %q, %n : tensor<4xf32>
    %ve = arith.addf %var, %eps : tensor<4xf32>
    %rstd = math.rsqrt %ve : tensor<4xf32>
    %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
    %y = arith.mulf %x, %rstds : tensor<4x8xf32>
    scf.yield %y : tensor<4x8xf32>
  } else {
    scf.yield %x : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

// In the body of a contraction, which has a dim more than the norm.
// CHECK-LABEL: func @inside_a_contraction
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[W:[^ ]+]]: tensor<8x5xf32>, %[[E:[^ ]+]]: tensor<4x5xf32>)
//       CHECK:   %[[H:.*]] = norm.rms_norm ins(%[[X]] : tensor<4x8xf32>) outs(%{{[^ ]+}} : tensor<4x8xf32>) dims = [1] eps = 3.906250e-03
//       CHECK:   %[[Y:.*]] = linalg.generic {indexing_maps = [#[[W_MAP:[^,]+]], #[[H_MAP:[^,]+]], #{{[^,]+}}], iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[W]], %[[H]] :
//   CHECK-NOT:     math
//       CHECK:   return %[[Y]]
func.func @inside_a_contraction(%x: tensor<4x8xf32>, %w: tensor<8x5xf32>, %e: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %c8 = arith.constant 8.0 : f32
  %eps = arith.constant 3.906250e-03 : f32
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %q, %w : tensor<4x8xf32>, tensor<4xf32>, tensor<8x5xf32>) outs(%e : tensor<4x5xf32>) {
  ^bb0(%a: f32, %qe: f32, %we: f32, %out: f32):
    %m = arith.divf %qe, %c8 : f32
    %v = arith.addf %m, %eps : f32
    %r = math.rsqrt %v : f32
    %h = arith.mulf %a, %r : f32
    %p = arith.mulf %h, %we : f32
    %s = arith.addf %out, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

// Both factors of a contraction are norms; each has its own dims.
// CHECK-LABEL: func @both_inside_a_contraction
// CHECK-COUNT-2: norm.rms_norm
//     CHECK-NOT: norm.
func.func @both_inside_a_contraction(%x: tensor<4x8xf32>, %w: tensor<5x8xf32>, %e: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %c8 = arith.constant 8.0 : f32
  %eps = arith.constant 3.906250e-03 : f32
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %zero5 = arith.constant dense<0.0> : tensor<5xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  %ww = arith.mulf %w, %w : tensor<5x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %k = linalg.reduce { arith.addf } ins(%ww : tensor<5x8xf32>) outs(%zero5 : tensor<5xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0)>, affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %q, %w, %k : tensor<4x8xf32>, tensor<4xf32>, tensor<5x8xf32>, tensor<5xf32>) outs(%e : tensor<4x5xf32>) {
  ^bb0(%a: f32, %qe: f32, %b: f32, %ke: f32, %out: f32):
    %m = arith.divf %qe, %c8 : f32
    %v = arith.addf %m, %eps : f32
    %r = math.rsqrt %v : f32
    %h = arith.mulf %a, %r : f32
    %mk = arith.divf %ke, %c8 : f32
    %vk = arith.addf %mk, %eps : f32
    %rk = math.rsqrt %vk : f32
    %hk = arith.mulf %b, %rk : f32
    %p = arith.mulf %h, %hk : f32
    %s = arith.addf %out, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

// An index table that is read over more dims than it has, through a view.
// CHECK-LABEL: func @table_in_a_larger_body
//       CHECK:   norm.rms_norm
func.func @table_in_a_larger_body(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %table = arith.constant dense<[0, 1, 2, 3]> : tensor<4xi64>
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

// Both sums in one op.
// CHECK-LABEL: func @two_sums_in_one_op
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @two_sums_in_one_op(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %sums:2 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x8xf32>) outs(%zero, %zero : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32, %p: f32):
    %aa = arith.mulf %a, %a : f32
    %1 = arith.addf %o, %a : f32
    %2 = arith.addf %p, %aa : f32
    linalg.yield %1, %2 : f32, f32
  } -> (tensor<4xf32>, tensor<4xf32>)
  %mean = arith.divf %sums#0, %n : tensor<4xf32>
  %square = arith.divf %sums#1, %n : tensor<4xf32>
  %mm = arith.mulf %mean, %mean : tensor<4xf32>
  %var = arith.subf %square, %mm : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %means = linalg.broadcast ins(%mean : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %d = arith.subf %x, %means : tensor<4x8xf32>
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
