// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics | FileCheck %s

// A polynomial of the 64th degree in three variables.
// CHECK-LABEL: func @refused
//   CHECK-NOT:   norm.
func.func @refused(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  // expected-remark @below {{limit | Category:norm-raise | Function=refused | Remark="the expression is too large: too many terms"}}
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %vars = linalg.broadcast ins(%var : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %gs = linalg.broadcast ins(%g : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %bs = linalg.broadcast ins(%b : tensor<8xf32>) outs(%row : tensor<4x8xf32>) dimensions = [0]
  %p = arith.addf %vars, %gs : tensor<4x8xf32>
  %p1 = arith.addf %p, %bs : tensor<4x8xf32>
  %p2 = arith.mulf %p1, %p1 : tensor<4x8xf32>
  %p4 = arith.mulf %p2, %p2 : tensor<4x8xf32>
  %p8 = arith.mulf %p4, %p4 : tensor<4x8xf32>
  %p16 = arith.mulf %p8, %p8 : tensor<4x8xf32>
  %p32 = arith.mulf %p16, %p16 : tensor<4x8xf32>
  %p64 = arith.mulf %p32, %p32 : tensor<4x8xf32>
  %rstds = math.rsqrt %p64 : tensor<4x8xf32>
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
