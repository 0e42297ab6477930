// RUN: split-file %s %t
// RUN: norm-opt %t/kernels.mlir --norm-to-gpu="chip=sm_90" --canonicalize --cse | FileCheck %t/kernels.mlir
// RUN: norm-opt %t/kernels.mlir --norm-gpu-pipeline="chip=sm_89" | norm-translate --norm-to-ptx | FileCheck %t/kernels.mlir --check-prefix=PTX
// RUN: norm-opt %t/refused.mlir --norm-to-gpu="chip=sm_90" --remarks-filter="norm-plan" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %t/refused.mlir
// RUN: norm-opt %t/kernels.mlir --norm-to-gpu="chip=sm_80" --remarks-filter="norm-plan" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %t/kernels.mlir --check-prefix=SM80

// What codes stand for: one, the smallest, the largest, and no number.

// RUN: norm-run %t/codes.mlir --target=ptx-interpreter --entry=codes --input=56 | FileCheck %s --check-prefix=ONE
// RUN: norm-run %t/codes.mlir --target=ptx-interpreter --entry=codes --input=1 | FileCheck %s --check-prefix=LEAST
// RUN: norm-run %t/codes.mlir --target=ptx-interpreter --entry=codes --input=-2 | FileCheck %s --check-prefix=MOST
// RUN: norm-run %t/codes.mlir --target=ptx-interpreter --entry=codes --input=127 | FileCheck %s --check-prefix=NONE
// ONE: argument1: 2x8xf32 [1, 1, 1,
// ONE: argument2: 2x8xbf16 [0.5, 0.5, 0.5,
// LEAST: argument1: 2x8xf32 [0.00195312, 0.00195312,
// LEAST: argument2: 2x8xbf16 [1.52588e-05, 1.52588e-05,
// MOST: argument1: 2x8xf32 [-448, -448,
// MOST: argument2: 2x8xbf16 [nan, nan,
// NONE: argument1: 2x8xf32 [nan, nan,

// Rounded back they are what they were, each in its place.

// RUN: norm-run %t/codes.mlir --entry=back --target=ptx-interpreter | FileCheck %s --check-prefix=BACK
// BACK: argument0: 2x8xi8 [[CODES:.+]]
// BACK-NEXT: argument1: 2x8xi8 [[CODES]]
// BACK-NEXT: argument2: 2x8xi8 [[CODES]]

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

func.func @back(%x: memref<2x8xi8>, %a: memref<2x8xi8>, %b: memref<2x8xi8>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<2x8xi8>)
      outs(%a[d0, d1], %b[d0, d1] : memref<2x8xi8>, memref<2x8xi8>) (%xe) {
    %e4 = arith.bitcast %xe : i8 to f8E4M3FN
    %e5 = arith.bitcast %xe : i8 to f8E5M2
    %w4 = arith.extf %e4 : f8E4M3FN to f32
    %w5 = arith.extf %e5 : f8E5M2 to f32
    %n4 = arith.truncf %w4 : f32 to f8E4M3FN
    %n5 = arith.truncf %w5 : f32 to f8E5M2
    %i4 = arith.bitcast %n4 : f8E4M3FN to i8
    %i5 = arith.bitcast %n5 : f8E5M2 to i8
    norm.yield %i4, %i5 : i8, i8
  }
  return
}

//--- kernels.mlir

// Two at a time, after one access. A scale per row makes them what they were.

// CHECK-LABEL: gpu.func @dequantize_8x2x8
// CHECK: vector.load {{.*}} {alignment = 8 : i64} : {{.*}}, vector<8xf8E4M3FN>
// CHECK: arith.bitcast %{{.+}} : vector<8xf8E4M3FN> to vector<8xi8>
// CHECK-COUNT-4: nvvm.convert.f8x2.to.f16x2
// CHECK: arith.extf %{{.+}} : vector<8xf16> to vector<8xf32>
// PTX-LABEL: .entry dequantize_8x2x8(
// PTX: ld.global.v4.b16
// PTX: cvt.rn.f16x2.e4m3x2
// PTX: st.global.v4.b32
// SM80: no kernels on memref<16x128xf8E4M3FN> as an input on sm_80
func.func @dequantize(%x: memref<16x128xf8E4M3FN>, %scale: memref<16xf32>, %y: memref<16x128xbf16>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %scale[d0] : memref<16x128xf8E4M3FN>, memref<16xf32>)
      outs(%y[d0, d1] : memref<16x128xbf16>) (%xe, %se) {
    %w = arith.extf %xe : f8E4M3FN to f32
    %v = arith.mulf %w, %se : f32
    %most = norm.reduce max %v : f32
    %d = arith.subf %v, %most : f32
    %o = arith.truncf %d : f32 to bf16
    norm.yield %o : bf16
  }
  return
}

//--- refused.mlir

// Nothing is computed in f8.

// CHECK: refused.mlir:[[#@LINE+2]]:{{.*}}'arith.cmpf' has no code on f8E5M2
func.func @compare(%x: memref<16x128xf8E5M2>, %y: memref<16x128xf8E5M2>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<16x128xf8E5M2>) outs(%y[d0, d1] : memref<16x128xf8E5M2>) (%xe) {
    %c = arith.cmpf olt, %xe, %xe : f8E5M2
    norm.yield %xe : f8E5M2
  }
  return
}

// CHECK: refused.mlir:[[#@LINE+2]]:{{.*}}'arith.addf' has no code on f8E5M2
func.func @add(%x: memref<16x128xi8>, %y: memref<16x128xf8E5M2>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<16x128xi8>) outs(%y[d0, d1] : memref<16x128xf8E5M2>) (%xe) {
    %e = arith.bitcast %xe : i8 to f8E5M2
    %s = arith.addf %e, %e : f8E5M2
    norm.yield %s : f8E5M2
  }
  return
}
