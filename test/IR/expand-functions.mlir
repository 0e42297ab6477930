// Functions of f32 are arithmetic, in vector registers; f16 goes through f32,
// and f64 is libm's. norm-numerics judges their values.
// RUN: norm-opt %s --norm-to-vector="triple=x86_64-unknown-linux-gnu cpu=x86-64-v3" --canonicalize --split-input-file | FileCheck %s
// RUN: norm-run %s --entry cube --verify | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %s --entry cube --target=ptx-interpreter --verify | FileCheck %s --check-prefix=RIGHT
// RIGHT: : right

// x − k·π/2 in four steps, of which the first cannot round.

// CHECK-LABEL: func @sine(
//   CHECK-DAG:   %[[MAGIC:.+]] = arith.constant dense<0x4B400000> : vector<16xf32>
//   CHECK-DAG:   %[[SLOPE:.+]] = arith.constant dense<0.636619746> : vector<16xf32>
//   CHECK-DAG:   %[[FIRST:.+]] = arith.constant dense<-1.5703125> : vector<16xf32>
//   CHECK-DAG:   %[[LIMIT:.+]] = arith.constant dense<6.500000e+06> : vector<16xf32>
//   CHECK-DAG:   %[[NAN:.+]] = arith.constant dense<0x7FC00000> : vector<16xf32>
//       CHECK:   %[[X:.+]] = vector.load
//       CHECK:   %[[SHIFTED:.+]] = math.fma %[[X]], %[[SLOPE]], %[[MAGIC]]
//       CHECK:   %[[BITS:.+]] = arith.bitcast %[[SHIFTED]] : vector<16xf32> to vector<16xi32>
//       CHECK:   %[[K:.+]] = arith.subf %[[SHIFTED]], %[[MAGIC]]
//       CHECK:   %[[Y1:.+]] = math.fma %[[K]], %[[FIRST]], %[[X]]
//       CHECK:   %[[Y2:.+]] = math.fma %[[K]], %{{.+}}, %[[Y1]]
//       CHECK:   %[[Y3:.+]] = math.fma %[[K]], %{{.+}}, %[[Y2]]
//       CHECK:   %[[Y4:.+]] = math.fma %[[K]], %{{.+}}, %[[Y3]]
//       CHECK:   %[[SIZE:.+]] = math.absf %[[X]]
//       CHECK:   %[[IN:.+]] = arith.cmpf olt, %[[SIZE]], %[[LIMIT]]
//       CHECK:   arith.select %[[IN]], %[[Y4]], %[[NAN]]
//   CHECK-NOT:   math.sin
func.func @sine(%x: memref<4x64xf32>, %y: memref<4x64xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x64xf32>) outs(%y[d0, d1] : memref<4x64xf32>) (%a) {
    %b = math.sin %a : f32
    norm.yield %b : f32
  }
  return
}

// -----

// Nothing is left that would be a call.

// CHECK-LABEL: func @others(
//   CHECK-NOT:   math.{{a?(cos|sin|tan)h?|cbrt|log|exp|erf|pow|fpow}}
func.func @others(%x: memref<4x64xf16>, %y: memref<4x64xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x64xf16>) outs(%y[d0, d1] : memref<4x64xf32>) (%a) {
    %0 = math.cos %a : f16
    %1 = math.tan %0 : f16
    %2 = math.asin %1 : f16
    %3 = math.acos %2 : f16
    %4 = math.atan %3 : f16
    %5 = math.sinh %4 : f16
    %6 = math.cosh %5 : f16
    %7 = math.tanh %6 : f16
    %8 = math.asinh %7 : f16
    %9 = math.acosh %8 : f16
    %10 = math.atanh %9 : f16
    %b = arith.extf %10 : f16 to f32
    %11 = math.cbrt %b : f32
    %12 = math.log %11 : f32
    %13 = math.log2 %12 : f32
    %14 = math.log10 %13 : f32
    %15 = math.log1p %14 : f32
    %16 = math.exp %15 : f32
    %17 = math.exp2 %16 : f32
    %18 = math.expm1 %17 : f32
    %19 = math.erf %18 : f32
    %20 = math.erfc %19 : f32
    norm.yield %20 : f32
  }
  return
}

// -----

// CHECK-LABEL: func @libm(
//       CHECK:   math.sin %{{.+}} : vector<{{.+}}xf64>
//       CHECK:   math.atan2
func.func @libm(%x: memref<4x64xf64>, %y: memref<4x64xf64>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x64xf64>) outs(%y[d0, d1] : memref<4x64xf64>) (%a) {
    %b = math.sin %a : f64
    %c = math.atan2 %a, %b : f64
    norm.yield %c : f64
  }
  return
}

// -----

// What is no product is a power still.

// CHECK-LABEL: func @powers(
//       CHECK:   %[[X:.+]] = vector.load
//       CHECK:   %[[SQUARE:.+]] = arith.mulf %[[X]], %[[X]]
//       CHECK:   %[[CUBE:.+]] = arith.mulf %{{.*}}%[[SQUARE]]{{.*}} : vector<16xf32>
//       CHECK:   %[[FIFTH:.+]] = arith.mulf
//   CHECK-NOT:   math.fpowi
//       CHECK:   math.powf %{{.+}}, %{{.+}} : vector<16xf32>
func.func @powers(%x: memref<4x64xf32>, %y: memref<4x64xf32>) {
  %three = arith.constant 3.0 : f32
  %seventh = arith.constant 0.7 : f32
  %two = arith.constant 2 : i64
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x64xf32>) outs(%y[d0, d1] : memref<4x64xf32>) (%a) {
    %b = math.powf %a, %three : f32
    %c = math.fpowi %b, %two : f32, i64
    %d = math.powf %c, %seventh : f32
    norm.yield %d : f32
  }
  return
}

// -----

// What GELU has of it, as exporters write that.

// CHECK-LABEL: func @cube(
//   CHECK-NOT:   math.{{f?pow}}
func.func @cube(%x: memref<4x64xf32>, %y: memref<4x64xf32>) {
  %three = arith.constant 3 : i64
  %half = arith.constant -0.5 : f32
  %one = arith.constant 1.0 : f32
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x64xf32>) outs(%y[d0, d1] : memref<4x64xf32>) (%a) {
    %square = arith.mulf %a, %a : f32
    %sum = norm.reduce add %square : f32
    %more = arith.addf %sum, %one : f32
    %root = math.powf %more, %half : f32
    %h = arith.mulf %a, %root : f32
    %b = math.fpowi %h, %three : f32, i64
    norm.yield %b : f32
  }
  return
}
