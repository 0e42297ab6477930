// 1 + exp, 1 + tanh and 1 + erf take fewer steps than exp, tanh and erf, and a
// quotient takes up what it is multiplied by.
// RUN: norm-opt %s --norm-bufferize --norm-to-vector="cpu=x86-64-v4" --canonicalize | FileCheck %s
// RUN: norm-run %s --entry ends --road=vector | FileCheck %s --check-prefix=VALUES
// RUN: norm-run %s --entry ends --road=vector --pipeline-options=cpu=x86-64 | FileCheck %s --check-prefix=VALUES
// RUN: norm-run %s --entry gelu --road=vector --verify | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %s --entry gelu_erf --road=vector --verify | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %s --entry silu --road=vector --verify | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %s --entry kept --road=vector --verify | FileCheck %s --check-prefix=RIGHT
// RIGHT: : right

// What overflows, and does not yet; what vanishes beside 1.
//      VALUES: result0: 4xf32 [inf, nan, 3.40{{.*}}e+38, 1]
// No digit is left of tanh beside 1 for the second: it is 4.12e-9.
//      VALUES: result1: 4xf32 [2, 4.12{{.*}}e-09, 0, nan]
// Nothing is left of erf beside 1, as an infinite factor would show.
//      VALUES: result2: 4xf32 [2, 0, 0, nan]
func.func @ends() -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %x = arith.constant dense<[89.0, 0x7fc00000, 88.7228, -200.0]> : tensor<4xf32>
  %w = arith.constant dense<[30.0, -10.0, 0xff800000, 0x7fc00000]> : tensor<4xf32>
  %zeros = arith.constant dense<0.0> : tensor<4x9xf32>
  %e = tensor.empty() : tensor<4xf32>
  %y:3 = norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0], %w[d0], %zeros[d0, d1] : tensor<4xf32>, tensor<4xf32>, tensor<4x9xf32>)
      outs(%e[d0], %e[d0], %e[d0] : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) (%a, %b, %z) {
    %one = arith.constant 1.0 : f32
    %v = arith.addf %a, %z : f32
    %u = arith.addf %b, %z : f32
    %p = math.exp %v : f32
    %p1 = arith.addf %p, %one : f32
    %t = math.tanh %u : f32
    %t1 = arith.addf %one, %t : f32
    %f = math.erf %u : f32
    %f1 = arith.addf %f, %one : f32
    %most = norm.reduce max %p1 : f32
    %least = norm.reduce min %t1 : f32
    %any = norm.reduce max %f1 : f32
    norm.yield %most, %least, %any : f32, f32, f32
  }
  return %y#0, %y#1, %y#2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// 2/(1 + 2^t)·(x/2) is x/(1 + 2^t), and t = u·√(2/π)·(−2/ln 2) one product.
// CHECK-LABEL: func @gelu(
//   CHECK-NOT:   math.tanh
//       CHECK:   %[[X:.*]] = vector.load %{{.*}} : memref<4x32xf32>, vector<32xf32>
//       CHECK:   %[[U:.*]] = arith.addf %[[X]], %{{.*}}
//  CHECK-NEXT:   arith.mulf %[[U]], %{{.*}} : vector<32xf32>
//  CHECK-NEXT:   arith.cmpf olt
//       CHECK:   %[[POWER:.*]] = arith.bitcast {{.*}} to vector<32xf32>
//  CHECK-NEXT:   %[[D:.*]] = math.fma
//  CHECK-NEXT:   %[[Y:.*]] = arith.divf %[[X]], %[[D]]
//  CHECK-NEXT:   vector.store %[[Y]]
func.func @gelu(%x: tensor<4x32xf32>) -> tensor<4x32xf32> {
  %e = tensor.empty() : tensor<4x32xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x32xf32>) outs(%e[d0, d1] : tensor<4x32xf32>) (%v) {
    %half = arith.constant 0.5 : f32
    %one = arith.constant 1.0 : f32
    %root = arith.constant 0.79788456080286536 : f32
    %cubic = arith.constant 0.044715 : f32
    %v2 = arith.mulf %v, %v : f32
    %v3 = arith.mulf %v2, %v : f32
    %k = arith.mulf %v3, %cubic : f32
    %in = arith.addf %v, %k : f32
    %u = arith.mulf %in, %root : f32
    %t = math.tanh %u : f32
    %t1 = arith.addf %t, %one : f32
    %p = arith.mulf %t1, %half : f32
    %r = arith.mulf %v, %p : f32
    norm.yield %r : f32
  }
  return %y : tensor<4x32xf32>
}

// CHECK-LABEL: func @gelu_erf(
//   CHECK-NOT:   math.erf
//       CHECK:   %[[QUOTIENT:.*]] = arith.divf
//       CHECK:   %[[SUM:.*]] = arith.select %{{.*}}, %{{.*}}, %[[QUOTIENT]]
//       CHECK:   %[[Y:.*]] = arith.mulf %{{.*}}, %[[SUM]]
//  CHECK-NEXT:   vector.store %[[Y]]
func.func @gelu_erf(%x: tensor<4x32xf32>) -> tensor<4x32xf32> {
  %e = tensor.empty() : tensor<4x32xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x32xf32>) outs(%e[d0, d1] : tensor<4x32xf32>) (%v) {
    %half = arith.constant 0.5 : f32
    %one = arith.constant 1.0 : f32
    %root = arith.constant 0.70710678118654752 : f32
    %u = arith.mulf %v, %root : f32
    %f = math.erf %u : f32
    %f1 = arith.addf %f, %one : f32
    %h = arith.mulf %v, %half : f32
    %r = arith.mulf %h, %f1 : f32
    norm.yield %r : f32
  }
  return %y : tensor<4x32xf32>
}

// x·(1/(1 + exp(−x))) is x/(1 + exp(−x)).
// CHECK-LABEL: func @silu(
//   CHECK-NOT:   math.exp
//       CHECK:   %[[X:.*]] = vector.load %{{.*}} : memref<4x32xf32>, vector<32xf32>
//       CHECK:   %[[POWER:.*]] = arith.bitcast {{.*}} to vector<32xf32>
//  CHECK-NEXT:   %[[D:.*]] = math.fma
//  CHECK-NEXT:   %[[Y:.*]] = arith.divf %[[X]], %[[D]]
//  CHECK-NEXT:   vector.store %[[Y]]
func.func @silu(%x: tensor<4x32xf32>) -> tensor<4x32xf32> {
  %e = tensor.empty() : tensor<4x32xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x32xf32>) outs(%e[d0, d1] : tensor<4x32xf32>) (%v) {
    %one = arith.constant 1.0 : f32
    %n = arith.negf %v : f32
    %p = math.exp %n : f32
    %p1 = arith.addf %one, %p : f32
    %s = arith.divf %one, %p1 : f32
    %r = arith.mulf %s, %v : f32
    norm.yield %r : f32
  }
  return %y : tensor<4x32xf32>
}

// An exp and a tanh that are read for themselves, too, are made once.
// CHECK-LABEL: func @kept(
//       CHECK:   arith.divf
//   CHECK-NOT:   arith.divf
//       CHECK:   vector.store
func.func @kept(%x: tensor<4x32xf32>) -> tensor<4x32xf32> {
  %e = tensor.empty() : tensor<4x32xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x32xf32>) outs(%e[d0, d1] : tensor<4x32xf32>) (%v) {
    %one = arith.constant 1.0 : f32
    %t = math.tanh %v : f32
    %t1 = arith.addf %t, %one : f32
    %r = arith.mulf %t, %t1 : f32
    norm.yield %r : f32
  }
  return %y : tensor<4x32xf32>
}
