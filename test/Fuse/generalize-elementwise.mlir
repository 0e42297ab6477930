// Elementwise ops on buffers, and copies of strided ones, as row programs.
// RUN: norm-opt %s --norm-generalize=elementwise | FileCheck %s
// RUN: norm-opt %s --norm-generalize | FileCheck %s --check-prefix=OFF

// OFF-NOT: norm.generic

#id = affine_map<(d0, d1) -> (d0, d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
#row = affine_map<(d0, d1) -> (d0)>

// Rows are along what the result has innermost.
// CHECK-LABEL: func @add_row
//       CHECK:   norm.generic (d0: reduction, d1: parallel)
//  CHECK-NEXT:     ins(%{{.*}}[d0, d1], %{{.*}}[d0] : memref<4x8xf32>, memref<4xf32>)
//  CHECK-NEXT:     outs(%{{.*}}[d1, d0] : memref<8x4xf32>) (%[[X:.*]], %[[R:.*]]) {
//  CHECK-NEXT:       %[[Y:.*]] = arith.addf %[[X]], %[[R]]
//  CHECK-NEXT:       norm.yield %[[Y]]
func.func @add_row(%x: memref<4x8xf32>, %r: memref<4xf32>, %y: memref<8x4xf32>) {
  linalg.generic {indexing_maps = [#id, #row, #swapped], iterator_types = ["parallel", "parallel"]}
      ins(%x, %r : memref<4x8xf32>, memref<4xf32>) outs(%y : memref<8x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// CHECK-LABEL: func @fill
//       CHECK:   norm.generic (d0: parallel, d1: reduction)
//  CHECK-NEXT:     ins(%{{.*}}[] : f32)
func.func @fill(%s: f32, %y: memref<8x4xf32>) {
  linalg.fill ins(%s : f32) outs(%y : memref<8x4xf32>)
  return
}

// CHECK-LABEL: func @copies
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins(%{{.*}}[d0, d1] : memref<8x4xf32, strided<[16, 1]>>)
//  CHECK-NEXT:     outs(%[[Y:.*]][d0, d1] : memref<8x4xf32>) (%[[X:.*]]) {
//  CHECK-NEXT:       norm.yield %[[X]]
//       CHECK:   memref.copy %[[Y]]
func.func @copies(%x: memref<8x4xf32, strided<[16, 1]>>, %y: memref<8x4xf32>, %z: memref<8x4xf32>) {
  memref.copy %x, %y : memref<8x4xf32, strided<[16, 1]>> to memref<8x4xf32>
  memref.copy %y, %z : memref<8x4xf32> to memref<8x4xf32>
  return
}

// CHECK-LABEL: func @others
//   CHECK-NOT:   norm.generic
func.func @others(%x: memref<4x4xf32>, %y: memref<4x4xf32>, %s: f32, %z: memref<f32>, %i: memref<4x4xindex>) {
  linalg.matmul ins(%x, %x : memref<4x4xf32>, memref<4x4xf32>) outs(%y : memref<4x4xf32>)
  linalg.fill ins(%s : f32) outs(%z : memref<f32>)
  linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%i : memref<4x4xindex>) {
  ^bb0(%o: index):
    %0 = linalg.index 1 : index
    linalg.yield %0 : index
  }
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<4x4xf32>) outs(%y : memref<4x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %a, %o : f32
    linalg.yield %0 : f32
  }
  return
}
