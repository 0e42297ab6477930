// What a call must satisfy is asked before it: by a function of extents alone.
// RUN: norm-opt %s --norm-extent-contract --split-input-file --verify-diagnostics | FileCheck %s
// RUN: split-file %s %t
// RUN: norm-opt %t/scale.mlir --norm-extent-contract -o %t/both.mlir
// RUN: norm-run %t/both.mlir --as-is --entry scale_extents --shape 0=3x5,1=5 | FileCheck %s --check-prefix=AGREE
// RUN: norm-run %t/both.mlir --as-is --entry scale_extents --shape 0=3x5,1=4 | FileCheck %s --check-prefix=DIFFER

// Where the extents agree, all checks hold, and the result is as large as the
// first argument. Where the second differs, the first check that says so counts.
// AGREE:  argument2: 3xi64 [12, 3, 5]
// DIFFER: argument2: 3xi64 [7, 3, 5]

//--- scale.mlir
// Of the second function no data remains, and its messages name the op.

// CHECK-LABEL: func.func @scale(
// CHECK:       linalg.generic
// CHECK-LABEL: func.func @scale_extents(
// CHECK-SAME:    tensor<?x?xf32>, %{{.*}}: tensor<?xf32>, %{{.*}}: memref<3xindex>)
// CHECK-SAME:    norm.checks = [{{.*}}'linalg.generic' dimension #0 of input/output operand #1 is incompatible
// CHECK-NOT:     linalg.generic {
// CHECK-NOT:     cf.assert
// CHECK:         return{{$}}
func.func @scale(%x: tensor<?x?xf32>, %g: tensor<?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>,
                                        affine_map<(i, j) -> (j)>,
                                        affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %g : tensor<?x?xf32>, tensor<?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

//--- other.mlir
// -----

// Asserts of the function count; scalars are not told, and data is not read.

// CHECK-LABEL: func.func @own_check_extents(
// CHECK-SAME:    %{{.*}}: tensor<?xf32>, %[[N:.*]]: index, %{{.*}}: memref<2xindex>
// CHECK-SAME:    "as many rows as said"
// CHECK-DAG:     %[[HOLDS:.*]] = arith.cmpi eq, %{{.*}}, %[[N]]
// CHECK-DAG:     arith.select %[[HOLDS]]
// CHECK-NOT:     tensor.extract
// CHECK:         return{{$}}
func.func @own_check(%x: tensor<?xf32>, %n: index) -> (tensor<?xf32>, f32) {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?xf32>
  %same = arith.cmpi eq, %m, %n : index
  cf.assert %same, "as many rows as said"
  %first = tensor.extract %x[%c0] : tensor<?xf32>
  return %x, %first : tensor<?xf32>, f32
}

// -----

func.func @of_data(%x: tensor<4xindex>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  // expected-error @below {{extents depend on its result}}
  %n = tensor.extract %x[%c0] : tensor<4xindex>
  %e = tensor.empty(%n) : tensor<?xf32>
  return %e : tensor<?xf32>
}

// -----

func.func @in_region(%n: index, %p: i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    // expected-error @below {{a check within a region cannot be made before the call}}
    cf.assert %p, "now"
  }
  return
}

// -----

// expected-error @below {{has more than one block}}
func.func @blocks(%x: tensor<?xf32>) -> tensor<?xf32> {
  cf.br ^end
^end:
  return %x : tensor<?xf32>
}
