// RUN: split-file %s %t
// RUN: norm-opt %t/widened.mlir --norm-expand-f8 --canonicalize | FileCheck %t/widened.mlir
// RUN: norm-run %t/rounded.mlir | FileCheck %t/rounded.mlir --check-prefix=ROUNDED
// RUN: norm-run %t/rounded.mlir --pipeline-options="cpu=x86-64" | FileCheck %t/rounded.mlir --check-prefix=ROUNDED
// RUN: not norm-opt %t/computed.mlir --norm-cpu-pipeline 2>&1 | FileCheck %t/computed.mlir
// RUN: norm-opt %t/memory.mlir --norm-cpu-pipeline="cpu=x86-64" | mlir-translate --mlir-to-llvmir | FileCheck %t/memory.mlir

// What codes stand for: one, the smallest, the largest, and no number.

// RUN: norm-run %t/codes.mlir --input=56 | FileCheck %s --check-prefix=ONE
// RUN: norm-run %t/codes.mlir --input=1 | FileCheck %s --check-prefix=LEAST
// RUN: norm-run %t/codes.mlir --input=-2 | FileCheck %s --check-prefix=MOST
// RUN: norm-run %t/codes.mlir --input=-4 | FileCheck %s --check-prefix=INFINITE
// RUN: norm-run %t/codes.mlir --input=127 | FileCheck %s --check-prefix=NONE
// ONE: argument1: 2x8xf32 [1, 1, 1,
// ONE: argument2: 2x8xbf16 [0.5, 0.5, 0.5,
// LEAST: argument1: 2x8xf32 [0.00195312, 0.00195312,
// LEAST: argument2: 2x8xbf16 [1.52588e-05, 1.52588e-05,
// MOST: argument1: 2x8xf32 [-448, -448,
// MOST: argument2: 2x8xbf16 [{{-?nan, -?nan}},
// INFINITE: argument1: 2x8xf32 [-384, -384,
// INFINITE: argument2: 2x8xbf16 [-inf, -inf,
// NONE: argument1: 2x8xf32 [{{-?nan, -?nan}},

//--- codes.mlir

func.func @codes(%x: memref<2x8xi8>, %a: memref<2x8xf32>, %b: memref<2x8xbf16>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<2x8xi8>)
      outs(%a[d0, d1], %b[d0, d1] : memref<2x8xf32>, memref<2x8xbf16>) (%xe) {
    %e4 = arith.bitcast %xe : i8 to f8E4M3FN
    %e5 = arith.bitcast %xe : i8 to f8E5M2
    %w4 = arith.extf %e4 : f8E4M3FN to f32
    %w5 = arith.extf %e5 : f8E5M2 to bf16
    norm.yield %w4, %w5 : f32, bf16
  }
  return
}

//--- widened.mlir

// The bias is 120 less; 0x7f is no number; below 8 are multiples of 2⁻⁹.

// CHECK-LABEL: func @widen
// CHECK-SAME: (%[[X:.+]]: vector<8xf8E4M3FN>)
// CHECK-DAG: %[[BIAS:.+]] = arith.constant dense<1006632960> : vector<8xi32>
// CHECK-DAG: %[[UNIT:.+]] = arith.constant dense<0.001953125> : vector<8xf32>
// CHECK: arith.bitcast %[[X]] : vector<8xf8E4M3FN> to vector<8xi8>
// CHECK: arith.addi %{{.+}}, %[[BIAS]]
// CHECK: arith.cmpi ugt
// CHECK: arith.mulf %{{.+}}, %[[UNIT]]
// CHECK: arith.cmpi ult
// CHECK-NOT: extf
// CHECK: return
func.func @widen(%x: vector<8xf8E4M3FN>) -> vector<8xf32> {
  %w = arith.extf %x : vector<8xf8E4M3FN> to vector<8xf32>
  return %w : vector<8xf32>
}

//--- rounded.mlir

// Ties go to the even code, beyond the largest is NaN or infinity, and from f64
// nothing is rounded twice.

// ROUNDED: result0: 2x4xi8 [56, 126, 127, -72,
// ROUNDED: result1: 2x4xi8 [0, 2, 1, -127,
// ROUNDED: result2: 2x4xi8 [60, 123, 124, -4,
// ROUNDED: result3: 2x4xi8 [0, 2, 126, -127,
// ROUNDED: result4: 2x4xi8 [1, 56, 57,
func.func @rounded() -> (tensor<2x4xi8>, tensor<2x4xi8>, tensor<2x4xi8>, tensor<2x4xi8>, tensor<2x4xi8>) {
  %a = arith.constant dense<[1.0, 464.0, 464.1, -1.0]> : tensor<4xf32>
  %b = arith.constant dense<[0.0009765625, 0.0029296875, 0.00098, -0.002]> : tensor<4xf32>
  %c = arith.constant dense<[1.0, 61439.0, 61440.0, -1.0e30]> : tensor<4xf32>
  %d = arith.constant dense<[7.62939453125e-6, 2.288818359375e-5, 0x7fc00000, -1.6e-5]> : tensor<4xf32>
  %f = arith.constant dense<[0.0009765625000001, 1.0625, 1.0625000000001, 0.0]> : tensor<4xf64>
  %e = tensor.empty() : tensor<2x4xi8>
  %0:5 = norm.generic (d0: parallel, d1: reduction)
      ins(%a[d1], %b[d1], %c[d1], %d[d1], %f[d1] : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf64>)
      outs(%e[d0, d1], %e[d0, d1], %e[d0, d1], %e[d0, d1], %e[d0, d1]
           : tensor<2x4xi8>, tensor<2x4xi8>, tensor<2x4xi8>, tensor<2x4xi8>, tensor<2x4xi8>) (%ae, %be, %ce, %de, %fe) {
    %0 = arith.truncf %ae : f32 to f8E4M3FN
    %1 = arith.truncf %be : f32 to f8E4M3FN
    %2 = arith.truncf %ce : f32 to f8E5M2
    %3 = arith.truncf %de : f32 to f8E5M2
    %4 = arith.truncf %fe : f64 to f8E4M3FN
    %5 = arith.bitcast %0 : f8E4M3FN to i8
    %6 = arith.bitcast %1 : f8E4M3FN to i8
    %7 = arith.bitcast %2 : f8E5M2 to i8
    %8 = arith.bitcast %3 : f8E5M2 to i8
    %9 = arith.bitcast %4 : f8E4M3FN to i8
    norm.yield %5, %6, %7, %8, %9 : i8, i8, i8, i8, i8
  }
  return %0#0, %0#1, %0#2, %0#3, %0#4 : tensor<2x4xi8>, tensor<2x4xi8>, tensor<2x4xi8>, tensor<2x4xi8>, tensor<2x4xi8>
}

//--- computed.mlir

// CHECK: computed.mlir:[[#@LINE+2]]:8: error: 'arith.negf' op has no code on 'f8E5M2' on the CPU
func.func @computed(%x: f8E5M2) -> f8E5M2 {
  %r = arith.negf %x : f8E5M2
  return %r : f8E5M2
}

//--- memory.mlir

// In memory an f8 is a byte.

// CHECK-LABEL: define {{.*}}@norm
// CHECK: load <{{[0-9]+}} x i8>
// CHECK-NOT: call {{.*}}@__
// CHECK: ret
func.func @norm(%x: memref<4x64xf8E5M2>, %y: memref<4x64xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x64xf8E5M2>)
      outs(%y[d0, d1] : memref<4x64xf32>) (%xe) {
    %v = arith.extf %xe : f8E5M2 to f32
    %mean, %var = norm.reduce moments %v : f32
    %c = arith.subf %v, %mean : f32
    norm.yield %c : f32
  }
  return
}
