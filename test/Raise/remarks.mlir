// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=all --verify-diagnostics -o %t
// RUN: norm-opt %s --norm-raise --remarks-filter=norm-raise --remark-policy=final --remark-format=yaml --remarks-output-file=%t.yaml -o %t
// RUN: FileCheck %s --input-file=%t.yaml

// One remark for each norm, and one for the two sums that almost are one.
// CHECK-DAG: raised
// CHECK-DAG: divisor-not-n

func.func @root_mean_square(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  %xx = arith.mulf %x, %x : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%xx : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %n : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{raised | Category:norm-raise | Function=root_mean_square | Remark=norm.rms_norm}}
  %y = arith.mulf %x, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

func.func @unbiased(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<8.0> : tensor<4xf32>
  %eps = arith.constant dense<3.906250e-03> : tensor<4xf32>
  %row = tensor.empty() : tensor<4x8xf32>
  // expected-remark @below {{divisor-not-n | Category:norm-raise | Function=unbiased}}
  %sum = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mean = arith.divf %sum, %n : tensor<4xf32>
  %means = linalg.broadcast ins(%mean : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %d = arith.subf %x, %means : tensor<4x8xf32>
  %seven = arith.constant dense<7.0> : tensor<4xf32>
  %dd = arith.mulf %d, %d : tensor<4x8xf32>
  %q = linalg.reduce { arith.addf } ins(%dd : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %var = arith.divf %q, %seven : tensor<4xf32>
  %ve = arith.addf %var, %eps : tensor<4xf32>
  %rstd = math.rsqrt %ve : tensor<4xf32>
  %rstds = linalg.broadcast ins(%rstd : tensor<4xf32>) outs(%row : tensor<4x8xf32>) dimensions = [1]
  %y = arith.mulf %d, %rstds : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
