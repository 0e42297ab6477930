// 2^x of f32 stays in vector registers, without a call, and without a rounding
// or a conversion to integers, which not every machine has or which are
// undefined for NaN; f16 goes through f32.
// RUN: norm-opt %s --norm-bufferize --norm-to-vector="triple=x86_64-unknown-linux-gnu cpu=x86-64-v3" | FileCheck %s
// RUN: norm-run %s --entry ends --road=vector | FileCheck %s --check-prefix=VALUES
// RUN: norm-run %s --entry ends --road=vector --pipeline-options=cpu=x86-64 | FileCheck %s --check-prefix=VALUES
// RUN: norm-run %s --entry half --road=vector --verify | FileCheck %s --check-prefix=RIGHT
// RIGHT: : right

// What overflows, and does not yet; the least results there are, and what
// rounds to 0.
// CHECK-LABEL: func @ends(
//   CHECK-NOT:   math.exp
//       CHECK:   math.fma {{.*}} : vector<{{.*}}xf32>
//   CHECK-NOT:   math.{{exp|floor|round}}
//   CHECK-NOT:   arith.fpto
//      VALUES: result0: 4xf32 [inf, nan, 3.40259e+38, inf]
//      VALUES: result1: 4xf32 [1.4013e-45, 0, 0, 1.17549e-38]
func.func @ends() -> (tensor<4xf32>, tensor<4xf32>) {
  %large = arith.constant dense<[128.0, 0x7fc00000, 127.9999, 0x7f800000]> : tensor<4xf32>
  %small = arith.constant dense<[-149.4, -150.1, 0xff800000, -126.0]> : tensor<4xf32>
  %zeros = arith.constant dense<0.0> : tensor<4x9xf32>
  %e = tensor.empty() : tensor<4xf32>
  %y:2 = norm.generic (d0: parallel, d1: reduction)
      ins(%large[d0], %small[d0], %zeros[d0, d1] : tensor<4xf32>, tensor<4xf32>, tensor<4x9xf32>)
      outs(%e[d0], %e[d0] : tensor<4xf32>, tensor<4xf32>) (%a, %b, %z) {
    %v = arith.addf %a, %z : f32
    %w = arith.addf %b, %z : f32
    %p = math.exp2 %v : f32
    %q = math.exp2 %w : f32
    %most = norm.reduce max %p : f32
    %least = norm.reduce min %q : f32
    norm.yield %most, %least : f32, f32
  }
  return %y#0, %y#1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @half(
//   CHECK-NOT:   math.exp
func.func @half(%x: tensor<4x40xf16>) -> tensor<4x40xf16> {
  %e = tensor.empty() : tensor<4x40xf16>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x40xf16>) outs(%e[d0, d1] : tensor<4x40xf16>) (%v) {
    %m = norm.reduce max %v : f16
    %c = arith.subf %v, %m : f16
    %p = math.exp2 %c : f16
    norm.yield %p : f16
  }
  return %y : tensor<4x40xf16>
}
