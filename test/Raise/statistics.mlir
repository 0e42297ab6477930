// RUN: norm-opt %s --norm-raise | FileCheck %s

// CHECK-LABEL: func @mean_and_rstd
//       CHECK:   %[[Y:.*]]:3 = norm.layer_norm {{.*}} mean(%{{[^ ]+}} : tensor<4xf32>) rstd(%{{[^ ]+}} : tensor<4xf32>)
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]#0, %[[Y]]#1, %[[Y]]#2
func.func @mean_and_rstd(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
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
  return %y, %mean, %rstd : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @rstd_only
//       CHECK:   %[[Y:.*]]:2 = norm.layer_norm {{.*}}outs(%{{[^ ]+}} : tensor<4x8xf32>) rstd(%{{[^ ]+}} : tensor<4xf32>)
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]#0, %[[Y]]#1
func.func @rstd_only(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4xf32>) {
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
  return %y, %rstd : tensor<4x8xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @kept_as_unit_dim
//       CHECK:   %[[Y:.*]]:2 = norm.layer_norm {{.*}} rstd(%{{[^ ]+}} : tensor<4xf32>)
//       CHECK:   %[[K:.*]] = tensor.expand_shape %[[Y]]#1
//       CHECK:   return %[[Y]]#0, %[[K]]
func.func @kept_as_unit_dim(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x1xf32>) {
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
  %keep = tensor.expand_shape %rstd [[0, 1]] output_shape [4, 1] : tensor<4xf32> into tensor<4x1xf32>
  return %y, %keep : tensor<4x8xf32>, tensor<4x1xf32>
}

// The variance is no result of the op; it is computed as before.
// CHECK-LABEL: func @variance_stays
//       CHECK:   linalg.reduce
//       CHECK:   linalg.reduce
//       CHECK:   %[[VAR:.*]] = arith.divf
//       CHECK:   %[[Y:.*]] = norm.layer_norm
//       CHECK:   return %[[Y]], %[[VAR]]
func.func @variance_stays(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4xf32>) {
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
  return %y, %var : tensor<4x8xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @root_mean_square
//       CHECK:   %[[Y:.*]]:2 = norm.rms_norm {{.*}} rstd(%{{[^ ]+}} : tensor<4xf32>)
//       CHECK:   return %[[Y]]#0, %[[Y]]#1
func.func @root_mean_square(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4xf32>) {
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
  return %y, %rstd : tensor<4x8xf32>, tensor<4xf32>
}
