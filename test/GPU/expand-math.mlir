// RUN: norm-opt %s --norm-to-gpu="chip=sm_90" --split-input-file --canonicalize --cse | FileCheck %s --implicit-check-not=math. --implicit-check-not=arith.divf
// RUN: norm-opt %s --norm-gpu-pipeline="chip=sm_90" --split-input-file | norm-translate --norm-to-ptx --split-input-file | FileCheck %s --check-prefix=PTX --implicit-check-not=.extern --implicit-check-not=call --implicit-check-not=.rn.f32.f32

// A quotient is a product with the reciprocal, corrected; where that is no
// number, the product. What divides all elements of a row is inverted once.

// CHECK-LABEL: gpu.func @divide_8x4x4
// CHECK: %[[R:.+]] = llvm.call_intrinsic "llvm.nvvm.div.full"(%{{.+}}, %[[B:.+]]) : (f32, f32) -> f32
// CHECK: %[[RS:.+]] = vector.broadcast %[[R]] : f32 to vector<4xf32>
// CHECK: %[[BS:.+]] = vector.broadcast %[[B]] : f32 to vector<4xf32>
// CHECK: %[[Q:.+]] = arith.mulf %[[A:.+]], %[[RS]] : vector<4xf32>
// CHECK: %[[N:.+]] = arith.negf %[[Q]]
// CHECK: %[[REST:.+]] = llvm.call_intrinsic "llvm.fma"(%[[N]], %[[BS]], %[[A]])
// CHECK: %[[BETTER:.+]] = llvm.call_intrinsic "llvm.fma"(%[[REST]], %[[RS]], %[[Q]])
// CHECK: arith.select %{{.+}}, %[[BETTER]], %[[Q]]
// PTX-LABEL: .entry divide_8x4x4(
// PTX: div.full.f32
// PTX-NOT: div.
// PTX: ret;
func.func @divide(%x: memref<?x128xf32>, %y: memref<?x128xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<?x128xf32>) outs(%y[d0, d1] : memref<?x128xf32>) (%xe) {
    %s = norm.reduce max %xe : f32
    %q = arith.divf %xe, %s : f32
    norm.yield %q : f32
  }
  return
}

// -----

// By a power of two: the product is exact. By another constant: corrected.

// CHECK-LABEL: gpu.func @constants_8x4x4
// CHECK-DAG: %[[HALF:.+]] = arith.constant dense<5.000000e-01> : vector<4xf32>
// CHECK-DAG: %[[THIRD:.+]] = arith.constant dense<0.333333343> : vector<4xf32>
// CHECK-NOT: llvm.nvvm.div
// CHECK: arith.mulf %{{.+}}, %[[HALF]]
// CHECK: %[[Q:.+]] = arith.mulf %{{.+}}, %[[THIRD]]
// CHECK: arith.negf %[[Q]]
func.func @constants(%x: memref<?x128xf32>, %y: memref<?x128xf32>) {
  %two = arith.constant 2.0 : f32
  %three = arith.constant 3.0 : f32
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<?x128xf32>) outs(%y[d0, d1] : memref<?x128xf32>) (%xe) {
    %h = arith.divf %xe, %two : f32
    %q = arith.divf %h, %three : f32
    norm.yield %q : f32
  }
  return
}

// -----

// Roots and exponentials are instructions of PTX; of f16, those of f32. Other
// functions are polynomials.

// CHECK-LABEL: gpu.func @functions_
// CHECK-COUNT-8: "llvm.nvvm.sqrt.approx.f"(%{{.+}}) : (f32) -> f32
// CHECK: "llvm.exp2"(%{{.+}}) : (vector<8xf32>) -> vector<8xf32>
// CHECK: arith.truncf %{{.+}} : vector<8xf32> to vector<8xf16>
func.func @functions(%x: memref<?x128xf16>, %y: memref<?x128xf16>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<?x128xf16>) outs(%y[d0, d1] : memref<?x128xf16>) (%xe) {
    %r = math.sqrt %xe : f16
    %e = math.exp %r : f16
    %f = arith.extf %e : f16 to f32
    %t = math.tanh %f : f32
    %o = math.erf %t : f32
    %y16 = arith.truncf %o : f32 to f16
    norm.yield %y16 : f16
  }
  return
}

// -----

// Nothing needs libdevice.

// CHECK-LABEL: gpu.func @others_
// CHECK: "llvm.round"(%{{.+}}) : (vector<4xf32>) -> vector<4xf32>
// PTX-LABEL: .entry others_
// PTX: ex2.approx
// PTX: ret;
func.func @others(%x: memref<?x128xf32>, %y: memref<?x128xf32>) {
  %three = arith.constant 3.0 : f32
  %two = arith.constant 2 : i32
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<?x128xf32>) outs(%y[d0, d1] : memref<?x128xf32>) (%a) {
    %0 = math.sin %a : f32
    %1 = math.cos %0 : f32
    %2 = math.tan %1 : f32
    %3 = math.asin %2 : f32
    %4 = math.acos %3 : f32
    %5 = math.atan %4 : f32
    %6 = math.sinh %5 : f32
    %7 = math.cosh %6 : f32
    %8 = math.asinh %7 : f32
    %9 = math.acosh %8 : f32
    %10 = math.atanh %9 : f32
    %11 = math.cbrt %10 : f32
    %12 = math.log10 %11 : f32
    %13 = math.erfc %12 : f32
    %14 = math.round %13 : f32
    %15 = math.powf %14, %three : f32
    %16 = math.fpowi %15, %two : f32, i32
    norm.yield %16 : f32
  }
  return
}

// -----

// Of f16 as of f32: exp2 too, of which PTX has one with few bits.

// CHECK-LABEL: gpu.func @halves_
// CHECK: arith.extf
// CHECK: "llvm.exp2"(%{{.+}}) : (vector<8xf32>) -> vector<8xf32>
// PTX-LABEL: .entry halves_
// PTX-NOT: ex2.approx.{{.*}}f16
// PTX: ret;
func.func @halves(%x: memref<?x128xf16>, %y: memref<?x128xf16>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<?x128xf16>) outs(%y[d0, d1] : memref<?x128xf16>) (%a) {
    %0 = math.exp2 %a : f16
    norm.yield %0 : f16
  }
  return
}
