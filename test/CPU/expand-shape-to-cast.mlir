// RUN: norm-opt %s --norm-expand-shape-to-cast | FileCheck %s
// RUN: norm-opt %s --norm-expand-shape-to-cast --expand-strided-metadata | FileCheck %s --check-prefix=EXPANDED

// Two dynamic extents in a group: sizes are the op's, strides their products.

// CHECK: #[[$TIMES4:.+]] = affine_map<()[s0] -> (s0 * 4)>
// CHECK-LABEL: func @dynamic
// CHECK-SAME: %[[A:.+]]: memref<?x4xf32>, %[[P:.+]]: index, %[[Q:.+]]: index
// EXPANDED-LABEL: func @dynamic
// EXPANDED-NOT: expand_shape
func.func @dynamic(%a: memref<?x4xf32>, %p: index, %q: index) -> memref<?x?x4xf32> {
  // CHECK: %[[BASE:[^,]+]], %[[OFFSET:[^,]+]], %{{.+}} = memref.extract_strided_metadata %[[A]]
  // CHECK: %[[OUTER:.+]] = affine.apply #[[$TIMES4]]()[%[[Q]]]
  // CHECK: memref.reinterpret_cast %[[BASE]] to offset: [{{.*}}], sizes: [%[[P]], %[[Q]], 4], strides: [%[[OUTER]], 4, 1]
  %e = memref.expand_shape %a [[0, 1], [2]] output_shape [%p, %q, 4] : memref<?x4xf32> into memref<?x?x4xf32>
  return %e : memref<?x?x4xf32>
}

// One dynamic extent: upstream's business.

// CHECK-LABEL: func @upstream
func.func @upstream(%a: memref<?x4xf32>, %p: index) -> memref<?x2x4xf32> {
  // CHECK: memref.expand_shape
  %e = memref.expand_shape %a [[0, 1], [2]] output_shape [%p, 2, 4] : memref<?x4xf32> into memref<?x2x4xf32>
  return %e : memref<?x2x4xf32>
}
