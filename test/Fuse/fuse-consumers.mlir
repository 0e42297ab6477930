// What reads a result of a norm goes into its body.
// RUN: norm-opt %s --norm-fuse="only=consumers" | FileCheck %s
// RUN: norm-opt %s --norm-fuse="disable=consumers" | FileCheck %s --check-prefix=OFF

// OFF-NOT: norm.generic

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#col = affine_map<(d0, d1) -> (d1)>
#id3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// An activation, then quantization with a scale known beforehand: a function
// of the element, in the same type as before.
// CHECK-LABEL: func @gelu_quantize
//   CHECK-NOT:   linalg
//       CHECK:   norm.generic
//       CHECK:     outs({{.*}}[d0, d1] : tensor<?x?xi8>)
//       CHECK:       %[[T:.*]] = math.tanh
//       CHECK:       %[[S:.*]] = arith.mulf %[[T]]
//  CHECK-NEXT:       %[[R:.*]] = math.roundeven %[[S]]
//  CHECK-NEXT:       %[[Q:.*]] = arith.fptosi %[[R]] : f32 to i8
//  CHECK-NEXT:       norm.yield %[[Q]] : i8
func.func @gelu_quantize(%x: tensor<?x?xf32>, %e: tensor<?x?xf32>, %eq: tensor<?x?xi8>) -> tensor<?x?xi8> {
  %c = arith.constant 20.0 : f32
  %y = norm.layer_norm ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) dims = [1] eps = 1.0e-5
  %t = linalg.tanh ins(%y : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%t : tensor<?x?xf32>) outs(%eq : tensor<?x?xi8>) {
  ^bb0(%a: f32, %o: i8):
    %0 = arith.mulf %a, %c : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.fptosi %1 : f32 to i8
    linalg.yield %2 : i8
  } -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

// AdaLN: scale and shift per sample; a unit dim is no dim. y is rounded to
// bf16 before it is modulated, as it was.
// CHECK-LABEL: func @adaln
//       CHECK:   %[[SC:.*]] = tensor.extract_slice {{.*}} : tensor<2x1x16xbf16> to tensor<2x16xbf16>
//   CHECK-NOT:   linalg
//       CHECK:   norm.generic
//  CHECK-NEXT:     ins({{.*}}[d0, d1, d2], %[[SC]][d0, d2], {{.*}}[d0, d2] :
//       CHECK:       %[[Y:.*]] = arith.truncf {{.*}} : f32 to bf16
//  CHECK-NEXT:       %[[S:.*]] = arith.addf {{.*}} : bf16
//  CHECK-NEXT:       arith.mulf %[[Y]], %[[S]] : bf16
func.func @adaln(%x: tensor<2x5x16xbf16>, %scale: tensor<2x1x16xbf16>, %shift: tensor<2x16xbf16>) -> tensor<2x5x16xbf16> {
  %one = arith.constant 1.0 : bf16
  %e = tensor.empty() : tensor<2x5x16xbf16>
  %y = norm.layer_norm ins(%x : tensor<2x5x16xbf16>) outs(%e : tensor<2x5x16xbf16>) dims = [2] eps = 1.0e-5
  %m = linalg.generic {indexing_maps = [#id3, affine_map<(d0, d1, d2) -> (d0, 0, d2)>, affine_map<(d0, d1, d2) -> (d0, d2)>, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%y, %scale, %shift : tensor<2x5x16xbf16>, tensor<2x1x16xbf16>, tensor<2x16xbf16>) outs(%e : tensor<2x5x16xbf16>) {
  ^bb0(%a: bf16, %b: bf16, %c: bf16, %o: bf16):
    %0 = arith.addf %b, %one : bf16
    %1 = arith.mulf %a, %0 : bf16
    %2 = arith.addf %1, %c : bf16
    linalg.yield %2 : bf16
  } -> tensor<2x5x16xbf16>
  return %m : tensor<2x5x16xbf16>
}

// A result that others read stays one; the norm runs once.
// CHECK-LABEL: func @kept
//       CHECK:   %[[Y:.*]]:2 = norm.generic
//       CHECK:       %[[E:.*]] = math.exp %[[H:.*]] : f32
//  CHECK-NEXT:       norm.yield %[[H]], %[[E]]
//       CHECK:   return %[[Y]]#0, %[[Y]]#1
func.func @kept(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  %a = linalg.exp ins(%y : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y, %a : tensor<4x8xf32>, tensor<4x8xf32>
}

// What reads statistics works per row, and its result is one per row.
// CHECK-LABEL: func @statistics
//       CHECK:   norm.generic
//       CHECK:     outs({{.*}}[d0, d1], {{.*}}[d0] :
//       CHECK:       %[[M:.*]]:2 = norm.reduce moments
//       CHECK:       %[[E:.*]] = math.exp %[[M]]#0
//  CHECK-NEXT:       norm.yield {{.*}}, %[[E]]
func.func @statistics(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %er: tensor<4xf32>) -> (tensor<4x8xf32>, tensor<4xf32>) {
  %y, %m = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) mean(%er : tensor<4xf32>) dims = [1] eps = 1.0e-5
  %a = linalg.exp ins(%m : tensor<4xf32>) outs(%er : tensor<4xf32>) -> tensor<4xf32>
  return %y, %a : tensor<4x8xf32>, tensor<4xf32>
}

// QK-norm: the head comes before the sequence, and K is transposed after it.
// CHECK-LABEL: func @transposed
//       CHECK:     outs({{.*}}[d0, d1, d3, d2] : tensor<2x3x8x5xbf16>)
//   CHECK-NOT:   linalg
func.func @transposed(%q: tensor<2x3x5x8xbf16>, %e: tensor<2x3x5x8xbf16>, %et: tensor<2x3x8x5xbf16>) -> tensor<2x3x8x5xbf16> {
  %y = norm.rms_norm ins(%q : tensor<2x3x5x8xbf16>) outs(%e : tensor<2x3x5x8xbf16>) dims = [3] eps = 1.0e-6
  %k = linalg.transpose ins(%y : tensor<2x3x5x8xbf16>) outs(%et : tensor<2x3x8x5xbf16>) permutation = [0, 1, 3, 2]
  return %k : tensor<2x3x8x5xbf16>
}

// What overwrites the norm's result overwrites the norm's init.
// CHECK-LABEL: func @in_place
//  CHECK-SAME:   (%[[X:.*]]: tensor<4x8xf32>)
//       CHECK:     ins(%[[X]][d0, d1] :
//  CHECK-NEXT:     outs(%[[X]][d0, d1] :
func.func @in_place(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%x : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  %s = linalg.exp ins(%y : tensor<4x8xf32>) outs(%y : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %s : tensor<4x8xf32>
}

// Another user comes first: what the gate is made of moves before the norm.
// CHECK-LABEL: func @moved
//       CHECK:   linalg.exp
//       CHECK:   %[[Y:.*]]:2 = norm.generic
//       CHECK:   call @use(%[[Y]]#0)
//       CHECK:   return %[[Y]]#1
func.func private @use(tensor<4x8xf32>)
func.func @moved(%x: tensor<4x8xf32>, %z: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  func.call @use(%y) : (tensor<4x8xf32>) -> ()
  %u = linalg.exp ins(%z : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %s = linalg.mul ins(%y, %u : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %s : tensor<4x8xf32>
}
