// RUN: norm-opt %s --norm-to-vector="cpu=sapphirerapids" --split-input-file --remarks-filter="norm-plan" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefixes=CHECK,ROWS
// RUN: norm-opt %s --norm-to-vector="cpu=znver4" --split-input-file --remarks-filter="norm-plan" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefixes=CHECK,ZEN
// RUN: norm-opt %s --norm-to-vector="cpu=x86-64-v3" --split-input-file --remarks-filter="norm-plan" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=AVX2

// Short rows from memory: one by one on Zen.

// ROWS: 32 lanes along d1, {{.*}}; 4 rows at once
// ZEN: 32 lanes along d1, {{.*}}; 1 rows at once
// AVX2: 16 lanes along d1, {{.*}}; 2 rows at once
func.func @short(%x: memref<16384x768xf32>, %y: memref<16384x768xf32>) {
  norm.rms_norm ins(%x : memref<16384x768xf32>) outs(%y : memref<16384x768xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// The same rows, but few, are summed alike.

// CHECK: 32 lanes along d1, {{.*}}; 4 rows at once
func.func @few(%x: memref<64x768xf32>, %y: memref<64x768xf32>) {
  norm.rms_norm ins(%x : memref<64x768xf32>) outs(%y : memref<64x768xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Rows of one vector are reduced together.

// CHECK: 16 lanes along d1, {{.*}}; 4 rows at once
func.func @one_vector(%x: memref<1000000x16xf32>, %y: memref<1000000x16xf32>) {
  norm.rms_norm ins(%x : memref<1000000x16xf32>) outs(%y : memref<1000000x16xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// A rest of one register: none is left.

// CHECK: 16 lanes along d1, {{.*}}
func.func @register(%x: memref<64x784xf32>, %y: memref<64x784xf32>) {
  norm.rms_norm ins(%x : memref<64x784xf32>) outs(%y : memref<64x784xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// But not of elements that are half as wide.

// CHECK: 32 lanes along d1, {{.*}}
func.func @half_register(%x: memref<64x784xf32>, %y: memref<64x784xf16>) {
  norm.rms_norm ins(%x : memref<64x784xf32>) outs(%y : memref<64x784xf16>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Long rows: pieces twice as long, where there are registers, if they are too
// long to be fetched ahead.

// CHECK: 64 lanes along d1, {{.*}}; 4 rows at once
// AVX2: 16 lanes along d1, {{.*}}; 2 rows at once
// AVX2: 16 lanes along d1, {{.*}}; 2 rows at once
// AVX2: 16 lanes along d1, {{.*}}; 2 rows at once
func.func @too_long(%x: memref<64x262144xf32>, %y: memref<64x262144xf32>) {
  norm.rms_norm ins(%x : memref<64x262144xf32>) outs(%y : memref<64x262144xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// CHECK: 32 lanes along d1, {{.*}}; 4 rows at once
func.func @long(%x: memref<2048x16384xf32>, %y: memref<2048x16384xf32>) {
  norm.rms_norm ins(%x : memref<2048x16384xf32>) outs(%y : memref<2048x16384xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// A line of bytes.

// CHECK: 64 lanes along d1, {{.*}}
func.func @bytes(%x: memref<8192x4096xf32>, %y: memref<8192x4096xi8>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<8192x4096xf32>) outs(%y[d0, d1] : memref<8192x4096xi8>) (%v) {
    %s = norm.reduce max %v : f32
    %d = arith.divf %v, %s : f32
    %i = arith.fptosi %d : f32 to i8
    norm.yield %i : i8
  }
  return
}

// -----

// A row that the first-level cache holds: by itself, or beside the parameters.

// ROWS: 32 lanes along d1, {{.*}}; 4 rows at once
// ZEN: 32 lanes along d1, {{.*}}; 1 rows at once
// AVX2: 16 lanes along d1, {{.*}}; 2 rows at once
func.func @fits(%x: memref<8192x4096xf32>, %y: memref<8192x4096xf32>) {
  norm.rms_norm ins(%x : memref<8192x4096xf32>) outs(%y : memref<8192x4096xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// CHECK: 32 lanes along d1, {{.*}}; 4 rows at once
func.func @shares(%x: memref<8192x4096xf32>, %scale: memref<4096xf32>, %y: memref<8192x4096xf32>) {
  norm.rms_norm ins(%x : memref<8192x4096xf32>) scale(%scale : memref<4096xf32>) outs(%y : memref<8192x4096xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// In the caches, rows a page apart compete.

// CHECK: 32 lanes along d1, {{.*}}; 2 rows at once
func.func @page(%x: memref<512x1024xf32>, %y: memref<512x1024xf32>) {
  norm.rms_norm ins(%x : memref<512x1024xf32>) outs(%y : memref<512x1024xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Elements that are converted.

// ROWS: 32 lanes along d1, {{.*}}; 4 rows at once
// ZEN: 32 lanes along d1, {{.*}}; 1 rows at once
func.func @bf16(%x: memref<8192x4096xbf16>, %y: memref<8192x4096xbf16>) {
  norm.rms_norm ins(%x : memref<8192x4096xbf16>) outs(%y : memref<8192x4096xbf16>) dims = [1] eps = 1.0e-5
  return
}

// -----

// ROWS: 32 lanes along d1, {{.*}}; 2 rows at once
// ZEN: 32 lanes along d1, {{.*}}; 1 rows at once
func.func @f16(%x: memref<8192x4096xf16>, %y: memref<8192x4096xf16>) {
  norm.rms_norm ins(%x : memref<8192x4096xf16>) outs(%y : memref<8192x4096xf16>) dims = [1] eps = 1.0e-5
  return
}

// -----

// The steps of a polynomial need the registers that more rows would take.

// CHECK: 64 lanes along d1, {{.*}}; 1 rows at once
func.func @polynomial(%x: memref<8192x4096xf32>, %y: memref<8192x4096xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<8192x4096xf32>) outs(%y[d0, d1] : memref<8192x4096xf32>) (%v) {
    %s = norm.reduce add %v : f32
    %d = arith.divf %v, %s : f32
    %t = math.tanh %d : f32
    norm.yield %t : f32
  }
  return
}

// -----

// But a function of a statistic is taken once a row.

// CHECK: 32 lanes along d1, {{.*}}; 4 rows at once
func.func @statistic(%x: memref<2048x16384xf32>, %y: memref<2048x16384xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<2048x16384xf32>) outs(%y[d0, d1] : memref<2048x16384xf32>) (%v) {
    %s = norm.reduce add %v : f32
    %t = math.tanh %s : f32
    %d = arith.mulf %v, %t : f32
    norm.yield %d : f32
  }
  return
}

// -----

// Length that is not known may be short.

// CHECK: 32 lanes along d1, {{.*}}; 4 rows at once
func.func @dynamic(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
  norm.rms_norm ins(%x : memref<?x?xf32>) outs(%y : memref<?x?xf32>) dims = [1] eps = 1.0e-5
  return
}
