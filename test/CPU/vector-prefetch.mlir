// RUN: norm-opt %s --norm-to-vector="cpu=sapphirerapids" --split-input-file --canonicalize --cse | FileCheck %s --check-prefixes=CHECK,ROWS
// RUN: norm-opt %s --norm-to-vector="cpu=znver4" --split-input-file --canonicalize --cse | FileCheck %s --check-prefixes=CHECK,ZEN

// Rows that stream are fetched ahead as those before them are stored.

// CHECK-LABEL: func @short
// ROWS: scf.for %[[ROW:.+]] = %{{.+}} to %c16384 step %c4
// ROWS: %[[AHEAD:.+]] = arith.addi %[[ROW]], %c4
// ROWS: %[[NEXT:.+]] = arith.minui %[[AHEAD]], %c16380
// ZEN: scf.for %[[ROW:.+]] = %{{.+}} to %c16384 step %c1
// ZEN: %[[AHEAD:.+]] = arith.addi %[[ROW]], %c1
// ZEN: %[[NEXT:.+]] = arith.minui %[[AHEAD]], %c16383
// CHECK-NOT: prefetch
// CHECK: scf.if
// CHECK: scf.for %[[J:[^ ]+]] =
// CHECK: memref.prefetch %{{.+}}[%[[NEXT]], %[[J]]]
// CHECK: nontemporal
func.func @short(%x: memref<16384x768xf32>, %y: memref<16384x768xf32>) {
  norm.rms_norm ins(%x : memref<16384x768xf32>) outs(%y : memref<16384x768xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// A core that may drop a fetch is asked three times for each line of a long
// row: two rows ahead, one row ahead, and as statistics are taken.

// CHECK-LABEL: func @long
// ZEN: scf.for %[[ROW:.+]] = %{{.+}} to %c8192 step %c1
// ZEN: %[[AHEAD:.+]] = arith.addi %[[ROW]], %c1
// ZEN: %[[NEXT:.+]] = arith.minui %[[AHEAD]], %c8191
// ZEN: %[[FURTHER:.+]] = arith.addi %[[ROW]], %c2
// ZEN: %[[LATER:.+]] = arith.minui %[[FURTHER]], %c8191
// ROWS-NOT: prefetch
// CHECK: scf.for %[[I:[^ ]+]] = {{.*}} -> (vector<32xf32>
// ZEN: memref.prefetch %{{.+}}[%[[NEXT]], %[[I]]]
// ROWS-NOT: prefetch
// CHECK: scf.if
// CHECK: scf.for %[[J:[^ ]+]] =
// ZEN: memref.prefetch %{{.+}}[%[[NEXT]], %[[J]]]
// ZEN: memref.prefetch %{{.+}}[%[[LATER]], %[[J]]]
// CHECK: nontemporal
func.func @long(%x: memref<8192x2048xf32>, %y: memref<8192x2048xf32>) {
  norm.rms_norm ins(%x : memref<8192x2048xf32>) outs(%y : memref<8192x2048xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Each pass fetches again.

// CHECK-LABEL: func @passes
// ZEN: scf.for {{.*}} iter_args
// ZEN: memref.prefetch
// ZEN: scf.for {{.*}} iter_args
// ZEN-NOT: scf.if
// ZEN: memref.prefetch
// ROWS: scf.for
func.func @passes(%x: memref<2048x16384xf32>, %y: memref<2048x16384xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<2048x16384xf32>) outs(%y[d0, d1] : memref<2048x16384xf32>) (%v) {
    %max = norm.reduce max %v : f32
    %d = arith.subf %v, %max : f32
    %a = math.absf %d : f32
    %sum = norm.reduce add %a : f32
    %o = arith.divf %d, %sum : f32
    norm.yield %o : f32
  }
  return
}

// -----

// How long rows are may show only when the code runs: short ones in flight
// stand for those to fetch again.

// CHECK-LABEL: func @unknown
// ZEN: %[[BYTES:.+]] = arith.muli %{{.+}}, %c16
// ZEN: %[[LONG:.+]] = arith.cmpi uge, %[[BYTES]], %c4096
// ZEN: %[[REPEATS:.+]] = arith.andi %[[LONG]],
// ZEN: %[[AGAIN:.+]] = arith.select %[[REPEATS]],
// ZEN: %[[LATER:.+]] = arith.select %[[REPEATS]],
// ZEN: memref.prefetch %{{.+}}[%[[AGAIN]],
// ZEN: memref.prefetch %{{.+}}[%[[LATER]],
// ROWS: scf.for
func.func @unknown(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
  norm.rms_norm ins(%x : memref<?x?xf32>) outs(%y : memref<?x?xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Where the length is not known, there may be no rest.

// CHECK-LABEL: func @dynamic
// CHECK: %[[N:.+]] = memref.dim %{{.+}}, %c1
// CHECK: %[[REST:.+]] = arith.remui %[[N]], %c32
// CHECK: %[[MAIN:.+]] = arith.subi %[[N]], %[[REST]]
// CHECK: %[[LENGTH:.+]] = arith.subi %[[N]], %[[MAIN]]
// CHECK: %[[EXISTS:.+]] = arith.cmpi ne, %[[LENGTH]], %c0
// CHECK: scf.if %[[EXISTS]] -> (vector<32xf32>
// CHECK: vector.create_mask %[[LENGTH]]
func.func @dynamic(%x: memref<64x?xf32>, %y: memref<64x?xf32>) {
  norm.rms_norm ins(%x : memref<64x?xf32>) outs(%y : memref<64x?xf32>) dims = [1] eps = 1.0e-5
  return
}
