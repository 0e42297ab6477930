// RUN: norm-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func @unit_scale
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[E:[^ ]+]]: tensor<4x8xf32>)
//       CHECK:   norm.layer_norm ins(%[[X]] : tensor<4x8xf32>) outs(%[[E]] : tensor<4x8xf32>) dims = [1] eps = 1.000000e+00{{$}}
func.func @unit_scale(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %g = arith.constant dense<1.0> : tensor<4xf32>
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%g : tensor<4xf32>) outs(%e : tensor<4x8xf32>)
      dims = [1] scale_dims = [0] eps = 1.0
  return %y : tensor<4x8xf32>
}

// γ + 1 with γ = 0.
// CHECK-LABEL: func @unit_scale_by_offset
//       CHECK:   norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf32>) outs(%{{[^ ]+}} : tensor<4x8xf32>) dims = [1] eps = 1.000000e+00{{$}}
func.func @unit_scale_by_offset(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %g = arith.constant dense<0.0> : tensor<8xf32>
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) scale(%g : tensor<8xf32>) outs(%e : tensor<4x8xf32>)
      dims = [1] eps = 1.0 scale_offset = 1.0
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @unit_scale_by_fill
//   CHECK-NOT:   scale(
//       CHECK:   return
func.func @unit_scale_by_fill(%x: tensor<?x?xf32>, %e: tensor<?x?xf32>, %g: tensor<?xf32>) -> tensor<?x?xf32> {
  %one = arith.constant 1.0 : f32
  %ones = linalg.fill ins(%one : f32) outs(%g : tensor<?xf32>) -> tensor<?xf32>
  %y = norm.l2_norm ins(%x : tensor<?x?xf32>) scale(%ones : tensor<?xf32>) outs(%e : tensor<?x?xf32>) dims = [1] eps = 1.0
  return %y : tensor<?x?xf32>
}

// CHECK-LABEL: func @not_unit_scale
// CHECK-COUNT-4: scale(
//         CHECK: return
func.func @not_unit_scale(%x: tensor<4x2xf32>, %e: tensor<4x2xf32>, %g: tensor<2xf32>) ->
    (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) {
  %ones = arith.constant dense<1.0> : tensor<2xf32>
  %half = arith.constant dense<0.5> : tensor<2xf32>
  %mixed = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = norm.rms_norm ins(%x : tensor<4x2xf32>) scale(%g : tensor<2xf32>) outs(%e : tensor<4x2xf32>) dims = [1] eps = 1.0
  %1 = norm.rms_norm ins(%x : tensor<4x2xf32>) scale(%mixed : tensor<2xf32>) outs(%e : tensor<4x2xf32>) dims = [1] eps = 1.0
  %2 = norm.rms_norm ins(%x : tensor<4x2xf32>) scale(%ones : tensor<2xf32>) outs(%e : tensor<4x2xf32>) dims = [1] eps = 1.0 scale_offset = 1.0
  // γ + o would be rounded.
  %3 = norm.rms_norm ins(%x : tensor<4x2xf32>) scale(%half : tensor<2xf32>) outs(%e : tensor<4x2xf32>) dims = [1] eps = 1.0 scale_offset = 0.5
  return %0, %1, %2, %3 : tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>
}

// CHECK-LABEL: func @zero_shift
//       CHECK:   norm.layer_norm ins(%{{[^ ]+}} : tensor<4x8xf32>) scale(%{{[^ ]+}} : tensor<8xf32>) outs(%{{[^ ]+}} : tensor<4x8xf32>) dims = [1] eps = 1.000000e+00{{$}}
func.func @zero_shift(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %b = arith.constant dense<0.0> : tensor<4x8xf32>
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%g : tensor<8xf32>) shift(%b : tensor<4x8xf32>)
      outs(%e : tensor<4x8xf32>) dims = [1] shift_dims = [0, 1] eps = 1.0
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @not_zero_shift
//       CHECK:   shift(
func.func @not_zero_shift(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %b = arith.constant dense<1.0> : tensor<8xf32>
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) shift(%b : tensor<8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return %y : tensor<4x8xf32>
}

// With before_scale the sum h + β is rounded in f32 here, because γ is f32;
// without γ it would be rounded in bf16. So γ stays, and so does β.
// CHECK-LABEL: func @parameter_decides_rounding
//       CHECK:   norm.rms_norm {{.*}} scale(
//       CHECK:   norm.rms_norm {{.*}} shift(
func.func @parameter_decides_rounding(%x: tensor<4x8xbf16>, %p: tensor<8xbf16>, %e: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %ones = arith.constant dense<1.0> : tensor<8xf32>
  %zeros = arith.constant dense<0.0> : tensor<8xf32>
  %0 = norm.rms_norm ins(%x : tensor<4x8xbf16>) scale(%ones : tensor<8xf32>) shift(%p : tensor<8xbf16>)
      outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 rounding = before_scale
  %1 = norm.rms_norm ins(%x : tensor<4x8xbf16>) scale(%p : tensor<8xbf16>) shift(%zeros : tensor<8xf32>)
      outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 rounding = before_scale
  return %0, %1 : tensor<4x8xf32>, tensor<4x8xf32>
}

// Nothing is left that could round otherwise, or it rounds in A.
// CHECK-LABEL: func @parameter_does_not_decide
//   CHECK-NOT:   scale(
//   CHECK-NOT:   shift(%{{[^ ]+}} : tensor<8xf32>)
//       CHECK:   return
func.func @parameter_does_not_decide(%x: tensor<4x8xbf16>, %p: tensor<8xbf16>, %e: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  %ones = arith.constant dense<1.0> : tensor<8xf32>
  %bones = arith.constant dense<1.0> : tensor<8xbf16>
  %0 = norm.rms_norm ins(%x : tensor<4x8xbf16>) scale(%ones : tensor<8xf32>) shift(%p : tensor<8xbf16>)
      outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  %1 = norm.rms_norm ins(%x : tensor<4x8xbf16>) scale(%ones : tensor<8xf32>)
      outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 rounding = before_scale
  %2 = norm.rms_norm ins(%x : tensor<4x8xbf16>) scale(%bones : tensor<8xbf16>) shift(%p : tensor<8xbf16>)
      outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0 rounding = before_scale
  return %0, %1, %2 : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func @unused_statistics
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[E:[^ ]+]]: tensor<4x8xf32>, %[[M:[^ ]+]]: tensor<4xf32>, %[[R:[^ ]+]]: tensor<4xf32>)
//       CHECK:   %[[A:.*]] = norm.layer_norm ins(%[[X]] : tensor<4x8xf32>) outs(%[[E]] : tensor<4x8xf32>) dims = [1] eps = 1.000000e+00 {tag}
//       CHECK:   %[[B:.*]]:2 = norm.layer_norm {{.*}} outs(%[[E]] : tensor<4x8xf32>) rstd(%[[R]] : tensor<4xf32>)
//       CHECK:   %[[C:.*]]:2 = norm.layer_norm {{.*}} outs(%[[E]] : tensor<4x8xf32>) mean(%[[M]] : tensor<4xf32>)
//       CHECK:   %[[D:.*]]:3 = norm.layer_norm
//       CHECK:   return %[[A]], %[[B]]#0, %[[B]]#1, %[[C]]#1, %[[D]]#1, %[[D]]#2
func.func @unused_statistics(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %m: tensor<4xf32>, %r: tensor<4xf32>) ->
    (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %a:3 = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) mean(%m : tensor<4xf32>) rstd(%r : tensor<4xf32>) dims = [1] eps = 1.0 {tag}
  %b:3 = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) mean(%m : tensor<4xf32>) rstd(%r : tensor<4xf32>) dims = [1] eps = 2.0
  %c:3 = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) mean(%m : tensor<4xf32>) rstd(%r : tensor<4xf32>) dims = [1] eps = 3.0
  %d:3 = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) mean(%m : tensor<4xf32>) rstd(%r : tensor<4xf32>) dims = [1] eps = 4.0
  return %a#0, %b#0, %b#2, %c#1, %d#1, %d#2 : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// Buffers are results though no value says so.
// CHECK-LABEL: func @statistics_in_buffers
//       CHECK:   norm.rms_norm {{.*}} rstd(
func.func @statistics_in_buffers(%x: memref<4x8xf32>, %y: memref<4x8xf32>, %r: memref<4xf32>) {
  norm.rms_norm ins(%x : memref<4x8xf32>) outs(%y : memref<4x8xf32>) rstd(%r : memref<4xf32>) dims = [1] eps = 1.0
  return
}

// The parameters still index what they did.
// CHECK-LABEL: func @unit_reduced_dims
//       CHECK:   dims = [1] scale_dims = [0, 1, 2] eps = 1.000000e+00{{$}}
func.func @unit_reduced_dims(%x: tensor<1x8x1xf32>, %g: tensor<1x8x1xf32>, %e: tensor<1x8x1xf32>) -> tensor<1x8x1xf32> {
  %y = norm.layer_norm ins(%x : tensor<1x8x1xf32>) scale(%g : tensor<1x8x1xf32>) outs(%e : tensor<1x8x1xf32>) dims = [0, 1, 2] eps = 1.0
  return %y : tensor<1x8x1xf32>
}

// Something must be reduced, and the shape of a statistic must not change.
// CHECK-LABEL: func @unit_reduced_dims_stay
//       CHECK:   norm.layer_norm {{.*}} dims = [1] eps
//       CHECK:   norm.layer_norm {{.*}} dims = [0, 2] eps
func.func @unit_reduced_dims_stay(%x: tensor<1x1x8xf32>, %e: tensor<1x1x8xf32>, %m: tensor<1xf32>) -> (tensor<1x1x8xf32>, tensor<1x1x8xf32>, tensor<1xf32>) {
  %a = norm.layer_norm ins(%x : tensor<1x1x8xf32>) outs(%e : tensor<1x1x8xf32>) dims = [1, 0] eps = 1.0
  %b:2 = norm.layer_norm ins(%x : tensor<1x1x8xf32>) outs(%e : tensor<1x1x8xf32>) mean(%m : tensor<1xf32>) dims = [0, 2] eps = 1.0
  return %a, %b#0, %b#1 : tensor<1x1x8xf32>, tensor<1x1x8xf32>, tensor<1xf32>
}

// CHECK-LABEL: func @casts
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[E:[^ ]+]]: tensor<4x8xf32>, %[[R:[^ ]+]]: tensor<4xf32>)
//       CHECK:   %[[Y:.*]]:2 = norm.rms_norm ins(%[[X]] : tensor<4x8xf32>) outs(%[[E]] : tensor<4x8xf32>) rstd(%[[R]] : tensor<4xf32>)
//   CHECK-DAG:   %[[Y0:.*]] = tensor.cast %[[Y]]#0 : tensor<4x8xf32> to tensor<?x?xf32>
//   CHECK-DAG:   %[[Y1:.*]] = tensor.cast %[[Y]]#1 : tensor<4xf32> to tensor<?xf32>
//       CHECK:   return %[[Y0]], %[[Y1]]
func.func @casts(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %r: tensor<4xf32>) -> (tensor<?x?xf32>, tensor<?xf32>) {
  %xc = tensor.cast %x : tensor<4x8xf32> to tensor<?x?xf32>
  %ec = tensor.cast %e : tensor<4x8xf32> to tensor<?x?xf32>
  %rc = tensor.cast %r : tensor<4xf32> to tensor<?xf32>
  %y:2 = norm.rms_norm ins(%xc : tensor<?x?xf32>) outs(%ec : tensor<?x?xf32>) rstd(%rc : tensor<?xf32>) dims = [1] eps = 1.0
  return %y#0, %y#1 : tensor<?x?xf32>, tensor<?xf32>
}

// A cast that forgets nothing static is no reason to retype.
// CHECK-LABEL: func @cast_to_static
//       CHECK:   tensor.cast
//       CHECK:   norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf32>)
func.func @cast_to_static(%x: tensor<?x?xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %xc = tensor.cast %x : tensor<?x?xf32> to tensor<4x8xf32>
  %y = norm.rms_norm ins(%xc : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return %y : tensor<4x8xf32>
}

// -----

// One group is all channels.
// CHECK-LABEL: func @one_group
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<2x6x8xf32>, %[[G:[^ ]+]]: tensor<6xf32>, %[[E:[^ ]+]]: tensor<2x6x8xf32>)
//       CHECK:   norm.layer_norm ins(%[[X]] : tensor<2x6x8xf32>) scale(%[[G]] : tensor<6xf32>) outs(%[[E]] : tensor<2x6x8xf32>)
//  CHECK-SAME:     dims = [1, 2] scale_dims = [1] eps = 1.000000e+00 acc = f64 scale_offset = 1.000000e+00 {tag}
func.func @one_group(%x: tensor<2x6x8xf32>, %g: tensor<6xf32>, %e: tensor<2x6x8xf32>) -> tensor<2x6x8xf32> {
  %y = norm.group_norm ins(%x : tensor<2x6x8xf32>) scale(%g : tensor<6xf32>) outs(%e : tensor<2x6x8xf32>)
      dims = [1, 2] channel_dim = 1 groups = 1 eps = 1.0 acc = f64 scale_offset = 1.0 {tag}
  return %y : tensor<2x6x8xf32>
}

// -----

// CHECK-LABEL: func @several_groups
//       CHECK:   norm.group_norm ins(%{{[^ ]+}} : memref<2x6xf32>) outs(%{{[^ ]+}} : memref<2x6xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.000000e+00{{$}}
func.func @several_groups(%x: memref<2x6xf32>, %b: memref<6xf32>) {
  norm.group_norm ins(%x : memref<2x6xf32>) outs(%x : memref<2x6xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  return
}

// -----

// CHECK-LABEL: func @unit_scale_and_zero_shift_of_channels
//       CHECK:   norm.group_norm ins(%{{[^ ]+}} : tensor<4x8xf32>) outs(%{{[^ ]+}} : tensor<4x8xf32>) dims
//       CHECK:   norm.batch_norm ins(%{{[^ ]+}} : tensor<4x8xf32>) mean(%{{[^ ]+}} : tensor<8xf32>) variance(%{{[^ ]+}} : tensor<8xf32>) outs(
func.func @unit_scale_and_zero_shift_of_channels(%x: tensor<4x8xf32>, %m: tensor<8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %g = arith.constant dense<1.0> : tensor<8xf32>
  %b = arith.constant dense<0.0> : tensor<8xf32>
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) scale(%g : tensor<8xf32>) shift(%b : tensor<8xf32>)
      outs(%e : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  %z = norm.batch_norm ins(%y : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>)
      scale(%g : tensor<8xf32>) shift(%b : tensor<8xf32>) outs(%e : tensor<4x8xf32>) channel_dim = 1 eps = 1.0
  return %z : tensor<4x8xf32>
}
