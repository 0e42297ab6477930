// A wrong rewrite does not pass: each of these differs from the original in one
// place.
// RUN: split-file %s %t
// RUN: norm-run %t/original.mlir --verify-against=%t/original.mlir | FileCheck %s --check-prefix=RIGHT
// RUN: not norm-run %t/eps.mlir --verify-against=%t/original.mlir 2>&1 | FileCheck %s
// RUN: not norm-run %t/shift.mlir --verify-against=%t/original.mlir 2>&1 | FileCheck %s
// RUN: not norm-run %t/mean.mlir --verify-against=%t/original.mlir 2>&1 | FileCheck %s
// RUN: norm-run %t/eps.mlir --verify-against=%t/original.mlir --tolerance=1e-3 | FileCheck %s --check-prefix=RIGHT
// RUN: not norm-run %t/shape.mlir --verify-against=%t/original.mlir 2>&1 | FileCheck %s --check-prefix=SHAPE

// CHECK: result0: {{.*}}: WRONG
// CHECK: norm-run: error: the result is not what the function means
// RIGHT: result0: {{.*}}: right
// RIGHT-NOT: WRONG
// RUN: norm-run %t/softmax.mlir --verify-against=%t/linalg-softmax.mlir | FileCheck %s --check-prefix=RIGHT
// SHAPE: result0: is 64xf32, but the oracle's is 8x64xf32: WRONG

//--- original.mlir
func.func @f(%x: tensor<8x64xf32>, %b: tensor<64xf32>) -> tensor<8x64xf32> {
  %e = tensor.empty() : tensor<8x64xf32>
  %y = norm.layer_norm ins(%x : tensor<8x64xf32>) shift(%b : tensor<64xf32>)
      outs(%e : tensor<8x64xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<8x64xf32>
}
//--- eps.mlir
func.func @f(%x: tensor<8x64xf32>, %b: tensor<64xf32>) -> tensor<8x64xf32> {
  %e = tensor.empty() : tensor<8x64xf32>
  %y = norm.layer_norm ins(%x : tensor<8x64xf32>) shift(%b : tensor<64xf32>)
      outs(%e : tensor<8x64xf32>) dims = [1] eps = 1.0e-6
  return %y : tensor<8x64xf32>
}
//--- shift.mlir
func.func @f(%x: tensor<8x64xf32>, %b: tensor<64xf32>) -> tensor<8x64xf32> {
  %e = tensor.empty() : tensor<8x64xf32>
  %y = norm.layer_norm ins(%x : tensor<8x64xf32>)
      outs(%e : tensor<8x64xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<8x64xf32>
}
//--- mean.mlir
func.func @f(%x: tensor<8x64xf32>, %b: tensor<64xf32>) -> tensor<8x64xf32> {
  %e = tensor.empty() : tensor<8x64xf32>
  %y = norm.rms_norm ins(%x : tensor<8x64xf32>) shift(%b : tensor<64xf32>)
      outs(%e : tensor<8x64xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<8x64xf32>
}
//--- shape.mlir
func.func @f(%x: tensor<8x64xf32>, %b: tensor<64xf32>) -> tensor<64xf32> {
  return %b : tensor<64xf32>
}
//--- softmax.mlir
func.func @f(%x: tensor<4x33xf32>) -> tensor<4x33xf32> {
  %e = tensor.empty() : tensor<4x33xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x33xf32>)
      outs(%e[d0, d1] : tensor<4x33xf32>) (%v) {
    %m = norm.reduce max %v : f32
    %c = arith.subf %v, %m : f32
    %p = math.exp %c : f32
    %s = norm.reduce add %p : f32
    %q = arith.divf %p, %s : f32
    norm.yield %q : f32
  }
  return %y : tensor<4x33xf32>
}
//--- linalg-softmax.mlir
func.func @f(%x: tensor<4x33xf32>) -> tensor<4x33xf32> {
  %e = tensor.empty() : tensor<4x33xf32>
  %y = linalg.softmax dimension(1) ins(%x : tensor<4x33xf32>)
      outs(%e : tensor<4x33xf32>) -> tensor<4x33xf32>
  return %y : tensor<4x33xf32>
}
