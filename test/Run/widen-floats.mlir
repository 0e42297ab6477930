// RUN: split-file %s %t
// RUN: norm-run %t/widened.mlir --print-oracle | FileCheck %s
// RUN: not norm-run %t/bits.mlir --verify 2>&1 | FileCheck %s --check-prefix=BITS
// RUN: not norm-run %t/external.mlir --verify 2>&1 | FileCheck %s --check-prefix=EXTERNAL

// Constants keep the value they were read with; casts and fast-math go.
// CHECK-LABEL: func.func @f(
// CHECK-SAME:    %[[X:.*]]: tensor<2xf64>) -> tensor<2xf64>
// CHECK-DAG:   %[[TENTH:.*]] = arith.constant 0.0999755859375 : f64
// CHECK-DAG:   %[[DENSE:.*]] = arith.constant dense<[0.0999755859375, 0.000000e+00]> : tensor<2xf64>
// CHECK-DAG:   %[[BLOB:.*]] = arith.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf64>
// CHECK-NOT:   extf
// CHECK-NOT:   truncf
// CHECK:       linalg.generic
// CHECK-SAME:    ins(%[[X]], %[[DENSE]], %[[BLOB]] : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>)
// CHECK:       arith.mulf %{{.*}}, %{{.*}} : f64
// CHECK-NOT:   fastmath

//--- widened.mlir
func.func @f(%x: tensor<2xf16>) -> tensor<2xf16> {
  %tenth = arith.constant 0.1 : f16
  %dense = arith.constant dense<[0.1, 1.0e-12]> : tensor<2xf16>
  %blob = arith.constant dense_resource<params> : tensor<2xf32>
  %e = tensor.empty() : tensor<2xf16>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>,
                       affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]}
      ins(%x, %dense, %blob : tensor<2xf16>, tensor<2xf16>, tensor<2xf32>)
      outs(%e : tensor<2xf16>) {
  ^bb0(%a: f16, %b: f16, %p: f32, %o: f16):
    %s = arith.addf %a, %b : f16
    %t = arith.mulf %s, %tenth : f16
    %w = arith.extf %t : f16 to f32
    %m = arith.mulf %w, %p fastmath<fast> : f32
    %r = arith.truncf %m : f32 to f16
    linalg.yield %r : f16
  } -> tensor<2xf16>
  return %y : tensor<2xf16>
}
{-#
  dialect_resources: {
    builtin: {
      params: "0x040000000000803F000000C0"
    }
  }
#-}
//--- bits.mlir
func.func @f(%x: f32) -> i32 {
  // BITS: norm-run: error: {{.*}}bits.mlir:3:8: 'arith.bitcast' depends on the bits of a float
  %y = arith.bitcast %x : f32 to i32
  return %y : i32
}
//--- external.mlir
// EXTERNAL: norm-run: error: {{.*}}external.mlir:2:1: 'func.func' has no body to evaluate in f64
func.func private @g(f32) -> f32
func.func @f(%x: f32) -> f32 {
  %y = call @g(%x) : (f32) -> f32
  return %y : f32
}
