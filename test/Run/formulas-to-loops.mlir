// RUN: norm-opt %s --norm-widen-floats --norm-formulas-to-loops | FileCheck %s
// RUN: not norm-opt %s --norm-formulas-to-loops 2>&1 | FileCheck %s --check-prefix=NARROW

// A loop over the rows, one over the row for the sum of squares, one for the
// elements; all in f64.

// CHECK-LABEL: func @f
// CHECK: scf.for
// CHECK: %[[Q:.+]] = scf.for {{.*}} iter_args({{.*}}) -> (f64)
// CHECK: arith.mulf {{.*}} : f64
// CHECK: scf.yield
// CHECK: math.sqrt %{{.+}} : f64
// CHECK: scf.for
// CHECK: memref.store %{{.+}} : memref<4x8xf64>
// CHECK-NOT: norm.

// NARROW: formulas-to-loops.mlir:{{[0-9:]+}} error: 'norm.rms_norm' op is evaluated in f64 only
func.func @f(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%x : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}
