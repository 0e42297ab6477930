// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics | FileCheck %s

// Partial RMS: the statistic is one of half a row.
// CHECK-LABEL: func @refused
//   CHECK-NOT:   norm.
func.func @refused(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %part = tensor.extract_slice %x[0, 0] [4, 4] [1, 1] : tensor<4x8xf32> to tensor<4x4xf32>
  %four = arith.constant dense<4.0> : tensor<4xf32>
  %xx = arith.mulf %part, %part : tensor<4x4xf32>
  // expected-remark @below {{no-full-size-result | Category:norm-raise | Function=refused | Remark="no result of the size of the data follows from the sum"}}
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x4xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %four : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
