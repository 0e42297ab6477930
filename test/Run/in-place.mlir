// Outs that are the buffers of inputs: nothing is stored before all that is
// computed of what was there, on every road, and by the oracle.
// RUN: split-file %s %t
// RUN: norm-run %t/in-place.mlir --verify-against=%t/apart.mlir | FileCheck %s
// RUN: norm-run %t/in-place.mlir --road=linalg --verify-against=%t/apart.mlir | FileCheck %s
// RUN: norm-run %t/in-place.mlir --road=affine --verify-against=%t/apart.mlir | FileCheck %s
// RUN: norm-run %t/in-place.mlir --target=ptx-interpreter --verify-against=%t/apart.mlir | FileCheck %s
// RUN: norm-run %t/apart.mlir --verify-against=%t/in-place.mlir | FileCheck %s
// RUN: norm-run %t/bufferized.mlir --as-is --verify | FileCheck %s --check-prefix=BUFFERIZED
// CHECK-COUNT-4: right
// BUFFERIZED-COUNT-2: right

//--- in-place.mlir

// Each out overwrites what the other is computed of.
func.func @apart(%x: memref<5x70xf32>, %y: memref<5x70xf32>, %r: memref<5xf32>, %s: memref<5xf32>) {
  norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %y[d0, d1], %r[d0], %s[d0]
          : memref<5x70xf32>, memref<5x70xf32>, memref<5xf32>, memref<5xf32>)
      outs(%y[d0, d1], %x[d0, d1], %s[d0], %r[d0]
          : memref<5x70xf32>, memref<5x70xf32>, memref<5xf32>, memref<5xf32>) (%a, %b, %c, %d) {
    %sum = norm.reduce add %a : f32
    %u = arith.addf %a, %c : f32
    %v = arith.mulf %a, %b : f32
    %w = arith.addf %sum, %c : f32
    %q = arith.addf %sum, %d : f32
    norm.yield %u, %v, %w, %q : f32, f32, f32, f32
  }
  return
}

//--- apart.mlir

func.func @apart(%x: memref<5x70xf32>, %y: memref<5x70xf32>, %r: memref<5xf32>, %s: memref<5xf32>) {
  %u = memref.alloc() : memref<5x70xf32>
  %v = memref.alloc() : memref<5x70xf32>
  %w = memref.alloc() : memref<5xf32>
  %q = memref.alloc() : memref<5xf32>
  norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %y[d0, d1], %r[d0], %s[d0]
          : memref<5x70xf32>, memref<5x70xf32>, memref<5xf32>, memref<5xf32>)
      outs(%u[d0, d1], %v[d0, d1], %w[d0], %q[d0]
          : memref<5x70xf32>, memref<5x70xf32>, memref<5xf32>, memref<5xf32>) (%a, %b, %c, %d) {
    %sum = norm.reduce add %a : f32
    %0 = arith.addf %a, %c : f32
    %1 = arith.mulf %a, %b : f32
    %2 = arith.addf %sum, %c : f32
    %3 = arith.addf %sum, %d : f32
    norm.yield %0, %1, %2, %3 : f32, f32, f32, f32
  }
  memref.copy %u, %y : memref<5x70xf32> to memref<5x70xf32>
  memref.copy %v, %x : memref<5x70xf32> to memref<5x70xf32>
  memref.copy %w, %s : memref<5xf32> to memref<5xf32>
  memref.copy %q, %r : memref<5xf32> to memref<5xf32>
  memref.dealloc %u : memref<5x70xf32>
  memref.dealloc %v : memref<5x70xf32>
  memref.dealloc %w : memref<5xf32>
  memref.dealloc %q : memref<5xf32>
  return
}

//--- bufferized.mlir

// The first out takes the buffer of %y, which the second is computed of.
func.func @bufferized(%x: tensor<5x70xf32>) -> (tensor<5x70xf32>, tensor<5x70xf32>) {
  %e = tensor.empty() : tensor<5x70xf32>
  %y = norm.rms_norm ins(%x : tensor<5x70xf32>) outs(%e : tensor<5x70xf32>) dims = [1] eps = 1.0e-5
  %0:2 = norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %y[d0, d1] : tensor<5x70xf32>, tensor<5x70xf32>)
      outs(%e[d0, d1], %e[d0, d1] : tensor<5x70xf32>, tensor<5x70xf32>) (%a, %b) {
    %m, %v = norm.reduce moments %a : f32
    %c = arith.subf %a, %m : f32
    %s = arith.addf %a, %b : f32
    %n, %w = norm.reduce moments %s : f32
    %d = arith.subf %s, %n : f32
    norm.yield %c, %d : f32, f32
  }
  return %0#0, %0#1 : tensor<5x70xf32>, tensor<5x70xf32>
}
