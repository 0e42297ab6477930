// Rows are tiled, as producers and consumers too; a row stays whole.
// RUN: norm-opt %s --transform-interpreter --canonicalize --cse --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @rows_for
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<64x256xf32>, %[[G:[^ ]+]]: tensor<256xf32>, %[[E:[^ ]+]]: tensor<64x256xf32>, %[[M:[^ ]+]]: tensor<64xf32>)
//       CHECK:   scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[EI:.*]] = %[[E]], %[[MI:.*]] = %[[M]])
//   CHECK-DAG:     %[[XT:.*]] = tensor.extract_slice %[[X]][%[[I]], 0] [16, 256] [1, 1]
//   CHECK-DAG:     %[[ET:.*]] = tensor.extract_slice %[[EI]][%[[I]], 0] [16, 256] [1, 1]
//   CHECK-DAG:     %[[MT:.*]] = tensor.extract_slice %[[MI]][%[[I]]] [16] [1]
//       CHECK:     %[[T:.*]]:2 = norm.layer_norm ins(%[[XT]] : tensor<16x256xf32>) scale(%[[G]] : tensor<256xf32>) outs(%[[ET]] : tensor<16x256xf32>) mean(%[[MT]] : tensor<16xf32>) dims = [1]
//   CHECK-DAG:     tensor.insert_slice %[[T]]#0 into %[[EI]][%[[I]], 0] [16, 256] [1, 1]
//   CHECK-DAG:     tensor.insert_slice %[[T]]#1 into %[[MI]][%[[I]]] [16] [1]
func.func @rows_for(%x: tensor<64x256xf32>, %g: tensor<256xf32>, %e: tensor<64x256xf32>, %m: tensor<64xf32>) -> (tensor<64x256xf32>, tensor<64xf32>) {
  %y:2 = norm.layer_norm ins(%x : tensor<64x256xf32>) scale(%g : tensor<256xf32>) outs(%e : tensor<64x256xf32>) mean(%m : tensor<64xf32>) dims = [1] eps = 1.0
  return %y#0, %y#1 : tensor<64x256xf32>, tensor<64xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %norm = transform.structured.match ops{["norm.layer_norm"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %norm tile_sizes [16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Dynamic extents, and the dims in any order.
// CHECK-LABEL: func @rows_forall_dynamic
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<?x?x?xbf16>,
//       CHECK:   scf.forall (%[[I:.*]], %[[J:.*]]) in
//       CHECK:     tensor.extract_slice %[[X]][%{{.*}}, 0, %{{.*}}]
//       CHECK:     norm.rms_norm {{.*}} dims = [1]
func.func @rows_forall_dynamic(%x: tensor<?x?x?xbf16>, %e: tensor<?x?x?xbf16>) -> tensor<?x?x?xbf16> {
  %y = norm.rms_norm ins(%x : tensor<?x?x?xbf16>) outs(%e : tensor<?x?x?xbf16>) dims = [1] eps = 1.0
  return %y : tensor<?x?x?xbf16>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %norm = transform.structured.match ops{["norm.rms_norm"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %norm tile_sizes [2, 0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// CHECK-LABEL: func @memref
//  CHECK-SAME:   (%[[X:[^ ]+]]: memref<8x4xf32>, %[[Y:[^ ]+]]: memref<8x4xf32>)
//       CHECK:   scf.for %[[I:.*]] =
//   CHECK-DAG:     %[[XT:.*]] = memref.subview %[[X]][%[[I]], 0] [2, 4] [1, 1]
//   CHECK-DAG:     %[[YT:.*]] = memref.subview %[[Y]][%[[I]], 0] [2, 4] [1, 1]
//       CHECK:     norm.generic
//  CHECK-NEXT:       ins(%[[XT]][d0, d1] :
//  CHECK-NEXT:       outs(%[[YT]][d0, d1] :
func.func @memref(%x: memref<8x4xf32>, %y: memref<8x4xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<8x4xf32>) outs(%y[d0, d1] : memref<8x4xf32>) (%v) {
    %s = norm.reduce add %v : f32
    norm.yield %s : f32
  }
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %norm = transform.structured.match ops{["norm.generic"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %norm tile_sizes [2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

func.func @reduction_dim(%x: tensor<4x?xf32>, %e: tensor<4x?xf32>) -> tensor<4x?xf32> {
  // expected-error @+3 {{cannot be tiled along reduction dim 1: the statistics need the whole row}}
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %y = norm.l2_norm ins(%x : tensor<4x?xf32>) outs(%e : tensor<4x?xf32>) dims = [1] eps = 1.0
  return %y : tensor<4x?xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %norm = transform.structured.match ops{["norm.l2_norm"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %norm tile_sizes [0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A producer between the norm and its consumer, with dynamic extents: each tile
// of the last op makes its own rows.
#map = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func @fuse_into_consumer
//       CHECK:   scf.for
//       CHECK:     math.exp
//       CHECK:     norm.layer_norm
//       CHECK:     arith.negf
//       CHECK:     scf.yield
//   CHECK-NOT:   norm.layer_norm
func.func @fuse_into_consumer(%x: tensor<?x?xf32>, %e: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %a = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<?x?xf32>
  %y = norm.layer_norm ins(%a : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) dims = [1] eps = 1.0
  %z = linalg.generic {consumer, indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%y : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.negf %in : f32
    linalg.yield %0 : f32
  } -> tensor<?x?xf32>
  return %z : tensor<?x?xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %op = transform.structured.match attributes{consumer} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.fuse %op tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A consumer tiled along the row cannot take the norm along; that is no error.
#map = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func @no_fusion_of_part_of_a_row
//       CHECK:   norm.layer_norm
//       CHECK:   scf.for
//   CHECK-NOT:     norm.layer_norm
func.func @no_fusion_of_part_of_a_row(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  %z = linalg.generic {consumer, indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%y : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.negf %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  return %z : tensor<4x8xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %op = transform.structured.match attributes{consumer} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.fuse %op tile_sizes [0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// As a producer into a loop that is there: each slice of a result makes its own,
// of which canonicalization keeps the outs that are read.
#map = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func @fuse_into_containing_op
//       CHECK:   scf.forall
//       CHECK:     %[[Y:.*]] = norm.generic
//       CHECK:       outs(%{{[^ ]+}}[d0, d1] : tensor<4x256xf32>)
//       CHECK:     %[[S:.*]] = norm.generic
//       CHECK:       outs(%{{[^ ]+}}[d0] : tensor<4xf32>)
//       CHECK:     linalg.generic {{.*}} ins(%[[Y]], %[[S]] : tensor<4x256xf32>, tensor<4xf32>)
func.func @fuse_into_containing_op(%x: tensor<64x256xf32>, %e: tensor<64x256xf32>, %m: tensor<64xf32>) -> tensor<64x256xf32> {
  %y:2 = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<64x256xf32>)
      outs(%e[d0, d1], %m[d0] : tensor<64x256xf32>, tensor<64xf32>) (%v) {
    %s = norm.reduce max %v : f32
    %c = arith.subf %v, %s : f32
    norm.yield %c, %s : f32, f32
  }
  %z = linalg.generic {indexing_maps = [#map, #rows, #map], iterator_types = ["parallel", "parallel"]}
      ins(%y#0, %y#1 : tensor<64x256xf32>, tensor<64xf32>) outs(%e : tensor<64x256xf32>) {
  ^bb0(%a: f32, %s: f32, %out: f32):
    %0 = arith.mulf %a, %s : f32
    linalg.yield %0 : f32
  } -> tensor<64x256xf32>
  return %z : tensor<64x256xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %op = transform.structured.match ops{["linalg.generic"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %op tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %norm = transform.structured.match ops{["norm.generic"]} in %root : (!transform.any_op) -> !transform.any_op
    %fused, %new = transform.structured.fuse_into_containing_op %norm into %loop : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// All channels stay together: a tile need not be whole groups.
// CHECK-LABEL: func @group_norm
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<8x6x16xf32>,
//       CHECK:   scf.for %[[I:[^ ]+]] =
//       CHECK:     %[[XT:.*]] = tensor.extract_slice %[[X]][%[[I]], 0, 0] [2, 6, 16] [1, 1, 1]
//       CHECK:     norm.group_norm ins(%[[XT]] : tensor<2x6x16xf32>) {{.*}} dims = [1, 2] channel_dim = 1 groups = 3
func.func @group_norm(%x: tensor<8x6x16xf32>, %e: tensor<8x6x16xf32>) -> tensor<8x6x16xf32> {
  %y = norm.group_norm ins(%x : tensor<8x6x16xf32>) outs(%e : tensor<8x6x16xf32>) dims = [1, 2] channel_dim = 1 groups = 3 eps = 1.0
  return %y : tensor<8x6x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %norm = transform.structured.match ops{["norm.group_norm"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %norm tile_sizes [2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Nothing is reduced: every dim may be cut, the channel too.
// CHECK-LABEL: func @batch_norm
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<8x6x16xf32>, %[[M:[^ ]+]]: tensor<6xf32>,
//       CHECK:   scf.forall (%[[I:.*]], %[[J:.*]]) in
//   CHECK-DAG:     %[[XT:.*]] = tensor.extract_slice %[[X]][0, %[[C:.*]], %{{.*}}] [8, 2, 4] [1, 1, 1]
//   CHECK-DAG:     %[[MT:.*]] = tensor.extract_slice %[[M]][%[[C]]] [2] [1]
//       CHECK:     norm.batch_norm ins(%[[XT]] : tensor<8x2x4xf32>) mean(%[[MT]] : tensor<2xf32>)
func.func @batch_norm(%x: tensor<8x6x16xf32>, %m: tensor<6xf32>, %v: tensor<6xf32>, %e: tensor<8x6x16xf32>) -> tensor<8x6x16xf32> {
  %y = norm.batch_norm ins(%x : tensor<8x6x16xf32>) mean(%m : tensor<6xf32>) variance(%v : tensor<6xf32>)
      outs(%e : tensor<8x6x16xf32>) channel_dim = 1 eps = 1.0
  return %y : tensor<8x6x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    %norm = transform.structured.match ops{["norm.batch_norm"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %norm tile_sizes [0, 2, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
