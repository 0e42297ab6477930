// RUN: norm-opt %s --norm-to-vector="cpu=sapphirerapids" --split-input-file --canonicalize --cse | FileCheck %s --check-prefixes=CHECK,ROWS
// RUN: norm-opt %s --norm-to-vector="cpu=znver4" --split-input-file --canonicalize --cse | FileCheck %s --check-prefixes=CHECK,ZEN

// Rows that stream are fetched ahead: half of them while the statistics of the
// rows in flight are taken, half while these are stored. On Zen 4 short rows
// are taken one by one, and then no more is fetched than what the stores need.

// CHECK-LABEL: func @short
// ROWS: scf.for %[[ROW:.+]] = %{{.+}} to %c16384 step %c4
// ROWS: %[[AHEAD:.+]] = arith.addi %[[ROW]], %c8
// ROWS: %[[FIRST:.+]] = arith.minui %[[AHEAD]], %c16380
// ROWS: scf.for %[[I:[^ ]+]] = {{.*}} -> (vector<32xf32>
// ROWS: %[[HALF:.+]] = arith.shrui %[[I]], %c1
// ROWS: memref.prefetch %{{.+}}[%[[FIRST]], %[[HALF]]]
// ROWS: scf.for %[[J:[^ ]+]] =
// ROWS: %[[PACE:.+]] = arith.shrui %[[J]], %c1
// ROWS: %[[SECOND:.+]] = arith.addi %[[PACE]], %c384
// ROWS: memref.prefetch %{{.+}}[%[[FIRST]], %[[SECOND]]]
// ROWS: nontemporal
// ZEN: scf.for %[[ROW:.+]] = %{{.+}} to %c16384 step %c1
// ZEN: %[[AHEAD:.+]] = arith.addi %[[ROW]], %c1
// ZEN: %[[NEXT:.+]] = arith.minui %[[AHEAD]], %c16383
// ZEN-NOT: prefetch
// ZEN: scf.if
// ZEN: scf.for %[[J:[^ ]+]] =
// ZEN: memref.prefetch %{{.+}}[%[[NEXT]], %[[J]]]
// ZEN: nontemporal
func.func @short(%x: memref<16384x768xf32>, %y: memref<16384x768xf32>) {
  norm.rms_norm ins(%x : memref<16384x768xf32>) outs(%y : memref<16384x768xf32>) dims = [1] eps = 1.0e-5
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
