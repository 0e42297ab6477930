// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics | FileCheck %s

// Each column is scaled by the statistic of a row: the broadcast is along the wrong
// dim of a square.
// CHECK-LABEL: func @refused
//   CHECK-NOT:   norm.
func.func @refused(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<4.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x4xf32>
  %xx = arith.mulf %x, %x : tensor<4x4xf32>
  // expected-remark @below {{element-outside-row | Category:norm-raise | Function=refused | Remark="the element is not one of the row"}}
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x4xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x4xf32>) dimensions = [0]
  %y = arith.mulf %x, %rstds : tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
