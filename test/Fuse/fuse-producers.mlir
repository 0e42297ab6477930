// What computes an input of a norm goes into its body.
// RUN: norm-opt %s --norm-fuse="only=producers" --split-input-file | FileCheck %s
// RUN: norm-opt %s --pass-pipeline='builtin.module(func.func(norm-fuse{only=producers}))' --split-input-file | FileCheck %s
// RUN: norm-opt %s --norm-fuse="disable=producers" --split-input-file | FileCheck %s --check-prefix=OFF

// OFF-NOT: norm.generic

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#col = affine_map<(d0, d1) -> (d1)>

// Bias and residual; the sum has another user and becomes a result.
// CHECK-LABEL: func @residual
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[R:[^ ]+]]: tensor<4x8xf32>, %[[B:[^ ]+]]: tensor<8xf32>)
//   CHECK-NOT:   linalg
//       CHECK:   %[[Y:.*]]:2 = norm.generic
//  CHECK-NEXT:     ins(%[[R]][d0, d1], %[[X]][d0, d1], %[[B]][d1] :
//  CHECK-NEXT:     outs({{.*}}[d0, d1], {{.*}}[d0, d1] : {{.*}}) (%[[RE:[^ ]+]], %[[XE:[^ ]+]], %[[BE:[^ ]+]])
//  CHECK-NEXT:       %[[XB:.*]] = arith.addf %[[XE]], %[[BE]]
//  CHECK-NEXT:       %[[S:.*]] = arith.addf %[[XB]], %[[RE]]
//  CHECK-NEXT:       norm.reduce moments %[[S]]
//       CHECK:       %[[C:.*]] = arith.subf %[[S]]
//       CHECK:       %[[H:.*]] = arith.mulf %[[C]]
//  CHECK-NEXT:       norm.yield %[[H]], %[[S]]
//       CHECK:   return %[[Y]]#0, %[[Y]]#1
func.func @residual(%x: tensor<4x8xf32>, %r: tensor<4x8xf32>, %bias: tensor<8xf32>)
    -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %e = tensor.empty() : tensor<4x8xf32>
  %xb = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %bias : tensor<4x8xf32>, tensor<8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  %s = linalg.add ins(%xb, %r : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%s : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y, %s : tensor<4x8xf32>, tensor<4x8xf32>
}

// Named ops: a transpose is a permuted map, a broadcast a shorter one, a fill
// a scalar.
// CHECK-LABEL: func @named
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[V:[^ ]+]]: tensor<8xf32>, %[[T:[^ ]+]]: tensor<8x4xf32>)
//       CHECK:   %[[TWO:.*]] = arith.constant 2.0
//   CHECK-NOT:   linalg
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins(%[[X]][d0, d1], %[[T]][d1, d0], %[[V]][d1] :
//  CHECK-NEXT:     (%[[XE:[^ ]+]], %[[TE:[^ ]+]], %[[VE:[^ ]+]])
//  CHECK-NEXT:       %[[A:.*]] = arith.addf %[[XE]], %[[VE]]
//  CHECK-NEXT:       %[[M:.*]] = arith.mulf %[[A]], %[[TE]]
//  CHECK-NEXT:       %[[S:.*]] = arith.subf %[[M]], %[[TWO]]
//  CHECK-NEXT:       norm.reduce moments %[[S]]
func.func @named(%x: tensor<4x8xf32>, %v: tensor<8xf32>, %t: tensor<8x4xf32>) -> tensor<4x8xf32> {
  %two = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %f = linalg.fill ins(%two : f32) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %b = linalg.broadcast ins(%v : tensor<8xf32>) outs(%e : tensor<4x8xf32>) dimensions = [0]
  %tt = linalg.transpose ins(%t : tensor<8x4xf32>) outs(%e : tensor<4x8xf32>) permutation = [1, 0]
  %0 = linalg.add ins(%x, %b : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = linalg.mul ins(%0, %tt : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = linalg.sub ins(%1, %f : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%2 : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

// Dequantization with a scale per row.
// CHECK-LABEL: func @dequantize
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins({{.*}}[d0, d1], {{.*}}[d0] : tensor<?x?xi8>, tensor<?xf32>)
//  CHECK-NEXT:     (%[[Q:[^ ]+]], %[[S:[^ ]+]])
//  CHECK-NEXT:       %[[F:.*]] = arith.sitofp %[[Q]]
//  CHECK-NEXT:       %[[D:.*]] = arith.mulf %[[F]], %[[S]]
//  CHECK-NEXT:       norm.reduce moments %[[D]]
func.func @dequantize(%x: tensor<?x?xi8>, %scale: tensor<?xf32>, %e: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %d = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale : tensor<?x?xi8>, tensor<?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%a: i8, %s: f32, %o: f32):
    %0 = arith.sitofp %a : i8 to f32
    %1 = arith.mulf %0, %s : f32
    linalg.yield %1 : f32
  } -> tensor<?x?xf32>
  %y = norm.layer_norm ins(%d : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<?x?xf32>
}

// A cast with another user is repeated, which costs nothing; the add before it
// is not.
// CHECK-LABEL: func @cast_is_free
//       CHECK:   %[[ADD:.*]] = linalg.add
//       CHECK:   %[[CAST:.*]] = linalg.generic
//       CHECK:   call @use(%[[CAST]])
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins(%[[ADD]][d0, d1] : tensor<4x8xbf16>)
//  CHECK-NEXT:     (%[[A:[^ ]+]])
//  CHECK-NEXT:       arith.extf %[[A]] : bf16 to f32
func.func private @use(tensor<4x8xf32>)
func.func @cast_is_free(%x: tensor<4x8xbf16>, %eb: tensor<4x8xbf16>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %s = linalg.add ins(%x, %x : tensor<4x8xbf16>, tensor<4x8xbf16>) outs(%eb : tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %f = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%s : tensor<4x8xbf16>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: bf16, %o: f32):
    %0 = arith.extf %a : bf16 to f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  func.call @use(%f) : (tensor<4x8xf32>) -> ()
  %y = norm.layer_norm ins(%f : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

// Gemma's γ + 1 is cheaper than reading its result again.
// CHECK-LABEL: func @gamma_plus_one
//   CHECK-NOT:   linalg
//       CHECK:   arith.addf %{{.*}}, %{{.*}} : f32
//       CHECK:   norm.reduce
func.func @gamma_plus_one(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %e: tensor<4x8xf32>, %eg: tensor<8xf32>)
    -> tensor<4x8xf32> {
  %one = arith.constant 1.0 : f32
  %g1 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%g : tensor<8xf32>) outs(%eg : tensor<8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %a, %one : f32
    linalg.yield %0 : f32
  } -> tensor<8xf32>
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) scale(%g1 : tensor<8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}

// The extents of the sum are asked of its init, which comes first.
// CHECK-LABEL: func @extents
//  CHECK-SAME:   %[[E:[^ ]+]]: tensor<?x?xf32>)
//       CHECK:   tensor.dim %[[E]]
//       CHECK:   norm.generic
//   CHECK-NOT:   linalg
func.func @extents(%x: tensor<?x?xf32>, %e: tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = linalg.add ins(%x, %x : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %m = tensor.dim %s, %c0 : tensor<?x?xf32>
  %n = tensor.dim %s, %c1 : tensor<?x?xf32>
  %f = tensor.empty(%m, %n) : tensor<?x?xf32>
  %y = norm.layer_norm ins(%s : tensor<?x?xf32>) outs(%f : tensor<?x?xf32>) dims = [1] eps = 1.0e-5
  return %y, %s : tensor<?x?xf32>, tensor<?x?xf32>
}

// A norm that overwrites the sum overwrites the init of the sum.
// CHECK-LABEL: func @in_place
//  CHECK-SAME:   %[[E:[^ ]+]]: tensor<4x8xf32>)
//   CHECK-NOT:   linalg
//       CHECK:     outs(%[[E]][d0, d1] :
func.func @in_place(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %s = linalg.add ins(%x, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = norm.layer_norm ins(%s : tensor<4x8xf32>) outs(%s : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}
