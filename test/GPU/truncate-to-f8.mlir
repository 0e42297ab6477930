// RUN: split-file %s %t
// RUN: norm-opt %t/kernels.mlir --norm-to-gpu="chip=sm_90" --canonicalize --cse | FileCheck %t/kernels.mlir
// RUN: norm-opt %t/kernels.mlir --norm-gpu-pipeline="chip=sm_89" | norm-translate --norm-to-ptx | FileCheck %t/kernels.mlir --check-prefix=PTX
// RUN: norm-opt %t/kernels.mlir --norm-to-gpu="chip=sm_80" --remarks-filter="norm-plan" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %t/kernels.mlir --check-prefix=SM80

// The codes of numbers, of ties, and of what is beyond the largest.

// RUN: norm-run %t/codes.mlir --target=ptx-interpreter --input=1.0 | FileCheck %s --check-prefix=ONE
// RUN: norm-run %t/codes.mlir --target=ptx-interpreter --input=1.0625 | FileCheck %s --check-prefix=TIE
// RUN: norm-run %t/codes.mlir --target=ptx-interpreter --input=464.0 | FileCheck %s --check-prefix=LAST
// RUN: norm-run %t/codes.mlir --target=ptx-interpreter --input=-465.0 | FileCheck %s --check-prefix=BEYOND
// RUN: norm-run %t/codes.mlir --target=ptx-interpreter --input=61439.0 | FileCheck %s --check-prefix=LARGE
// RUN: norm-run %t/codes.mlir --target=ptx-interpreter --input=61440.0 | FileCheck %s --check-prefix=INFINITE
// ONE: argument1: 2x8xi8 [56, 56, 56,
// ONE: argument2: 2x8xi8 [60, 60, 60,
// TIE: argument1: 2x8xi8 [56, 56, 56,
// LAST: argument1: 2x8xi8 [126, 126, 126,
// BEYOND: argument1: 2x8xi8 [-1, -1, -1,
// LARGE: argument2: 2x8xi8 [123, 123, 123,
// INFINITE: argument2: 2x8xi8 [124, 124, 124,

//--- codes.mlir

func.func @codes(%x: memref<2x8xf32>, %a: memref<2x8xi8>, %b: memref<2x8xi8>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<2x8xf32>)
      outs(%a[d0, d1], %b[d0, d1] : memref<2x8xi8>, memref<2x8xi8>) (%xe) {
    %e4 = arith.truncf %xe : f32 to f8E4M3FN
    %e5 = arith.truncf %xe : f32 to f8E5M2
    %i4 = arith.bitcast %e4 : f8E4M3FN to i8
    %i5 = arith.bitcast %e5 : f8E5M2 to i8
    norm.yield %i4, %i5 : i8, i8
  }
  return
}

//--- kernels.mlir

// Two at a time. What was clamped is in range; of the rest, the code after the
// largest number is that of NaN.

// CHECK-LABEL: gpu.func @clamped_8x4x4
// CHECK-COUNT-8: nvvm.convert.f32x2.to.f8x2 %{{.+}}, %{{.+}} {rnd = #nvvm.fp_rnd_mode<rn>, sat = #nvvm.sat_mode<satfinite>} : i16(f8E4M3FN)
// CHECK-NOT: arith.addi %{{.+}} : vector<4xi8>
// CHECK: gpu.return
// PTX-LABEL: .entry clamped_8x4x4(
// PTX-COUNT-2: cvt.rn.satfinite.e4m3x2.f32
// PTX: st.global.v2.b16
// SM80: no kernels on memref<16x128xf8E4M3FN> as an out on sm_80
func.func @clamped(%x: memref<16x128xf32>, %y: memref<16x128xf8E4M3FN>) {
  %low = arith.constant -448.0 : f32
  %high = arith.constant 448.0 : f32
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<16x128xf32>) outs(%y[d0, d1] : memref<16x128xf8E4M3FN>) (%xe) {
    %a = arith.maximumf %xe, %low : f32
    %b = arith.minimumf %a, %high : f32
    %q = arith.truncf %b : f32 to f8E4M3FN
    norm.yield %q : f8E4M3FN
  }
  return
}

// CHECK-LABEL: gpu.func @any_8x2x8
// CHECK: %[[OVER:.+]] = arith.cmpf oge, %{{.+}}, %{{.+}} : vector<8xf32>
// CHECK: %[[STEP:.+]] = arith.extui %[[OVER]] : vector<8xi1> to vector<8xi8>
// CHECK: arith.addi %{{.+}}, %[[STEP]] : vector<8xi8>
func.func @any(%x: memref<16x128xbf16>, %y: memref<16x128xf8E5M2>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<16x128xbf16>) outs(%y[d0, d1] : memref<16x128xf8E5M2>) (%xe) {
    %q = arith.truncf %xe : bf16 to f8E5M2
    norm.yield %q : f8E5M2
  }
  return
}
