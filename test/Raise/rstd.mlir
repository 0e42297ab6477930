// RUN: norm-opt %s --norm-raise | FileCheck %s

// CHECK-LABEL: func @rsqrt
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @rsqrt(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
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
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @one_over_sqrt
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @one_over_sqrt(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
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
  %std = math.sqrt %ve : tensor<4xf32>
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %rstd = arith.divf %one, %std : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @divided_by_sqrt
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @divided_by_sqrt(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
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
  %std = math.sqrt %ve : tensor<4xf32>
  %stds = linalg.broadcast ins(%std : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.divf %d, %stds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @power_minus_half
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @power_minus_half(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
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
  %p = arith.constant dense<-0.5> : tensor<4xf32>
  %rstd = math.powf %ve, %p : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @one_over_power_half
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @one_over_power_half(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
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
  %p = arith.constant dense<0.5> : tensor<4xf32>
  %std = math.powf %ve, %p : tensor<4xf32>
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %rstd = arith.divf %one, %std : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// √v·√v is v where v is not negative.
// CHECK-LABEL: func @root_of_a_squared_root
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @root_of_a_squared_root(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
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
  %std = math.sqrt %var : tensor<4xf32>
  %square = arith.mulf %std, %std : tensor<4xf32>
  %ve = arith.addf %square, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// The root of a variance plus a positive ε is not 0: the assertion goes.
// CHECK-LABEL: func @asserted_not_zero
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   cf.assert
//       CHECK:   return %[[Y]]
func.func @asserted_not_zero(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
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
  %std = math.sqrt %ve : tensor<4xf32>
  %one = arith.constant 1.0 : f32
  %null = arith.constant 0.0 : f32
  %init = tensor.empty() : tensor<4xf32>
  %rstd = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%std : tensor<4xf32>) outs(%init : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %ok = arith.cmpf one, %a, %null : f32
    cf.assert %ok, "tensor with zero element"
    %r = arith.divf %one, %a : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
