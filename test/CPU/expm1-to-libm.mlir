// What exp(x) − 1 and log(1 + x) lose near 0 stays, on every road and beside
// norms; upstream would make those of them.
// RUN: norm-opt %s --norm-expm1-to-libm | FileCheck %s
// RUN: norm-run %s --entry small --input=0=1.0e-10 --input=1=1.0e-10 | FileCheck %s --check-prefix=VALUES
// RUN: norm-run %s --entry small --input=0=1.0e-10 --input=1=1.0e-10 --road=affine | FileCheck %s --check-prefix=VALUES

// CHECK-DAG: func.func private @expm1(f64) -> f64
// CHECK-DAG: func.func private @log1pf(f32) -> f32

// CHECK-LABEL: func.func @each(
//       CHECK:   call @expm1(%{{.+}}) : (f64) -> f64
// CHECK-COUNT-2: call @log1pf(%{{.+}}) : (f32) -> f32
//       CHECK:   math.exp %{{.+}} : f64
func.func @each(%x: f64, %v: vector<2xf32>) -> (f64, vector<2xf32>) {
  %0 = math.expm1 %x : f64
  %1 = math.log1p %v : vector<2xf32>
  %2 = math.exp %0 : f64
  return %2, %1 : f64, vector<2xf32>
}

// VALUES: result0: 2xf32 [1e-10, 1e-10]
// VALUES: result1: 2xf64 [1e-10, 1e-10]
func.func @small(%a: tensor<2xf32>, %b: tensor<2xf64>) -> (tensor<2xf32>, tensor<2xf64>) {
  %p = math.expm1 %a : tensor<2xf32>
  %q = math.log1p %b : tensor<2xf64>
  return %p, %q : tensor<2xf32>, tensor<2xf64>
}
