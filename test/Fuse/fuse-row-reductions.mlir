// Statistics of a norm's result are taken in its body.
// RUN: norm-opt %s --norm-fuse | FileCheck %s
// RUN: norm-opt %s --norm-fuse="only=row-reductions" | FileCheck %s --check-prefix=ONLY
// RUN: norm-opt %s --norm-fuse="disable=row-reductions" | FileCheck %s --check-prefix=OFF

// OFF-NOT: norm.reduce max

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#col = affine_map<(d0, d1) -> (d1)>

// Per-row dynamic quantization: amax, the scale, and the quantized row.
// CHECK-LABEL: func @dynamic_quantize
//   CHECK-NOT:   linalg
//       CHECK:   norm.generic
//       CHECK:     outs({{.*}}[d0, d1], {{.*}}[d0] : tensor<?x?xi8>, tensor<?xf32>)
//       CHECK:       norm.reduce add
//       CHECK:       %[[A:.*]] = math.absf %[[Y:.*]] : f32
//  CHECK-NEXT:       %[[M:.*]] = norm.reduce max %[[A]]
//  CHECK-NEXT:       %[[ZERO:.*]] = arith.constant 0.0
//  CHECK-NEXT:       %[[AMAX:.*]] = arith.maximumf %[[M]], %[[ZERO]]
//  CHECK-NEXT:       %[[S:.*]] = arith.divf %[[AMAX]]
//  CHECK-NEXT:       %[[Z:.*]] = arith.divf %[[Y]], %[[S]]
//  CHECK-NEXT:       %[[R:.*]] = math.roundeven %[[Z]]
//  CHECK-NEXT:       %[[Q:.*]] = arith.fptosi %[[R]]
//  CHECK-NEXT:       norm.yield %[[Q]], %[[S]]
//  ONLY-LABEL: func @dynamic_quantize
//        ONLY:   norm.reduce max
//        ONLY:   linalg.generic
//        ONLY:   linalg.generic
func.func @dynamic_quantize(%x: tensor<?x?xf32>, %e: tensor<?x?xf32>, %er: tensor<?xf32>, %eq: tensor<?x?xi8>)
    -> (tensor<?x?xi8>, tensor<?xf32>) {
  %z = arith.constant 0.0 : f32
  %c127 = arith.constant 127.0 : f32
  %y = norm.rms_norm ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) dims = [1] eps = 1.0e-6
  %f = linalg.fill ins(%z : f32) outs(%er : tensor<?xf32>) -> tensor<?xf32>
  %amax = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%y : tensor<?x?xf32>) outs(%f : tensor<?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = math.absf %a : f32
    %1 = arith.maximumf %0, %o : f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  %scale = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%amax : tensor<?xf32>) outs(%er : tensor<?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.divf %a, %c127 : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %q = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y, %scale : tensor<?x?xf32>, tensor<?xf32>) outs(%eq : tensor<?x?xi8>) {
  ^bb0(%a: f32, %s: f32, %o: i8):
    %0 = arith.divf %a, %s : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.fptosi %1 : f32 to i8
    linalg.yield %2 : i8
  } -> tensor<?x?xi8>
  return %q, %scale : tensor<?x?xi8>, tensor<?xf32>
}

// What a sum starts from is added to it, unless it is zero.
// CHECK-LABEL: func @sums
//   CHECK-NOT:   linalg
//       CHECK:   %[[Y:.*]]:3 = norm.generic
//       CHECK:       %[[S:.*]] = norm.reduce add %[[H:.*]] : f32
//       CHECK:       %[[THREE:.*]] = arith.constant 3.0
//  CHECK-NEXT:       %[[T:.*]] = arith.addf %[[THREE]], %[[S]]
//  CHECK-NEXT:       norm.yield %[[H]], %[[T]], %[[S]]
//       CHECK:   return %[[Y]]#0, %[[Y]]#2, %[[Y]]#1
func.func @sums(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %er: tensor<4xf32>)
    -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
  %z = arith.constant 0.0 : f32
  %three = arith.constant dense<3.0> : tensor<4xf32>
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  %f = linalg.fill ins(%z : f32) outs(%er : tensor<4xf32>) -> tensor<4xf32>
  %s = linalg.reduce {arith.addf} ins(%y : tensor<4x8xf32>) outs(%f : tensor<4xf32>) dimensions = [1]
  %t = linalg.reduce {arith.addf} ins(%y : tensor<4x8xf32>) outs(%three : tensor<4xf32>) dimensions = [1]
  return %y, %s, %t : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
}
