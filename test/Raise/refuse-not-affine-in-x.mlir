// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics | FileCheck %s

// A softmax.
// CHECK-LABEL: func @refused
//   CHECK-NOT:   norm.
func.func @refused(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %e = math.exp %x : tensor<4x8xf32>
  // expected-remark @below {{not-affine-in-x | Category:norm-raise | Function=refused | Remark="the result is not affine in the normalized element: not 1/√ of a statistic"}}
  %q = linalg.reduce { arith.addf } ins(%e : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %qs = linalg.broadcast ins(%q : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.divf %e, %qs : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
