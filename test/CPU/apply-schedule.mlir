// RUN: split-file %s %t
// RUN: norm-opt %t/norms.mlir --norm-apply-schedule | FileCheck %t/norms.mlir
// RUN: norm-opt %t/norms.mlir --norm-apply-schedule --remarks-filter=norm-plan --remark-policy=all 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: norm-opt %t/norms.mlir --norm-apply-schedule=schedule=%t/nothing.mlir | FileCheck %t/nothing.mlir
// RUN: not norm-opt %t/norms.mlir --norm-apply-schedule=schedule=%t/missing.mlir 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not norm-opt %t/norms.mlir --norm-apply-schedule=schedule=%t/wrong.mlir 2>&1 | FileCheck %s --check-prefix=WRONG
// RUN: not norm-opt %t/norms.mlir --norm-apply-schedule=schedule=%t/no-entry.mlir 2>&1 | FileCheck %s --check-prefix=ENTRY

// REMARK-DAG: [Missed]{{.*}}no schedule: its iterators are not (parallel, reduction)
// REMARK-DAG: [Missed]{{.*}}no schedule: works on buffers

// MISSING: missing.mlir
// WRONG: wrong.mlir:{{.*}}error
// ENTRY: could not find a nested named sequence with name: __transform_main

//--- norms.mlir
// One loop over rows; three over the row, each of vectors, with the sums in
// registers; no scalar loop.

// CHECK-LABEL: func @static
func.func @static(%x: tensor<16x256xf32>, %e: tensor<16x256xf32>) -> tensor<16x256xf32> {
  // CHECK-NOT: linalg
  // CHECK: scf.for {{.*}} -> (tensor<16x256xf32>) {
  // CHECK: scf.for {{.*}} -> (vector<64xf32>) {
  // CHECK: vector.transfer_read %{{.+}} : tensor<16x256xf32>, vector<64xf32>
  // CHECK: arith.addf
  // CHECK: scf.yield %{{.+}} : vector<64xf32>
  // CHECK: scf.for {{.*}} -> (vector<64xf32>) {
  // CHECK: arith.subf
  // CHECK: scf.yield %{{.+}} : vector<64xf32>
  // CHECK: scf.for {{.*}} -> (tensor<1x256xf32>) {
  // CHECK: vector.transfer_write
  // CHECK-NOT: linalg
  // CHECK-NOT: vector.mask
  // CHECK: return
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<16x256xf32>) outs(%e[d0, d1] : tensor<16x256xf32>) (%v) {
    %mean, %var = norm.reduce moments %v : f32
    %c = arith.subf %v, %mean : f32
    %h = arith.mulf %c, %var : f32
    norm.yield %h : f32
  }
  return %y : tensor<16x256xf32>
}

// Dynamic: the same, and a masked tail after each loop. bf16 is computed in f32
// vectors. A per-row out and a second out per element come along.

// CHECK-LABEL: func @dynamic
func.func @dynamic(%x: tensor<?x?xbf16>, %e: tensor<?x?xbf16>, %f: tensor<?x?xf32>, %s: tensor<?xf32>) -> (tensor<?x?xbf16>, tensor<?x?xf32>, tensor<?xf32>) {
  // CHECK-NOT: linalg
  // CHECK: scf.for
  // CHECK: scf.for {{.*}} -> (vector<64xf32>) {
  // CHECK: arith.extf %{{.+}} : vector<64xbf16> to vector<64xf32>
  // CHECK: scf.for
  // CHECK: vector.mask
  // CHECK: scf.for
  // CHECK: arith.truncf %{{.+}} : vector<64xf32> to vector<64xbf16>
  // CHECK: scf.for
  // CHECK: vector.mask
  // CHECK-NOT: linalg
  // CHECK: return
  %y:3 = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<?x?xbf16>)
      outs(%e[d0, d1], %f[d0, d1], %s[d0] : tensor<?x?xbf16>, tensor<?x?xf32>, tensor<?xf32>) (%v) {
    %a = arith.extf %v : bf16 to f32
    %m = norm.reduce max %a : f32
    %c = arith.subf %a, %m : f32
    %t = arith.truncf %c : f32 to bf16
    norm.yield %t, %c, %m : bf16, f32, f32
  }
  return %y#0, %y#1, %y#2 : tensor<?x?xbf16>, tensor<?x?xf32>, tensor<?xf32>
}

// Other ops, norms of another form, and norms on buffers are not touched, and
// carry no mark.

// CHECK-LABEL: func @untouched
func.func @untouched(%a: tensor<8x8xf32>, %x: tensor<2x3x5xf32>, %m: memref<8x8xf32>) -> (tensor<8x8xf32>, tensor<2x3x5xf32>) {
  // CHECK: linalg.matmul
  // CHECK-NOT: norm.rows
  // CHECK: norm.generic (d0: parallel, d1: reduction, d2: parallel)
  // CHECK: norm.generic (d0: parallel, d1: reduction)
  // CHECK-NEXT: ins(%{{.+}}[d0, d1] : memref<8x8xf32>)
  // CHECK-NOT: norm.rows
  %p = linalg.matmul ins(%a, %a : tensor<8x8xf32>, tensor<8x8xf32>) outs(%a : tensor<8x8xf32>) -> tensor<8x8xf32>
  %y = norm.generic (d0: parallel, d1: reduction, d2: parallel) ins(%x[d0, d1, d2] : tensor<2x3x5xf32>) outs(%x[d0, d1, d2] : tensor<2x3x5xf32>) (%v) {
    %s = norm.reduce add %v : f32
    norm.yield %s : f32
  }
  norm.generic (d0: parallel, d1: reduction) ins(%m[d0, d1] : memref<8x8xf32>) outs(%m[d0, d1] : memref<8x8xf32>) (%v) {
    %s = norm.reduce add %v : f32
    norm.yield %s : f32
  }
  return %p, %y : tensor<8x8xf32>, tensor<2x3x5xf32>
}

//--- nothing.mlir
// CHECK-LABEL: func @static
// CHECK-NOT: scf.for
// CHECK: norm.generic
// CHECK-NOT: norm.rows
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    transform.yield
  }
}

//--- wrong.mlir
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    transform.no_such_op
  }
}

//--- no-entry.mlir
module attributes {transform.with_named_sequence} {
  transform.named_sequence @other(%root: !transform.any_op {transform.readonly}) {
    transform.yield
  }
}
