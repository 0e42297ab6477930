// A row of 64 Mi elements.
// REQUIRES: full
// RUN: norm-run %s --verify | FileCheck %s
// RUN: norm-run %s --verify --road=linalg | FileCheck %s
// CHECK: result0: {{.*}}: right
func.func @huge(%x: tensor<1x67108864xf32>, %g: tensor<67108864xbf16>) -> tensor<1x67108864xf32> {
  %e = tensor.empty() : tensor<1x67108864xf32>
  %y = norm.layer_norm ins(%x : tensor<1x67108864xf32>) scale(%g : tensor<67108864xbf16>)
      outs(%e : tensor<1x67108864xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<1x67108864xf32>
}
