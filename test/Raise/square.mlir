// RUN: norm-opt %s --norm-raise | FileCheck %s

// CHECK-LABEL: func @mul
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @mul(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @powf
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @powf(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %two = arith.constant dense<2.0> : tensor<4x8xf32>
  %xx = math.powf %x, %two : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @fpowi
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @fpowi(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %two = arith.constant 2 : i64
  %xx = linalg.map ins(%x : tensor<4x8xf32>) outs(%row : tensor<4x8xf32>) (%a: f32, %out: f32) {
    %aa = math.fpowi %a, %two : f32, i64
    linalg.yield %aa : f32
  }
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @abs_then_powf
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @abs_then_powf(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %two = arith.constant dense<2.0> : tensor<4x8xf32>
  %abs = math.absf %x : tensor<4x8xf32>
  %xx = math.powf %abs, %two : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @abs_times_abs
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @abs_times_abs(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %abs = math.absf %x : tensor<4x8xf32>
  %xx = arith.mulf %abs, %abs : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @in_the_body_of_the_sum
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @in_the_body_of_the_sum(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %aa = arith.mulf %a, %a : f32
    %s = arith.addf %out, %aa : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
