// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics | FileCheck %s

// x times the exponential of its mean square.
// CHECK-LABEL: func @refused
//   CHECK-NOT:   norm.
func.func @refused(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  // expected-remark @below {{unsupported-op | Category:norm-raise | Function=refused | Remark="an op that no norm consists of: math.exp"}}
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %rstd = math.exp %var : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
