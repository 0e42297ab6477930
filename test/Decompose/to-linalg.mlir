// RUN: norm-opt %s --norm-to-linalg --split-input-file | FileCheck %s

// The stages of a layer norm: sum, mean, centred squares, variance, rstd,
// elements. The variance is centred, and no squares are summed before the mean.

// CHECK-LABEL: func @layer_norm
// CHECK-SAME: %[[X:.+]]: tensor<4x8xf32>, %[[E:.+]]: tensor<4x8xf32>
func.func @layer_norm(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[N:.+]] = arith.constant 8.0{{.*}} : f32
  // CHECK: %[[SUM:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%[[X]] :
  // CHECK-SAME: norm.stage = "reduce"
  // CHECK: %[[MEAN:.+]] = linalg.generic {{.*}} ins(%[[SUM]] : {{.*}}norm.stage = "row"
  // CHECK: arith.divf %{{.+}}, %[[N]]
  // CHECK: %[[Q:.+]] = linalg.generic {{.*}} ins(%[[X]], %[[MEAN]] : {{.*}}norm.stage = "reduce"
  // CHECK: ^bb0(%[[V:.+]]: f32, %[[MU:.+]]: f32, %[[ACC:.+]]: f32):
  // CHECK: %[[D:.+]] = arith.subf %[[V]], %[[MU]]
  // CHECK: %[[D2:.+]] = arith.mulf %[[D]], %[[D]]
  // CHECK: arith.addf %[[ACC]], %[[D2]]
  // CHECK: %[[VAR:.+]] = linalg.generic {{.*}} ins(%[[Q]] : {{.*}}norm.stage = "row"
  // CHECK: %[[RSTD:.+]] = linalg.generic {{.*}} ins(%[[VAR]] : {{.*}}norm.stage = "row"
  // CHECK: math.rsqrt
  // CHECK: %[[Y:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]} ins(%[[X]], %[[MEAN]], %[[RSTD]] :
  // CHECK-SAME: outs(%[[E]] : {{.*}}norm.stage = "element"
  // CHECK: return %[[Y]]
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

// -----

// On memrefs the temporaries are one per row, and freed by hand: buffer
// deallocation is told so.

// CHECK-LABEL: func @memrefs
// CHECK-SAME: %[[X:.+]]: memref<?x?xf32, strided<[?, ?]>>, %[[Y:.+]]: memref<?x?xf32>
func.func @memrefs(%x: memref<?x?xf32, strided<[?, ?]>>, %y: memref<?x?xf32>) {
  // CHECK: %[[Q:.+]] = memref.alloc(%{{.+}}) {{.*}}: memref<?xf32>
  // CHECK: linalg.fill ins(%{{.+}}) outs(%[[Q]] :
  // CHECK: linalg.generic {{.*}} ins(%[[X]] : {{.*}} outs(%[[Q]] :
  // CHECK: %[[R:.+]] = memref.alloc(%{{.+}}) {{.*}}: memref<?xf32>
  // CHECK: linalg.generic {{.*}} ins(%[[Q]] : {{.*}} outs(%[[R]] :
  // CHECK: linalg.generic {{.*}} ins(%[[X]], %[[R]] : {{.*}} outs(%[[Y]] :
  // CHECK: memref.dealloc %[[Q]]
  // CHECK: memref.dealloc %[[R]]
  norm.rms_norm ins(%x : memref<?x?xf32, strided<[?, ?]>>) outs(%y : memref<?x?xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Channels first: the statistics are one per image and pixel, n is that of the
// channels, and there is no (parallel, reduction) stage to tag.

// CHECK-DAG: #[[$ALL:.+]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[$ROWS:.+]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-LABEL: func @channels_first
func.func @channels_first(%x: tensor<2x3x5xf32>, %e: tensor<2x3x5xf32>) -> tensor<2x3x5xf32> {
  // CHECK-NOT: norm.stage
  // CHECK: arith.constant 3.0{{.*}} : f32
  // CHECK: linalg.generic {indexing_maps = [#[[$ALL]], #[[$ROWS]]], iterator_types = ["parallel", "reduction", "parallel"]} {{.*}} outs(%{{.+}} : tensor<2x5xf32>)
  // CHECK-NOT: norm.stage
  %y = norm.rms_norm ins(%x : tensor<2x3x5xf32>) outs(%e : tensor<2x3x5xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<2x3x5xf32>
}

// -----

// Several reduced dims, dynamic: n is their product.

// CHECK: #[[$MUL:.+]] = affine_map<()[s0, s1] -> (s0 * s1)>
// CHECK-LABEL: func @two_dims
func.func @two_dims(%x: tensor<?x?x?xf32>, %e: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  // CHECK: %[[N:.+]] = affine.apply #[[$MUL]]()[%{{.+}}, %{{.+}}]
  // CHECK: %[[I:.+]] = arith.index_cast %[[N]] : index to i64
  // CHECK: arith.sitofp %[[I]] : i64 to f32
  // CHECK: iterator_types = ["parallel", "reduction", "reduction"]
  %y = norm.rms_norm ins(%x : tensor<?x?x?xf32>) outs(%e : tensor<?x?x?xf32>) dims = [1, 2] eps = 1.0e-5
  return %y : tensor<?x?x?xf32>
}

// -----

// No row dim at all: the statistics have rank 0.

// CHECK-LABEL: func @one_row
func.func @one_row(%x: tensor<8xf32>, %e: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: linalg.generic {{.*}}iterator_types = ["reduction"]} ins(%{{.+}} : tensor<8xf32>) outs(%{{.+}} : tensor<f32>)
  // CHECK: linalg.generic {{.*}}iterator_types = []}
  // CHECK: linalg.generic {{.*}}iterator_types = ["parallel"]}
  %y = norm.rms_norm ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) dims = [0] eps = 1.0e-5
  return %y : tensor<8xf32>
}

// -----

// An out per row has a generic of its own, which only rounds.

// CHECK-LABEL: func @rstd
// CHECK-SAME: %[[R:[a-z0-9]+]]: tensor<4xbf16>)
func.func @rstd(%x: tensor<4x8xbf16>, %e: tensor<4x8xbf16>, %r: tensor<4xbf16>) -> (tensor<4x8xbf16>, tensor<4xbf16>) {
  // CHECK: %[[Y:.+]] = linalg.generic {{.*}}norm.stage = "element"
  // CHECK: %[[RSTD:.+]] = linalg.generic {{.*}}outs(%[[R]] : tensor<4xbf16>)
  // CHECK: return %[[Y]], %[[RSTD]]
  %y, %rstd = norm.rms_norm ins(%x : tensor<4x8xbf16>) outs(%e : tensor<4x8xbf16>) rstd(%r : tensor<4xbf16>) dims = [1] eps = 1.0e-5
  return %y, %rstd : tensor<4x8xbf16>, tensor<4xbf16>
}
