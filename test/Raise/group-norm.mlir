// Groups of channels: group_norm where y has the channels as x has them, else,
// and where statistics are used elsewhere, the layer norm of the groups.
// RUN: norm-opt %s --norm-raise --canonicalize | FileCheck %s

// The root is returned as well.
// CHECK-LABEL: func @statistics
//       CHECK:   %[[X:.*]] = tensor.expand_shape %{{[^ ]+}} {{\[}}[0], [1, 2], [3]] output_shape [2, 3, 2, 4]
//       CHECK:   %[[Y:.*]]:2 = norm.layer_norm ins(%[[X]] : tensor<2x3x2x4xf32>) outs(%{{[^ ]+}} : tensor<2x3x2x4xf32>) rstd(%{{[^ ]+}} : tensor<2x3xf32>) dims = [2, 3] eps
//       CHECK:   %[[C:.*]] = tensor.collapse_shape %[[Y]]#0 {{\[}}[0], [1, 2], [3]] : tensor<2x3x2x4xf32> into tensor<2x6x4xf32>
//       CHECK:   return %[[C]], %[[Y]]#1
func.func @statistics(%x: tensor<2x6x4xf32>) -> (tensor<2x6x4xf32>, tensor<2x3xf32>) {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %n = arith.constant dense<8.0> : tensor<2x3xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<2x3xf32>
  %row = tensor.empty() : tensor<2x3x2x4xf32>
  %grouped = tensor.expand_shape %x [[0], [1, 2], [3]] output_shape [2, 3, 2, 4] : tensor<2x6x4xf32> into tensor<2x3x2x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%grouped : tensor<2x3x2x4xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [2, 3]
  %mean = arith.divf %sum, %n : tensor<2x3xf32>
  %means = linalg.broadcast ins(%mean : tensor<2x3xf32>) outs(%row : tensor<2x3x2x4xf32>) dimensions = [2, 3]
  %d = arith.subf %grouped, %means : tensor<2x3x2x4xf32>
  %dd = arith.mulf %d, %d : tensor<2x3x2x4xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<2x3x2x4xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [2, 3]
  %var = arith.divf %q, %n : tensor<2x3xf32>
  %ve = arith.addf %var, %eps : tensor<2x3xf32>
  %rstd = math.rsqrt %ve : tensor<2x3xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<2x3xf32>) outs(%row : tensor<2x3x2x4xf32>) dimensions = [2, 3]
  %y = arith.mulf %d, %rstds : tensor<2x3x2x4xf32>
  %channels = tensor.collapse_shape %y [[0], [1, 2], [3]] : tensor<2x3x2x4xf32> into tensor<2x6x4xf32>
  return %channels, %rstd : tensor<2x6x4xf32>, tensor<2x3xf32>
}

// Channels last.
// CHECK-LABEL: func @channels_last
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<2x4x6xf32>)
//       CHECK:   %[[Y:.*]] = norm.group_norm ins(%[[X]] : tensor<2x4x6xf32>) outs(%{{[^ ]+}} : tensor<2x4x6xf32>) dims = [1, 2] channel_dim = 2 groups = 3 eps
//  CHECK-NEXT:   return %[[Y]]
func.func @channels_last(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %n = arith.constant dense<8.0> : tensor<2x3xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<2x3xf32>
  %row = tensor.empty() : tensor<2x4x3x2xf32>
  %grouped = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [2, 4, 3, 2] : tensor<2x4x6xf32> into tensor<2x4x3x2xf32>
  %sum = linalg.reduce { arith.addf } ins(%grouped : tensor<2x4x3x2xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [1, 3]
  %mean = arith.divf %sum, %n : tensor<2x3xf32>
  %means = linalg.broadcast ins(%mean : tensor<2x3xf32>) outs(%row : tensor<2x4x3x2xf32>) dimensions = [1, 3]
  %d = arith.subf %grouped, %means : tensor<2x4x3x2xf32>
  %dd = arith.mulf %d, %d : tensor<2x4x3x2xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<2x4x3x2xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [1, 3]
  %var = arith.divf %q, %n : tensor<2x3xf32>
  %ve = arith.addf %var, %eps : tensor<2x3xf32>
  %rstd = math.rsqrt %ve : tensor<2x3xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<2x3xf32>) outs(%row : tensor<2x4x3x2xf32>) dimensions = [1, 3]
  %y = arith.mulf %d, %rstds : tensor<2x4x3x2xf32>
  %channels = tensor.collapse_shape %y [[0], [1], [2, 3]] : tensor<2x4x3x2xf32> into tensor<2x4x6xf32>
  return %channels : tensor<2x4x6xf32>
}

// One scale for all groups is none of channels.
// CHECK-LABEL: func @scale_of_part
//       CHECK:   norm.layer_norm {{.*}} scale(%{{[^ ]+}} : tensor<2xf32>){{.*}} dims = [1, 3] scale_dims = [3] eps
func.func @scale_of_part(%x: tensor<2x4x6xf32>, %g: tensor<2xf32>) -> tensor<2x4x6xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %n = arith.constant dense<8.0> : tensor<2x3xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<2x3xf32>
  %row = tensor.empty() : tensor<2x4x3x2xf32>
  %grouped = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [2, 4, 3, 2] : tensor<2x4x6xf32> into tensor<2x4x3x2xf32>
  %sum = linalg.reduce { arith.addf } ins(%grouped : tensor<2x4x3x2xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [1, 3]
  %mean = arith.divf %sum, %n : tensor<2x3xf32>
  %means = linalg.broadcast ins(%mean : tensor<2x3xf32>) outs(%row : tensor<2x4x3x2xf32>) dimensions = [1, 3]
  %d = arith.subf %grouped, %means : tensor<2x4x3x2xf32>
  %dd = arith.mulf %d, %d : tensor<2x4x3x2xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<2x4x3x2xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [1, 3]
  %var = arith.divf %q, %n : tensor<2x3xf32>
  %ve = arith.addf %var, %eps : tensor<2x3xf32>
  %rstd = math.rsqrt %ve : tensor<2x3xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<2x3xf32>) outs(%row : tensor<2x4x3x2xf32>) dimensions = [1, 3]
  %y = arith.mulf %d, %rstds : tensor<2x4x3x2xf32>
  %gs = linalg.broadcast ins(%g : tensor<2xf32>) outs(%row : tensor<2x4x3x2xf32>) dimensions = [0, 1, 2]
  %yg = arith.mulf %y, %gs : tensor<2x4x3x2xf32>
  %channels = tensor.collapse_shape %yg [[0], [1], [2, 3]] : tensor<2x4x3x2xf32> into tensor<2x4x6xf32>
  return %channels : tensor<2x4x6xf32>
}
