// Dynamic extents that must agree and do not are one clear line, on every road,
// with and without the oracle.
// RUN: not norm-run %s --entry norm --shape=0=3x5,1=4 --road=vector 2>&1 | FileCheck %s --check-prefix=NORM
// RUN: not norm-run %s --entry norm --shape=0=3x5,1=4 --road=linalg 2>&1 | FileCheck %s --check-prefix=NORM
// RUN: not norm-run %s --entry norm --shape=0=3x5,1=4 --road=affine 2>&1 | FileCheck %s --check-prefix=NORM
// RUN: not norm-run %s --entry norm --shape=0=3x5,1=4 --verify 2>&1 | FileCheck %s --check-prefix=NORM
// NORM: extent-checks.mlir:{{[0-9:]+}} 'norm.rms_norm' dim 0 of operand 1 is not as long as dim 1 of operand 0
// RUN: not norm-run %s --entry add --shape=0=3x5,1=3x4 2>&1 | FileCheck %s --check-prefix=ADD
// RUN: not norm-run %s --entry groups --shape=0=2x5 2>&1 | FileCheck %s --check-prefix=GROUPS
// GROUPS: extent-checks.mlir:{{[0-9:]+}} 'norm.group_norm' the channels are not 3 groups of as many
// ADD: extent-checks.mlir:{{[0-9:]+}} 'linalg.add' dimension #1 of input/output operand #1 is incompatible
// RUN: not norm-run %s --entry place --shape=0=3x5,1=2x5 2>&1 | FileCheck %s --check-prefix=PLACE
// RUN: not norm-run %s --entry place_of_empty --shape=0=3x5,1=2x5 2>&1 | FileCheck %s --check-prefix=PLACE
// PLACE: extent-checks.mlir:{{[0-9:]+}} 'bufferization.materialize_in_destination' dim 0 of the destination is not as long as dim 0 of the source

// Those that agree run, empty ones too.
// RUN: norm-run %s --entry norm --shape=0=3x5,1=5 --verify | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %s --entry norm --shape=0=0x5,1=5 --verify | FileCheck %s --check-prefix=RIGHT
// RUN: norm-run %s --entry place --shape=0=3x5,1=3x5 --verify | FileCheck %s --check-prefix=PLACED
// PLACED: argument1: max error {{.*}}: right
// RUN: norm-run %s --entry add --shape=0=3x0,1=3x0 --verify | FileCheck %s --check-prefix=RIGHT
// RIGHT: result0: max error {{.*}}: right

// Upstream's pass makes the same checks, of what the types leave open.
// RUN: norm-opt %s --generate-runtime-verification --canonicalize | FileCheck %s

// CHECK-LABEL: func @norm
func.func @norm(%x: tensor<?x5xf32>, %g: tensor<?xf32>) -> tensor<?x5xf32> {
  // CHECK: %[[N:.+]] = tensor.dim %{{.+}}, %{{.+}} : tensor<?xf32>
  // CHECK: %[[OK:.+]] = arith.cmpi eq, %[[N]], %{{.+}} : index
  // CHECK: cf.assert %[[OK]], "{{.*}}dim 0 of operand 1 is not as long as dim 1 of operand 0
  // CHECK-NOT: cf.assert %{{.+}}, "{{.*}}norm.rms_norm
  // CHECK: norm.rms_norm
  %y = norm.rms_norm ins(%x : tensor<?x5xf32>) scale(%g : tensor<?xf32>)
      outs(%x : tensor<?x5xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<?x5xf32>
}
func.func @add(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %z = linalg.add ins(%x, %y : tensor<?x?xf32>, tensor<?x?xf32>)
      outs(%x : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %z : tensor<?x?xf32>
}

// CHECK-LABEL: func @groups
func.func @groups(%x: tensor<2x?xf32>) -> tensor<2x?xf32> {
  // CHECK: %[[R:.+]] = arith.remui %{{.+}}, %{{.+}} : index
  // CHECK: %[[OK:.+]] = arith.cmpi eq, %[[R]], %{{.+}} : index
  // CHECK: cf.assert %[[OK]], "{{.*}}the channels are not 3 groups of as many
  %y = norm.group_norm ins(%x : tensor<2x?xf32>) outs(%x : tensor<2x?xf32>) dims = [1] channel_dim = 1 groups = 3 eps = 1.0e-5
  return %y : tensor<2x?xf32>
}

// A result that has a place of its own.
func.func @place(%x: tensor<?x5xf32>, %y: memref<?x?xf32>) {
  %h = norm.rms_norm ins(%x : tensor<?x5xf32>) outs(%x : tensor<?x5xf32>) dims = [1] eps = 1.0e-5
  bufferization.materialize_in_destination %h in restrict writable %y : (tensor<?x5xf32>, memref<?x?xf32>) -> ()
  return
}
func.func @place_of_empty(%x: tensor<?x5xf32>, %y: memref<?x?xf32>) {
  %zero = arith.constant 0 : index
  %n = tensor.dim %x, %zero : tensor<?x5xf32>
  %e = tensor.empty(%n) : tensor<?x5xf32>
  %h = norm.rms_norm ins(%x : tensor<?x5xf32>) outs(%e : tensor<?x5xf32>) dims = [1] eps = 1.0e-5
  bufferization.materialize_in_destination %h in restrict writable %y : (tensor<?x5xf32>, memref<?x?xf32>) -> ()
  return
}
