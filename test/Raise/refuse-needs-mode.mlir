// RUN: norm-opt %s --norm-raise="mode=widen" --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics | FileCheck %s

// E[x²] − E[x]² only becomes two-pass in mode reassoc.
// CHECK-LABEL: func @refused
//   CHECK-NOT:   norm.
func.func @refused(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  // expected-remark @below {{needs-mode | Category:norm-raise | Function=refused | Remark="raising rounds differently than the mode allows: reassoc"}}
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<4xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %m2 = arith.divf %q, %n : tensor<4xf32>
  %mm = arith.mulf %mean, %mean : tensor<4xf32>
  %var = arith.subf %m2, %mm : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %means = linalg.broadcast ins(%mean : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %d = arith.subf %x, %means : tensor<4x8xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
