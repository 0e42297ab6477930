// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics | FileCheck %s

// Rows of three in a tensor of six by four.
// CHECK-LABEL: func @refused
//   CHECK-NOT:   norm.
func.func @refused(%x: tensor<6x4xf32>) -> tensor<6x4xf32> {
  %eight = arith.constant 8 : i64
  %three = arith.constant 3 : i64
  %six = arith.constant 6 : i64
  %four = arith.constant 4 : i64
  %s83 = tensor.from_elements %eight, %three : tensor<2xi64>
  %s64 = tensor.from_elements %six, %four : tensor<2xi64>
  %zero = arith.constant dense<0.0> : tensor<8xf32>
  %n = arith.constant dense<3.0> : tensor<8xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<8xf32>
  %row = tensor.empty() : tensor<8x3xf32>
  %v = tensor.reshape %x(%s83) : (tensor<6x4xf32>, tensor<2xi64>) -> tensor<8x3xf32>
  %xx = arith.mulf %v, %v : tensor<8x3xf32>
  // expected-remark @below {{index-not-affine | Category:norm-raise | Function=refused | Remark="an index that is no regrouping of dims: a reshape that cuts a dim unevenly"}}
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<8x3xf32>) outs(%zero : tensor<8xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<8xf32>
  %ve = arith.addf %var, %eps : tensor<8xf32>
  %rstd = math.rsqrt %ve : tensor<8xf32>
  %rstds0 = linalg.broadcast ins(%rstd : tensor<8xf32>) outs(%row : tensor<8x3xf32>) dimensions = [1]
  %rstds = tensor.reshape %rstds0(%s64) : (tensor<8x3xf32>, tensor<2xi64>) -> tensor<6x4xf32>
  %y = arith.mulf %x, %rstds : tensor<6x4xf32>
  return %y : tensor<6x4xf32>
}
