// RUN: norm-opt %s --norm-raise | FileCheck %s

// CHECK-LABEL: func @last_two_dims
//       CHECK:   norm.layer_norm{{.*}} : tensor<2x3x4x5xf32>) dims = [2, 3] eps
func.func @last_two_dims(%x: tensor<2x3x4x5xf32>) -> tensor<2x3x4x5xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %n = arith.constant dense<20.0> : tensor<2x3xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<2x3xf32>
  %row = tensor.empty() : tensor<2x3x4x5xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<2x3x4x5xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [2, 3]
  %mean = arith.divf %sum, %n : tensor<2x3xf32>
  %means = linalg.broadcast ins(%mean : tensor<2x3xf32>) outs(%row : tensor<2x3x4x5xf32>) dimensions = [2, 3]
  %d = arith.subf %x, %means : tensor<2x3x4x5xf32>
  %dd = arith.mulf %d, %d : tensor<2x3x4x5xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<2x3x4x5xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [2, 3]
  %var = arith.divf %q, %n : tensor<2x3xf32>
  %ve = arith.addf %var, %eps : tensor<2x3xf32>
  %rstd = math.rsqrt %ve : tensor<2x3xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<2x3xf32>) outs(%row : tensor<2x3x4x5xf32>) dimensions = [2, 3]
  %y = arith.mulf %d, %rstds : tensor<2x3x4x5xf32>
  return %y : tensor<2x3x4x5xf32>
}

// CHECK-LABEL: func @channels_first
//       CHECK:   norm.layer_norm{{.*}} scale(%{{[^ ]+}} : tensor<6xf32>){{.*}} dims = [1] eps
func.func @channels_first(%x: tensor<2x6x4xf32>, %g: tensor<6xf32>) -> tensor<2x6x4xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x4xf32>
  %n = arith.constant dense<6.0> : tensor<2x4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<2x4xf32>
  %row = tensor.empty() : tensor<2x6x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<2x6x4xf32>) outs(%zero : tensor<2x4xf32>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<2x4xf32>
  %means = linalg.broadcast ins(%mean : tensor<2x4xf32>) outs(%row : tensor<2x6x4xf32>) dimensions = [1]
  %d = arith.subf %x, %means : tensor<2x6x4xf32>
  %dd = arith.mulf %d, %d : tensor<2x6x4xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<2x6x4xf32>) outs(%zero : tensor<2x4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<2x4xf32>
  %ve = arith.addf %var, %eps : tensor<2x4xf32>
  %rstd = math.rsqrt %ve : tensor<2x4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<2x4xf32>) outs(%row : tensor<2x6x4xf32>) dimensions = [1]
  %h = arith.mulf %d, %rstds : tensor<2x6x4xf32>
  %gs = linalg.broadcast ins(%g : tensor<6xf32>) outs(%row : tensor<2x6x4xf32>) dimensions = [0, 2]
  %y = arith.mulf %h, %gs : tensor<2x6x4xf32>
  return %y : tensor<2x6x4xf32>
}

// CHECK-LABEL: func @instance_norm
//       CHECK:   norm.layer_norm{{.*}} scale(%{{[^ ]+}} : tensor<6xf32>){{.*}} dims = [2] scale_dims = [1] eps
func.func @instance_norm(%x: tensor<2x6x4xf32>, %g: tensor<6xf32>) -> tensor<2x6x4xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x6xf32>
  %n = arith.constant dense<4.0> : tensor<2x6xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<2x6xf32>
  %row = tensor.empty() : tensor<2x6x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<2x6x4xf32>) outs(%zero : tensor<2x6xf32>) dimensions = [2]
  %mean = arith.divf %sum, %n : tensor<2x6xf32>
  %means = linalg.broadcast ins(%mean : tensor<2x6xf32>) outs(%row : tensor<2x6x4xf32>) dimensions = [2]
  %d = arith.subf %x, %means : tensor<2x6x4xf32>
  %dd = arith.mulf %d, %d : tensor<2x6x4xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<2x6x4xf32>) outs(%zero : tensor<2x6xf32>) dimensions = [2]
  %var = arith.divf %q, %n : tensor<2x6xf32>
  %ve = arith.addf %var, %eps : tensor<2x6xf32>
  %rstd = math.rsqrt %ve : tensor<2x6xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<2x6xf32>) outs(%row : tensor<2x6x4xf32>) dimensions = [2]
  %h = arith.mulf %d, %rstds : tensor<2x6x4xf32>
  %gs = linalg.broadcast ins(%g : tensor<6xf32>) outs(%row : tensor<2x6x4xf32>) dimensions = [0, 2]
  %y = arith.mulf %h, %gs : tensor<2x6x4xf32>
  return %y : tensor<2x6x4xf32>
}

// CHECK-LABEL: func @batch_norm_in_training
//       CHECK:   norm.layer_norm{{.*}} dims = [0, 1, 2] scale_dims = [3] eps
func.func @batch_norm_in_training(%x: tensor<2x3x4x6xf32>, %g: tensor<6xf32>) -> tensor<2x3x4x6xf32> {
  %zero = arith.constant dense<0.0> : tensor<6xf32>
  %n = arith.constant dense<24.0> : tensor<6xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<6xf32>
  %row = tensor.empty() : tensor<2x3x4x6xf32>
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<2x3x4x6xf32>) outs(%zero : tensor<6xf32>) dimensions = [0, 1, 2]
  %mean = arith.divf %sum, %n : tensor<6xf32>
  %means = linalg.broadcast ins(%mean : tensor<6xf32>) outs(%row : tensor<2x3x4x6xf32>) dimensions = [0, 1, 2]
  %d = arith.subf %x, %means : tensor<2x3x4x6xf32>
  %dd = arith.mulf %d, %d : tensor<2x3x4x6xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<2x3x4x6xf32>) outs(%zero : tensor<6xf32>) dimensions = [0, 1, 2]
  %var = arith.divf %q, %n : tensor<6xf32>
  %ve = arith.addf %var, %eps : tensor<6xf32>
  %rstd = math.rsqrt %ve : tensor<6xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<6xf32>) outs(%row : tensor<2x3x4x6xf32>) dimensions = [0, 1, 2]
  %h = arith.mulf %d, %rstds : tensor<2x3x4x6xf32>
  %gs = linalg.broadcast ins(%g : tensor<6xf32>) outs(%row : tensor<2x3x4x6xf32>) dimensions = [0, 1, 2]
  %y = arith.mulf %h, %gs : tensor<2x3x4x6xf32>
  return %y : tensor<2x3x4x6xf32>
}

// Both transposes are gone.
// CHECK-LABEL: func @channels_first_by_transposes
//   CHECK-NOT:   linalg.transpose
//       CHECK:   %[[Y:.*]] = norm.layer_norm{{.*}} : tensor<2x6x4xf32>) dims = [1] eps
//   CHECK-NOT:   linalg.transpose
//       CHECK:   return %[[Y]]
func.func @channels_first_by_transposes(%x: tensor<2x6x4xf32>) -> tensor<2x6x4xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x4xf32>
  %n = arith.constant dense<6.0> : tensor<2x4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<2x4xf32>
  %row = tensor.empty() : tensor<2x4x6xf32>
  %ti = tensor.empty() : tensor<2x4x6xf32>
  %xt = linalg.transpose ins(%x : tensor<2x6x4xf32>) outs(%ti : tensor<2x4x6xf32>) permutation = [0, 2, 1]
  %sum = linalg.reduce { arith.addf } ins(%xt : tensor<2x4x6xf32>) outs(%zero : tensor<2x4xf32>) dimensions = [2]
  %mean = arith.divf %sum, %n : tensor<2x4xf32>
  %means = linalg.broadcast ins(%mean : tensor<2x4xf32>) outs(%row : tensor<2x4x6xf32>) dimensions = [2]
  %d = arith.subf %xt, %means : tensor<2x4x6xf32>
  %dd = arith.mulf %d, %d : tensor<2x4x6xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<2x4x6xf32>) outs(%zero : tensor<2x4xf32>) dimensions = [2]
  %var = arith.divf %q, %n : tensor<2x4xf32>
  %ve = arith.addf %var, %eps : tensor<2x4xf32>
  %rstd = math.rsqrt %ve : tensor<2x4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<2x4xf32>) outs(%row : tensor<2x4x6xf32>) dimensions = [2]
  %y = arith.mulf %d, %rstds : tensor<2x4x6xf32>
  %to = tensor.empty() : tensor<2x6x4xf32>
  %yt = linalg.transpose ins(%y : tensor<2x4x6xf32>) outs(%to : tensor<2x6x4xf32>) permutation = [0, 2, 1]
  return %yt : tensor<2x6x4xf32>
}

// CHECK-LABEL: func @flattened_rows
//       CHECK:   norm.layer_norm ins(%{{[^ ]+}} : tensor<2x4x6xf32>){{.*}} dims = [2] eps
func.func @flattened_rows(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %zero = arith.constant dense<0.0> : tensor<8xf32>
  %n = arith.constant dense<6.0> : tensor<8xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<8xf32>
  %row = tensor.empty() : tensor<8x6xf32>
  %flat = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x4x6xf32> into tensor<8x6xf32>
  %sum = linalg.reduce { arith.addf } ins(%flat : tensor<8x6xf32>) outs(%zero : tensor<8xf32>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<8xf32>
  %means = linalg.broadcast ins(%mean : tensor<8xf32>) outs(%row : tensor<8x6xf32>) dimensions = [1]
  %d = arith.subf %flat, %means : tensor<8x6xf32>
  %dd = arith.mulf %d, %d : tensor<8x6xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<8x6xf32>) outs(%zero : tensor<8xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<8xf32>
  %ve = arith.addf %var, %eps : tensor<8xf32>
  %rstd = math.rsqrt %ve : tensor<8xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<8xf32>) outs(%row : tensor<8x6xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<8x6xf32>
  %yy = tensor.expand_shape %y [[0, 1], [2]] output_shape [2, 4, 6] : tensor<8x6xf32> into tensor<2x4x6xf32>
  return %yy : tensor<2x4x6xf32>
}

// CHECK-LABEL: func @groups
//       CHECK:   norm.layer_norm ins(%{{[^ ]+}} : tensor<2x3x8xf32>){{.*}} dims = [2] eps
func.func @groups(%x: tensor<2x24xf32>) -> tensor<2x3x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %n = arith.constant dense<8.0> : tensor<2x3xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<2x3xf32>
  %row = tensor.empty() : tensor<2x3x8xf32>
  %grouped = tensor.expand_shape %x [[0], [1, 2]] output_shape [2, 3, 8] : tensor<2x24xf32> into tensor<2x3x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%grouped : tensor<2x3x8xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [2]
  %mean = arith.divf %sum, %n : tensor<2x3xf32>
  %means = linalg.broadcast ins(%mean : tensor<2x3xf32>) outs(%row : tensor<2x3x8xf32>) dimensions = [2]
  %d = arith.subf %grouped, %means : tensor<2x3x8xf32>
  %dd = arith.mulf %d, %d : tensor<2x3x8xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<2x3x8xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [2]
  %var = arith.divf %q, %n : tensor<2x3xf32>
  %ve = arith.addf %var, %eps : tensor<2x3xf32>
  %rstd = math.rsqrt %ve : tensor<2x3xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<2x3xf32>) outs(%row : tensor<2x3x8xf32>) dimensions = [2]
  %y = arith.mulf %d, %rstds : tensor<2x3x8xf32>
  return %y : tensor<2x3x8xf32>
}

// Half of a dim is normalized, and the result has that dim too.
// CHECK-LABEL: func @groups_of_channels
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<2x6x4xf32>, %[[G:[^ ]+]]: tensor<6xf32>)
//       CHECK:   %[[Y:.*]] = norm.group_norm ins(%[[X]] : tensor<2x6x4xf32>) scale(%[[G]] : tensor<6xf32>){{.*}} dims = [1, 2] channel_dim = 1 groups = 3 eps
//  CHECK-NEXT:   return %[[Y]]
func.func @groups_of_channels(%x: tensor<2x6x4xf32>, %g: tensor<6xf32>) -> tensor<2x6x4xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %n = arith.constant dense<8.0> : tensor<2x3xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<2x3xf32>
  %row = tensor.empty() : tensor<2x3x8xf32>
  %expanded = tensor.expand_shape %x [[0], [1, 2], [3]] output_shape [2, 3, 2, 4] : tensor<2x6x4xf32> into tensor<2x3x2x4xf32>
  %grouped = tensor.collapse_shape %expanded [[0], [1], [2, 3]] : tensor<2x3x2x4xf32> into tensor<2x3x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%grouped : tensor<2x3x8xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [2]
  %mean = arith.divf %sum, %n : tensor<2x3xf32>
  %means = linalg.broadcast ins(%mean : tensor<2x3xf32>) outs(%row : tensor<2x3x8xf32>) dimensions = [2]
  %d = arith.subf %grouped, %means : tensor<2x3x8xf32>
  %dd = arith.mulf %d, %d : tensor<2x3x8xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<2x3x8xf32>) outs(%zero : tensor<2x3xf32>) dimensions = [2]
  %var = arith.divf %q, %n : tensor<2x3xf32>
  %ve = arith.addf %var, %eps : tensor<2x3xf32>
  %rstd = math.rsqrt %ve : tensor<2x3xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<2x3xf32>) outs(%row : tensor<2x3x8xf32>) dimensions = [2]
  %y = arith.mulf %d, %rstds : tensor<2x3x8xf32>
  %split = tensor.expand_shape %y [[0], [1], [2, 3]] output_shape [2, 3, 2, 4] : tensor<2x3x8xf32> into tensor<2x3x2x4xf32>
  %channels = tensor.collapse_shape %split [[0], [1, 2], [3]] : tensor<2x3x2x4xf32> into tensor<2x6x4xf32>
  %init = tensor.empty() : tensor<2x6x4xf32>
  %gs = linalg.broadcast ins(%g : tensor<6xf32>) outs(%init : tensor<2x6x4xf32>) dimensions = [0, 2]
  %yg = arith.mulf %channels, %gs : tensor<2x6x4xf32>
  return %yg : tensor<2x6x4xf32>
}

// CHECK-LABEL: func @transposed_result
//       CHECK:   %[[Y:.*]] = norm.layer_norm{{.*}} : tensor<6x4xf32>) dims = [0] eps
//       CHECK:   linalg.transpose ins(%[[Y]] : tensor<6x4xf32>)
func.func @transposed_result(%x: tensor<6x4xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<6.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x6xf32>
  %ti = tensor.empty() : tensor<4x6xf32>
  %xt = linalg.transpose ins(%x : tensor<6x4xf32>) outs(%ti : tensor<4x6xf32>) permutation = [1, 0]
  %sum = linalg.reduce { arith.addf } ins(%xt : tensor<4x6xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<4xf32>
  %means = linalg.broadcast ins(%mean : tensor<4xf32>) outs(%row : tensor<4x6xf32>) dimensions = [1]
  %d = arith.subf %xt, %means : tensor<4x6xf32>
  %dd = arith.mulf %d, %d : tensor<4x6xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<4x6xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x6xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}
