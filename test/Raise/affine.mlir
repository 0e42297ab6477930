// RUN: norm-opt %s --norm-raise | FileCheck %s

// CHECK-LABEL: func @scale_then_shift
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[G:[^ ]+]]: tensor<8xf32>, %[[B:[^ ]+]]: tensor<8xf32>
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%[[X]] : tensor<4x8xf32>) scale(%[[G]] : tensor<8xf32>) shift(%[[B]] : tensor<8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @scale_then_shift(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
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
  %hg = arith.mulf %h, %gs : tensor<4x8xf32>
  %y = arith.addf %hg, %bs : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @scale_times_rstd
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[G:[^ ]+]]: tensor<8xf32>, %[[B:[^ ]+]]: tensor<8xf32>
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%[[X]] : tensor<4x8xf32>) scale(%[[G]] : tensor<8xf32>) shift(%[[B]] : tensor<8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @scale_times_rstd(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
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
  %gs = linalg.broadcast ins(%g : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %bs = linalg.broadcast ins(%b : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %rg = arith.mulf %rstds, %gs : tensor<4x8xf32>
  %hg = arith.mulf %d, %rg : tensor<4x8xf32>
  %y = arith.addf %hg, %bs : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// x·(ργ) + (β − μ·(ργ))
// CHECK-LABEL: func @distributed
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[G:[^ ]+]]: tensor<8xf32>, %[[B:[^ ]+]]: tensor<8xf32>
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%[[X]] : tensor<4x8xf32>) scale(%[[G]] : tensor<8xf32>) shift(%[[B]] : tensor<8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @distributed(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
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
  %gs = linalg.broadcast ins(%g : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %bs = linalg.broadcast ins(%b : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %rg = arith.mulf %rstds, %gs : tensor<4x8xf32>
  %xr = arith.mulf %x, %rg : tensor<4x8xf32>
  %mr = arith.mulf %means, %rg : tensor<4x8xf32>
  %c = arith.subf %bs, %mr : tensor<4x8xf32>
  %y = arith.addf %xr, %c : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @scale_only
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     scale(%{{[^ ]+}} : tensor<8xf32>) outs
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @scale_only(%x: tensor<4x8xf32>, %g: tensor<8xf32>) -> tensor<4x8xf32> {
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
  %y = arith.mulf %gs, %h : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @shift_only
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     shift(%{{[^ ]+}} : tensor<8xf32>) outs
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @shift_only(%x: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
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
  %bs = linalg.broadcast ins(%b : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %y = arith.addf %h, %bs : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @zero_centred_scale
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[G:[^ ]+]]: tensor<8xf32>, %[[B:[^ ]+]]: tensor<8xf32>
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%[[X]] : tensor<4x8xf32>) scale(%[[G]] : tensor<8xf32>) shift(%[[B]] : tensor<8xf32>)
//  CHECK-SAME:     dims = [1] eps = 3.906250e-03 scale_offset = 1.000000e+00
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @zero_centred_scale(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %ones = arith.constant dense<1.0> : tensor<8xf32>
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
  %g1 = arith.addf %g, %ones : tensor<8xf32>
  %gs = linalg.broadcast ins(%g1 : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %bs = linalg.broadcast ins(%b : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %hg = arith.mulf %h, %gs : tensor<4x8xf32>
  %y = arith.addf %hg, %bs : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @scale_of_the_rows
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
//  CHECK-SAME:     dims = [1] scale_dims = [0] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @scale_of_the_rows(%x: tensor<4x8xf32>, %r: tensor<4xf32>) -> tensor<4x8xf32> {
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
  %rs = linalg.broadcast ins(%r : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %h, %rs : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// A tensor of the size of the data is added after the norm.
// CHECK-LABEL: func @residual_is_no_shift
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[Z:[^ ]+]]: tensor<4x8xf32>)
//       CHECK:   %[[H:.*]] = norm.layer_norm ins(%[[X]] : tensor<4x8xf32>) outs
//       CHECK:   %[[Y:.*]] = arith.addf %[[H]], %[[Z]]
//       CHECK:   return %[[Y]]
func.func @residual_is_no_shift(%x: tensor<4x8xf32>, %z: tensor<4x8xf32>) -> tensor<4x8xf32> {
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
  %y = arith.addf %h, %z : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @scaled_by_a_number
//       CHECK:   %[[H:.*]] = norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>) outs
//       CHECK:   %[[Y:.*]] = arith.mulf %[[H]], %{{.*}}
//       CHECK:   return %[[Y]]
func.func @scaled_by_a_number(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %half = arith.constant dense<0.5> : tensor<4x8xf32>
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
  %y = arith.mulf %h, %half : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
