// RUN: norm-opt %s --norm-to-gpu="chip=sm_90" --remarks-filter="norm-plan" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s
// RUN: norm-opt %s --norm-to-gpu="chip=sm_80" --remarks-filter="norm-plan" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=SM80

// What the threads take of a row, by its length and types. Where they take more
// than an element at once, a second plan is for operands that are not aligned.

// CHECK: plan.mlir:[[#@LINE+3]]:{{.*}}"a block of 256 threads per row; 4 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 256 threads per row; 16 vectors of 1 per thread, held in registers"
func.func @block(%x: memref<?x4096xf32>, %y: memref<?x4096xf32>) {
  norm.rms_norm ins(%x : memref<?x4096xf32>) outs(%y : memref<?x4096xf32>) dims = [1] eps = 1.0e-5
  return
}

// The number of rows changes nothing.

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 256 threads per row; 4 vectors of 4 per thread, held in registers"
func.func @one_row(%x: memref<1x4096xf32>, %y: memref<1x4096xf32>) {
  norm.rms_norm ins(%x : memref<1x4096xf32>) outs(%y : memref<1x4096xf32>) dims = [1] eps = 1.0e-5
  return
}

// 16 bytes of the widest operand that has every dim.

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 256 threads per row; 2 vectors of 8 per thread, held in shared memory"
func.func @halves(%x: memref<?x4096xbf16>, %g: memref<4096xf32>, %y: memref<?x4096xbf16>) {
  norm.rms_norm ins(%x : memref<?x4096xbf16>) scale(%g : memref<4096xf32>) outs(%y : memref<?x4096xbf16>) dims = [1] eps = 1.0e-5
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 256 threads per row; 4 vectors of 4 per thread, held in shared memory"
func.func @halves_to_f32(%x: memref<?x4096xbf16>, %y: memref<?x4096xf32>) {
  norm.rms_norm ins(%x : memref<?x4096xbf16>) outs(%y : memref<?x4096xf32>) dims = [1] eps = 1.0e-5
  return
}

// Rows of a warp, of less, and of whole warps that waste few vectors.

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a warp per row, 4 rows per block; 3 vectors of 8 per thread, held in registers"
func.func @warp(%x: memref<?x768xbf16>, %y: memref<?x768xbf16>) {
  norm.rms_norm ins(%x : memref<?x768xbf16>) outs(%y : memref<?x768xbf16>) dims = [1] eps = 1.0e-5
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"8 threads per row, 16 rows per block; 2 vectors of 8 per thread, held in registers"
func.func @short(%x: memref<?x128xbf16>, %y: memref<?x128xbf16>) {
  norm.rms_norm ins(%x : memref<?x128xbf16>) outs(%y : memref<?x128xbf16>) dims = [1] eps = 1.0e-5
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 192 threads per row; 3 vectors of 4 per thread, held in registers"
func.func @few_wasted(%x: memref<?x2304xf32>, %y: memref<?x2304xf32>) {
  norm.rms_norm ins(%x : memref<?x2304xf32>) outs(%y : memref<?x2304xf32>) dims = [1] eps = 1.0e-5
  return
}

// Odd lengths, and rows that do not start where a vector may.

// CHECK: plan.mlir:[[#@LINE+3]]:{{.*}}"a warp per row, 4 rows per block; 32 vectors of 1 per thread, held in registers"
// CHECK-NOT: plan.mlir:[[#@LINE+2]]
func.func @odd(%x: memref<?x1023xf32>, %y: memref<?x1023xf32>) {
  norm.rms_norm ins(%x : memref<?x1023xf32>) outs(%y : memref<?x1023xf32>) dims = [1] eps = 1.0e-5
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a warp per row, 4 rows per block; 8 vectors of 2 per thread, held in registers"
func.func @even_pitch(%x: memref<?x512xf32, strided<[514, 1]>>, %y: memref<?x512xf32>) {
  norm.rms_norm ins(%x : memref<?x512xf32, strided<[514, 1]>>) outs(%y : memref<?x512xf32>) dims = [1] eps = 1.0e-5
  return
}

// CHECK: plan.mlir:[[#@LINE+3]]:{{.*}}"a warp per row, 4 rows per block; 16 vectors of 1 per thread, held in registers"
// CHECK-NOT: plan.mlir:[[#@LINE+2]]
func.func @every_other(%x: memref<?x512xf32, strided<[1024, 2]>>, %y: memref<?x512xf32>) {
  norm.rms_norm ins(%x : memref<?x512xf32, strided<[1024, 2]>>) outs(%y : memref<?x512xf32>) dims = [1] eps = 1.0e-5
  return
}

// CHECK: plan.mlir:[[#@LINE+3]]:{{.*}}"a warp per row, 4 rows per block; 16 vectors of 1 per thread, held in registers"
// CHECK-NOT: plan.mlir:[[#@LINE+2]]
func.func @any_other(%x: memref<?x512xf32, strided<[?, ?], offset: ?>>, %y: memref<?x512xf32>) {
  norm.rms_norm ins(%x : memref<?x512xf32, strided<[?, ?], offset: ?>>) outs(%y : memref<?x512xf32>) dims = [1] eps = 1.0e-5
  return
}

// Rows that no block holds among others: a cluster does, where there are
// clusters; else one block, if its registers are enough, and in a loop if not.

// CHECK: plan.mlir:[[#@LINE+5]]:{{.*}}"a cluster of 2 blocks of 512 threads per row; 5 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+4]]:{{.*}}"a cluster of 4 blocks of 512 threads per row; 10 vectors of 1 per thread, held in registers"
// SM80: plan.mlir:[[#@LINE+3]]:{{.*}}"a block of 640 threads per row; 8 vectors of 4 per thread, held in registers"
// SM80: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 640 threads per row; 32 vectors of 1 per thread, held in registers"
func.func @cluster(%x: memref<?x20000xf32>, %y: memref<?x20000xf32>) {
  norm.rms_norm ins(%x : memref<?x20000xf32>) outs(%y : memref<?x20000xf32>) dims = [1] eps = 1.0e-5
  return
}

// SM80: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 512 threads per row; 4 vectors of 4 per thread, read 2 times"
func.func @no_cluster(%x: memref<?x40000xf32>, %y: memref<?x40000xf32>) {
  norm.layer_norm ins(%x : memref<?x40000xf32>) outs(%y : memref<?x40000xf32>) dims = [1] eps = 1.0e-5
  return
}

// Two inputs take twice the registers; every pass reads both again.

// SM80: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 512 threads per row; 4 vectors of 4 per thread, read 3 times"
func.func @two_inputs(%x: memref<?x20000xf32>, %r: memref<?x20000xf32>, %y: memref<?x20000xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %r[d0, d1] : memref<?x20000xf32>, memref<?x20000xf32>)
      outs(%y[d0, d1] : memref<?x20000xf32>) (%xe, %re) {
    %v = arith.addf %xe, %re : f32
    %mean, %var = norm.reduce moments %v : f32
    %c = arith.subf %v, %mean : f32
    %max = norm.reduce max %c : f32
    %q = arith.mulf %c, %max : f32
    norm.yield %q : f32
  }
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a cluster of 8 blocks of 512 threads per row; 4 vectors of 8 per thread, held in shared memory"
func.func @large_cluster(%x: memref<?x131072xbf16>, %y: memref<?x131072xbf16>) {
  norm.rms_norm ins(%x : memref<?x131072xbf16>) outs(%y : memref<?x131072xbf16>) dims = [1] eps = 1.0e-5
  return
}

// Halves are in shared memory where registers would have few at hand: not if
// what is reduced took long to compute, nor if they are too many for it.

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 256 threads per row; 4 vectors of 8 per thread, held in registers"
func.func @enough_at_hand(%x: memref<?x8192xbf16>, %y: memref<?x8192xbf16>) {
  norm.rms_norm ins(%x : memref<?x8192xbf16>) outs(%y : memref<?x8192xbf16>) dims = [1] eps = 1.0e-5
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 512 threads per row; 4 vectors of 8 per thread, held in registers"
func.func @softmax(%x: memref<?x16384xbf16>, %y: memref<?x16384xbf16>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<?x16384xbf16>) outs(%y[d0, d1] : memref<?x16384xbf16>) (%xe) {
    %w = arith.extf %xe : bf16 to f32
    %e = math.exp %w : f32
    %sum = norm.reduce add %e : f32
    %q = arith.divf %e, %sum : f32
    %r = arith.truncf %q : f32 to bf16
    norm.yield %r : bf16
  }
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 512 threads per row; 4 vectors of 8 per thread, held in registers"
func.func @two_of_halves(%x: memref<?x16384xbf16>, %r: memref<?x16384xbf16>, %y: memref<?x16384xbf16>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %r[d0, d1] : memref<?x16384xbf16>, memref<?x16384xbf16>)
      outs(%y[d0, d1] : memref<?x16384xbf16>) (%xe, %re) {
    %xw = arith.extf %xe : bf16 to f32
    %rw = arith.extf %re : bf16 to f32
    %v = arith.addf %xw, %rw : f32
    %max = norm.reduce max %v : f32
    %c = arith.subf %v, %max : f32
    %q = arith.truncf %c : f32 to bf16
    norm.yield %q : bf16
  }
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a cluster of 8 blocks of 512 threads per row; 4 vectors of 8 per thread, held in registers"
func.func @much_to_tell(%x: memref<?x131072xbf16>, %y: memref<?xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<?x131072xbf16>) outs(%y[d0] : memref<?xf32>) (%xe) {
    %w = arith.extf %xe : bf16 to f32
    %a = norm.reduce add %w : f32
    %b = norm.reduce max %w : f32
    %c = norm.reduce min %w : f32
    %v = arith.mulf %w, %w : f32
    %d = norm.reduce add %v : f32
    %e = norm.reduce max %v : f32
    %f = norm.reduce min %v : f32
    %ab = arith.addf %a, %b : f32
    %cd = arith.addf %c, %d : f32
    %ef = arith.addf %e, %f : f32
    %abcd = arith.addf %ab, %cd : f32
    %sum = arith.addf %abcd, %ef : f32
    norm.yield %sum : f32
  }
  return
}

// Longer ones are shared by blocks that meet in memory; of a dynamic length is
// what fits while it fits.

// CHECK: plan.mlir:[[#@LINE+3]]:{{.*}}"blocks of 512 threads share a row, a launch a pass; 4 vectors of 4 per thread, read 2 times"
// SM80: plan.mlir:[[#@LINE+2]]:{{.*}}"blocks of 512 threads share a row, a launch a pass; 4 vectors of 4 per thread, read 2 times"
func.func @long(%x: memref<?x262144xf32>, %y: memref<?x262144xf32>) {
  norm.rms_norm ins(%x : memref<?x262144xf32>) outs(%y : memref<?x262144xf32>) dims = [1] eps = 1.0e-5
  return
}

// CHECK: plan.mlir:[[#@LINE+20]]:{{.*}}"8 threads per row, 16 rows per block; 4 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+19]]:{{.*}}"16 threads per row, 8 rows per block; 4 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+18]]:{{.*}}"a warp per row, 4 rows per block; 4 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+17]]:{{.*}}"a warp per row, 4 rows per block; 8 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+16]]:{{.*}}"a block of 128 threads per row; 4 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+15]]:{{.*}}"a block of 256 threads per row; 4 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+14]]:{{.*}}"a block of 256 threads per row; 8 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+13]]:{{.*}}"a block of 512 threads per row; 8 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+12]]:{{.*}}"a cluster of 2 blocks of 512 threads per row; 8 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+11]]:{{.*}}"a cluster of 4 blocks of 512 threads per row; 8 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+10]]:{{.*}}"a cluster of 8 blocks of 512 threads per row; 8 vectors of 4 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+9]]:{{.*}}"blocks of 512 threads share a row, a launch a pass; 4 vectors of 4 per thread, read 2 times"
// CHECK: plan.mlir:[[#@LINE+8]]:{{.*}}"8 threads per row, 16 rows per block; 16 vectors of 1 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+7]]:{{.*}}"a warp per row, 4 rows per block; 32 vectors of 1 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+6]]:{{.*}}"a block of 512 threads per row; 16 vectors of 1 per thread, held in registers"
// CHECK: plan.mlir:[[#@LINE+5]]:{{.*}}"a block of 512 threads per row; 16 vectors of 1 per thread, read 2 times"
// CHECK: plan.mlir:[[#@LINE+4]]:{{.*}}"blocks of 512 threads share a row, a launch a pass; 16 vectors of 1 per thread, read 2 times"
// SM80: plan.mlir:[[#@LINE+3]]:{{.*}}"a block of 512 threads per row; 4 vectors of 4 per thread, read 2 times"
// SM80: plan.mlir:[[#@LINE+2]]:{{.*}}"blocks of 512 threads share a row, a launch a pass; 4 vectors of 4 per thread, read 2 times"
func.func @dynamic(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
  norm.rms_norm ins(%x : memref<?x?xf32>) outs(%y : memref<?x?xf32>) dims = [1] eps = 1.0e-5
  return
}

// Blocks cannot wait for each other: one has the row where a number of it may
// be read and written.

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a block of 512 threads per row; 4 vectors of 4 per thread, read once"
func.func @running(%x: memref<8x262144xf32>, %s: memref<8xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %s[d0] : memref<8x262144xf32>, memref<8xf32>)
      outs(%s[d0] : memref<8xf32>) (%xe, %se) {
    %t = arith.mulf %xe, %se : f32
    %sum = norm.reduce add %t : f32
    norm.yield %sum : f32
  }
  return
}

// Neighbours in memory are of different rows: so are neighbouring threads.

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}"a thread per row, 128 rows per block; 4 vectors of 1 per thread, read 2 times"
func.func @channels_first(%x: memref<8x96x3136xf32>, %y: memref<8x96x3136xf32>) {
  norm.rms_norm ins(%x : memref<8x96x3136xf32>) outs(%y : memref<8x96x3136xf32>) dims = [1] eps = 1.0e-5
  return
}

// What has no kernel is left as it is.

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}[Missed]{{.*}}works on tensors: bufferize first
func.func @tensors(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}[Missed]{{.*}}'math.atan2' has no code of its own on the GPU
func.func @tangent(%x: memref<4x8xf32>, %y: memref<4x8xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x8xf32>) outs(%y[d0, d1] : memref<4x8xf32>) (%xe) {
    %s = norm.reduce add %xe : f32
    %t = math.atan2 %s, %s : f32
    norm.yield %t : f32
  }
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}[Missed]{{.*}}'math.exp' has no code on f64 on sm_90: PTX has none, and a library of CUDA would be needed
func.func @double_exp(%x: memref<4x8xf64>, %y: memref<4x8xf64>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x8xf64>) outs(%y[d0, d1] : memref<4x8xf64>) (%xe) {
    %e = math.exp %xe : f64
    %s = norm.reduce add %e : f64
    %t = arith.divf %e, %s : f64
    norm.yield %t : f64
  }
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}[Missed]{{.*}}what launches a kernel has no memory of #gpu.address_space<workgroup>
func.func @shared(%x: memref<4x8xf32, #gpu.address_space<workgroup>>) {
  norm.rms_norm ins(%x : memref<4x8xf32, #gpu.address_space<workgroup>>)
      outs(%x : memref<4x8xf32, #gpu.address_space<workgroup>>) dims = [1] eps = 1.0e-5
  return
}

// CHECK: plan.mlir:[[#@LINE+2]]:{{.*}}[Missed]{{.*}}no operand has every dim
func.func @apart(%x: memref<4xf32>, %g: memref<8xf32>, %y: memref<4xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0], %g[d1] : memref<4xf32>, memref<8xf32>) outs(%y[d0] : memref<4xf32>) (%xe, %ge) {
    %s = norm.reduce add %ge : f32
    %t = arith.mulf %s, %xe : f32
    norm.yield %t : f32
  }
  return
}

// CHECK: plan.mlir:[[#@LINE+3]]:{{.*}}[Missed]{{.*}}is in a kernel already
gpu.module @kernels {
  gpu.func @within(%x: memref<4x8xf32>) kernel {
    norm.rms_norm ins(%x : memref<4x8xf32>) outs(%x : memref<4x8xf32>) dims = [1] eps = 1.0e-5
    gpu.return
  }
}
