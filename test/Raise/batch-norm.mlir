// Batch norm by given statistics: there is no sum; the anchor is the root of a
// parameter plus ε.
// RUN: norm-opt %s --norm-raise --canonicalize | FileCheck %s

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#channel = affine_map<(d0, d1, d2) -> (d1)>
#last = affine_map<(d0, d1, d2) -> (d2)>

// CHECK-LABEL: func @in_one_body
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<2x4x8xf32>, %[[M:[^ ]+]]: tensor<4xf32>, %[[V:[^ ]+]]: tensor<4xf32>, %[[G:[^ ]+]]: tensor<4xf32>, %[[B:[^ ]+]]: tensor<4xf32>)
//       CHECK:   %[[Y:.*]] = norm.batch_norm ins(%[[X]] : tensor<2x4x8xf32>) mean(%[[M]] : tensor<4xf32>) variance(%[[V]] : tensor<4xf32>)
//  CHECK-SAME:     scale(%[[G]] : tensor<4xf32>) shift(%[[B]] : tensor<4xf32>) outs(%{{[^ ]+}} : tensor<2x4x8xf32>) channel_dim = 1 eps = 3.906250e-03{{$}}
//  CHECK-NEXT:   return %[[Y]]
func.func @in_one_body(%x: tensor<2x4x8xf32>, %m: tensor<4xf32>, %v: tensor<4xf32>, %g: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<2x4x8xf32> {
  %eps = arith.constant 3.906250e-03 : f32
  %e = tensor.empty() : tensor<2x4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #channel, #channel, #channel, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %m, %v, %g, %b : tensor<2x4x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<2x4x8xf32>) {
  ^bb0(%xe: f32, %me: f32, %ve: f32, %ge: f32, %be: f32, %o: f32):
    %w = arith.addf %ve, %eps : f32
    %r = math.rsqrt %w : f32
    %c = arith.subf %xe, %me : f32
    %h = arith.mulf %c, %r : f32
    %hg = arith.mulf %h, %ge : f32
    %ye = arith.addf %hg, %be : f32
    linalg.yield %ye : f32
  } -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// One scale and one shift: γρ and β − μγρ; the channel is the last dim; √ and a
// division.
// CHECK-LABEL: func @folded
//       CHECK:   norm.batch_norm {{.*}} scale(%{{[^ ]+}} : tensor<8xf32>) shift(%{{[^ ]+}} : tensor<8xf32>) outs({{.*}}) channel_dim = 2 eps
//   CHECK-NOT:   linalg
//       CHECK:   return
func.func @folded(%x: tensor<2x4x8xf32>, %m: tensor<8xf32>, %v: tensor<8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x4x8xf32> {
  %eps = arith.constant dense<3.906250e-03> : tensor<8xf32>
  %e = tensor.empty() : tensor<2x4x8xf32>
  %w = arith.addf %eps, %v : tensor<8xf32>
  %root = math.sqrt %w : tensor<8xf32>
  %s = arith.divf %g, %root : tensor<8xf32>
  %ms = arith.mulf %m, %s : tensor<8xf32>
  %t = arith.subf %b, %ms : tensor<8xf32>
  %y = linalg.generic {indexing_maps = [#id, #last, #last, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %s, %t : tensor<2x4x8xf32>, tensor<8xf32>, tensor<8xf32>) outs(%e : tensor<2x4x8xf32>) {
  ^bb0(%xe: f32, %se: f32, %te: f32, %o: f32):
    %xs = arith.mulf %xe, %se : f32
    %ye = arith.addf %xs, %te : f32
    linalg.yield %ye : f32
  } -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// f16 data, computed in f32 and rounded once; no scale, no shift; x is what
// another op computes, up to the mean and no further.
// CHECK-LABEL: func @wide_and_plain
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<?x4x8xf16>
//       CHECK:   %[[S:.*]] = arith.addf %[[X]], %[[X]]
//       CHECK:   norm.batch_norm ins(%[[S]] : tensor<?x4x8xf16>) mean(%{{[^ ]+}} : tensor<4xf32>) variance(%{{[^ ]+}} : tensor<4xf32>) outs(%{{[^ ]+}} : tensor<?x4x8xf16>) channel_dim = 1 eps = 3.906250e-03{{$}}
func.func @wide_and_plain(%x: tensor<?x4x8xf16>, %m: tensor<4xf32>, %v: tensor<4xf32>) -> tensor<?x4x8xf16> {
  %c0 = arith.constant 0 : index
  %eps = arith.constant 3.906250e-03 : f32
  %n = tensor.dim %x, %c0 : tensor<?x4x8xf16>
  %e = tensor.empty(%n) : tensor<?x4x8xf16>
  %sum = arith.addf %x, %x : tensor<?x4x8xf16>
  %y = linalg.generic {indexing_maps = [#id, #channel, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%sum, %m, %v : tensor<?x4x8xf16>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<?x4x8xf16>) {
  ^bb0(%xe: f16, %me: f32, %ve: f32, %o: f16):
    %a = arith.extf %xe : f16 to f32
    %w = arith.addf %ve, %eps : f32
    %r = math.rsqrt %w : f32
    %c = arith.subf %a, %me : f32
    %h = arith.mulf %c, %r : f32
    %ye = arith.truncf %h : f32 to f16
    linalg.yield %ye : f16
  } -> tensor<?x4x8xf16>
  return %y : tensor<?x4x8xf16>
}

// One sample.
// CHECK-LABEL: func @one_sample
//       CHECK:   norm.batch_norm ins(%{{[^ ]+}} : tensor<1x4xf32>) mean(%{{[^ ]+}} : tensor<4xf32>) variance(%{{[^ ]+}} : tensor<4xf32>) outs({{.*}}) channel_dim = 1 eps
func.func @one_sample(%x: tensor<1x4xf32>, %m: tensor<4xf32>, %v: tensor<4xf32>) -> tensor<1x4xf32> {
  %eps = arith.constant 3.906250e-03 : f32
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%x, %m, %v : tensor<1x4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<1x4xf32>) {
  ^bb0(%xe: f32, %me: f32, %ve: f32, %o: f32):
    %w = arith.addf %ve, %eps : f32
    %r = math.rsqrt %w : f32
    %c = arith.subf %xe, %me : f32
    %h = arith.mulf %c, %r : f32
    linalg.yield %h : f32
  } -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}
