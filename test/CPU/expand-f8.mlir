// RUN: split-file %s %t
// RUN: norm-opt %t/widened.mlir --norm-expand-f8 --canonicalize | FileCheck %t/widened.mlir
// RUN: not norm-opt %t/rounded.mlir --norm-cpu-pipeline 2>&1 | FileCheck %t/rounded.mlir
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

// CHECK: rounded.mlir:[[#@LINE+2]]:8: error: 'arith.truncf' op has no code on 'f8E5M2' on the CPU
func.func @round(%x: f32) -> f8E5M2 {
  %r = arith.truncf %x : f32 to f8E5M2
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
