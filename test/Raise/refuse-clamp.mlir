// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics | FileCheck %s

// A floor that a mean square may well be under.
// CHECK-LABEL: func @refused
//   CHECK-NOT:   norm.
func.func @refused(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  // expected-remark @below {{clamp | Category:norm-raise | Function=refused | Remark="a statistic is clamped: of the statistic under the root"}}
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %floor = arith.constant dense<0.5> : tensor<4xf32>
  %c = arith.maximumf %var, %floor : tensor<4xf32>
  %ve = arith.addf %c, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
