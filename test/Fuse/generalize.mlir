// Each formula, step by step: types, rounding and order of operations.
// RUN: norm-opt %s --norm-generalize | FileCheck %s
// RUN: norm-opt %s --pass-pipeline='builtin.module(func.func(norm-generalize))' | FileCheck %s

// CHECK-LABEL: func @layer_norm
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[G:[^ ]+]]: tensor<8xf32>, %[[B:[^ ]+]]: tensor<8xf32>, %[[E:[^ ]+]]: tensor<4x8xf32>)
//       CHECK:   %[[Y:.*]] = norm.generic (d0: parallel, d1: reduction)
//  CHECK-NEXT:     ins(%[[X]][d0, d1], %[[G]][d1], %[[B]][d1] : tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>)
//  CHECK-NEXT:     outs(%[[E]][d0, d1] : tensor<4x8xf32>) attributes {tag} (%[[A:[^ ]+]], %[[GE:[^ ]+]], %[[BE:[^ ]+]]) {
//  CHECK-NEXT:       %[[M:.*]]:2 = norm.reduce moments %[[A]] : f32
//  CHECK-NEXT:       %[[EPS:.*]] = arith.constant 1.250000e-01 : f32
//  CHECK-NEXT:       %[[V:.*]] = arith.addf %[[M]]#1, %[[EPS]] : f32
//  CHECK-NEXT:       %[[RSTD:.*]] = math.rsqrt %[[V]] : f32
//  CHECK-NEXT:       %[[C:.*]] = arith.subf %[[A]], %[[M]]#0 : f32
//  CHECK-NEXT:       %[[H:.*]] = arith.mulf %[[C]], %[[RSTD]] : f32
//  CHECK-NEXT:       %[[HG:.*]] = arith.mulf %[[H]], %[[GE]] : f32
//  CHECK-NEXT:       %[[O:.*]] = arith.addf %[[HG]], %[[BE]] : f32
//  CHECK-NEXT:       norm.yield %[[O]] : f32
//  CHECK-NEXT:     }
//  CHECK-NEXT:   return %[[Y]]
func.func @layer_norm(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%g : tensor<8xf32>) shift(%b : tensor<8xf32>)
      outs(%e : tensor<4x8xf32>) dims = [1] eps = 0.125 {tag}
  return %y : tensor<4x8xf32>
}

// f16 data and bf16 parameters: all of it in f32, one rounding; statistics are
// rounded to the types of their inits.
// CHECK-LABEL: func @after_scale_mixed
//       CHECK:     (%[[X:[^ ]+]], %[[G:[^ ]+]], %[[B:[^ ]+]]) {
//  CHECK-NEXT:       %[[A:.*]] = arith.extf %[[X]] : f16 to f32
//  CHECK-NEXT:       %[[M:.*]]:2 = norm.reduce moments %[[A]] : f32
//       CHECK:       %[[RSTD:.*]] = math.rsqrt
//       CHECK:       %[[H:.*]] = arith.mulf %{{[^ ]+}}, %[[RSTD]] : f32
//  CHECK-NEXT:       %[[GA:.*]] = arith.extf %[[G]] : bf16 to f32
//  CHECK-NEXT:       %[[HG:.*]] = arith.mulf %[[H]], %[[GA]] : f32
//  CHECK-NEXT:       %[[BA:.*]] = arith.extf %[[B]] : f16 to f32
//  CHECK-NEXT:       %[[O:.*]] = arith.addf %[[HG]], %[[BA]] : f32
//  CHECK-NEXT:       %[[Y:.*]] = arith.truncf %[[O]] : f32 to f16
//  CHECK-NEXT:       %[[MY:.*]] = arith.extf %[[M]]#0 : f32 to f64
//  CHECK-NEXT:       %[[RY:.*]] = arith.truncf %[[RSTD]] : f32 to bf16
//  CHECK-NEXT:       norm.yield %[[Y]], %[[MY]], %[[RY]] : f16, f64, bf16
func.func @after_scale_mixed(%x: tensor<4x8xf16>, %g: tensor<8xbf16>, %b: tensor<8xf16>, %e: tensor<4x8xf16>, %m: tensor<4xf64>, %r: tensor<4xbf16>) ->
    (tensor<4x8xf16>, tensor<4xf64>, tensor<4xbf16>) {
  %y:3 = norm.layer_norm ins(%x : tensor<4x8xf16>) scale(%g : tensor<8xbf16>) shift(%b : tensor<8xf16>)
      outs(%e : tensor<4x8xf16>) mean(%m : tensor<4xf64>) rstd(%r : tensor<4xbf16>) dims = [1] eps = 0.125
  return %y#0, %y#1, %y#2 : tensor<4x8xf16>, tensor<4xf64>, tensor<4xbf16>
}

// h is rounded to the data's f16 first; f16 and bf16 meet in f32.
// CHECK-LABEL: func @before_scale_mixed
//       CHECK:     (%[[X:[^ ]+]], %[[G:[^ ]+]]) {
//       CHECK:       %[[RSTD:.*]] = math.rsqrt
//  CHECK-NEXT:       %[[H:.*]] = arith.mulf %{{[^ ]+}}, %[[RSTD]] : f32
//  CHECK-NEXT:       %[[HR:.*]] = arith.truncf %[[H]] : f32 to f16
//  CHECK-NEXT:       %[[HP:.*]] = arith.extf %[[HR]] : f16 to f32
//  CHECK-NEXT:       %[[GP:.*]] = arith.extf %[[G]] : bf16 to f32
//  CHECK-NEXT:       %[[O:.*]] = arith.mulf %[[HP]], %[[GP]] : f32
//  CHECK-NEXT:       %[[Y:.*]] = arith.truncf %[[O]] : f32 to bf16
//  CHECK-NEXT:       norm.yield %[[Y]] : bf16
func.func @before_scale_mixed(%x: tensor<4x8xf16>, %g: tensor<8xbf16>, %e: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %y = norm.rms_norm ins(%x : tensor<4x8xf16>) scale(%g : tensor<8xbf16>) outs(%e : tensor<4x8xbf16>)
      dims = [1] eps = 0.125 rounding = before_scale
  return %y : tensor<4x8xbf16>
}

// Llama: everything after the rounding is in bf16, the offset too.
// CHECK-LABEL: func @before_scale_same
//       CHECK:     (%[[X:[^ ]+]], %[[G:[^ ]+]], %[[B:[^ ]+]]) {
//       CHECK:       %[[HR:.*]] = arith.truncf %{{[^ ]+}} : f32 to bf16
//  CHECK-NEXT:       %[[ONE:.*]] = arith.constant 1.000000e+00 : bf16
//  CHECK-NEXT:       %[[GO:.*]] = arith.addf %[[G]], %[[ONE]] : bf16
//  CHECK-NEXT:       %[[HG:.*]] = arith.mulf %[[HR]], %[[GO]] : bf16
//  CHECK-NEXT:       %[[Y:.*]] = arith.addf %[[HG]], %[[B]] : bf16
//  CHECK-NEXT:       norm.yield %[[Y]] : bf16
func.func @before_scale_same(%x: tensor<4x8xbf16>, %g: tensor<8xbf16>, %b: tensor<8xbf16>, %e: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %y = norm.rms_norm ins(%x : tensor<4x8xbf16>) scale(%g : tensor<8xbf16>) shift(%b : tensor<8xbf16>) outs(%e : tensor<4x8xbf16>)
      dims = [1] eps = 0.125 rounding = before_scale scale_offset = 1.0
  return %y : tensor<4x8xbf16>
}

// Accumulated in f64; the parameter is wider than the data, and o is added in A.
// CHECK-LABEL: func @acc
//       CHECK:     (%[[X:[^ ]+]], %[[G:[^ ]+]]) {
//  CHECK-NEXT:       %[[A:.*]] = arith.extf %[[X]] : f32 to f64
//  CHECK-NEXT:       %[[N:.*]] = norm.count : f64
//  CHECK-NEXT:       %[[SQ:.*]] = arith.mulf %[[A]], %[[A]] : f64
//  CHECK-NEXT:       %[[S:.*]] = norm.reduce add %[[SQ]] : f64
//  CHECK-NEXT:       %[[MS:.*]] = arith.divf %[[S]], %[[N]] : f64
//  CHECK-NEXT:       %[[EPS:.*]] = arith.constant 1.250000e-01 : f64
//  CHECK-NEXT:       %[[V:.*]] = arith.addf %[[MS]], %[[EPS]] : f64
//  CHECK-NEXT:       %[[RSTD:.*]] = math.rsqrt %[[V]] : f64
//  CHECK-NEXT:       %[[H:.*]] = arith.mulf %[[A]], %[[RSTD]] : f64
//  CHECK-NEXT:       %[[ONE:.*]] = arith.constant 1.000000e+00 : f64
//  CHECK-NEXT:       %[[GO:.*]] = arith.addf %[[G]], %[[ONE]] : f64
//  CHECK-NEXT:       %[[O:.*]] = arith.mulf %[[H]], %[[GO]] : f64
//  CHECK-NEXT:       %[[Y:.*]] = arith.truncf %[[O]] : f64 to f32
//  CHECK-NEXT:       norm.yield %[[Y]] : f32
func.func @acc(%x: tensor<4x8xf32>, %g: tensor<8xf64>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) scale(%g : tensor<8xf64>) outs(%e : tensor<4x8xf32>)
      dims = [1] eps = 0.125 acc = f64 scale_offset = 1.0
  return %y : tensor<4x8xf32>
}

// A parameter wider than A is rounded to A.
// CHECK-LABEL: func @wide_parameter
//       CHECK:     (%{{[^ ]+}}, %[[G:[^ ]+]]) {
//       CHECK:       arith.truncf %[[G]] : f64 to f32
func.func @wide_parameter(%x: tensor<4x8xf32>, %g: tensor<8xf64>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) scale(%g : tensor<8xf64>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  return %y : tensor<4x8xf32>
}

// acc may be as narrow as the data, where that is said; 1e-12 is 0 in f16.
// CHECK-LABEL: func @narrow_acc
//   CHECK-NOT:   arith.extf
//       CHECK:   arith.constant 0.000000e+00 : f16
func.func @narrow_acc(%x: tensor<4x8xf16>, %e: tensor<4x8xf16>) -> tensor<4x8xf16> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf16>) outs(%e : tensor<4x8xf16>) dims = [1] eps = 1.0e-12 acc = f16
  return %y : tensor<4x8xf16>
}

// CHECK-LABEL: func @l2_norm_add
//       CHECK:     (%[[A:[^ ]+]]) {
//  CHECK-NEXT:       %[[SQ:.*]] = arith.mulf %[[A]], %[[A]] : f64
//  CHECK-NEXT:       %[[S:.*]] = norm.reduce add %[[SQ]] : f64
//  CHECK-NEXT:       %[[EPS:.*]] = arith.constant 1.250000e-01 : f64
//  CHECK-NEXT:       %[[V:.*]] = arith.addf %[[S]], %[[EPS]] : f64
//  CHECK-NEXT:       %[[RHO:.*]] = math.rsqrt %[[V]] : f64
//  CHECK-NEXT:       %[[H:.*]] = arith.mulf %[[A]], %[[RHO]] : f64
//  CHECK-NEXT:       norm.yield %[[H]] : f64
func.func @l2_norm_add(%x: tensor<4x8xf64>, %e: tensor<4x8xf64>) -> tensor<4x8xf64> {
  %y = norm.l2_norm ins(%x : tensor<4x8xf64>) outs(%e : tensor<4x8xf64>) dims = [1] eps = 0.125
  return %y : tensor<4x8xf64>
}

// On buffers: no results.
// CHECK-LABEL: func @l2_norm_max
//       CHECK:   {{^ *}}norm.generic
//       CHECK:     (%[[A:[^ ]+]]) {
//       CHECK:       %[[S:.*]] = norm.reduce add
//  CHECK-NEXT:       %[[EPS:.*]] = arith.constant 1.250000e-01 : f32
//  CHECK-NEXT:       %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
//  CHECK-NEXT:       %[[ROOT:.*]] = math.sqrt %[[S]] : f32
//  CHECK-NEXT:       %[[MAX:.*]] = arith.maximumf %[[ROOT]], %[[EPS]] : f32
//  CHECK-NEXT:       %[[RHO:.*]] = arith.divf %[[ONE]], %[[MAX]] : f32
//  CHECK-NEXT:       %[[H:.*]] = arith.mulf %[[A]], %[[RHO]] : f32
//  CHECK-NEXT:       norm.yield %[[H]], %[[RHO]] : f32, f32
func.func @l2_norm_max(%x: memref<4x8xf32>, %y: memref<4x8xf32>, %r: memref<4xf32>) {
  norm.l2_norm ins(%x : memref<4x8xf32>) outs(%y : memref<4x8xf32>) rstd(%r : memref<4xf32>) dims = [1] eps = 0.125 eps_mode = max
  return
}

// The dims of x become loop dims in order; parameters index theirs.
// CHECK-LABEL: func @dims
//       CHECK:   norm.generic (d0: reduction, d1: parallel, d2: parallel, d3: reduction)
//  CHECK-NEXT:     ins(%{{[^ ]+}}[d0, d1, d2, d3], %{{[^ ]+}}[d3, d0], %{{[^ ]+}}[d2] :
//  CHECK-NEXT:     outs(%{{[^ ]+}}[d0, d1, d2, d3], %{{[^ ]+}}[d1, d2] :
func.func @dims(%x: tensor<2x3x4x5xf32>, %g: tensor<5x2xf32>, %b: tensor<4xf32>, %e: tensor<2x3x4x5xf32>, %m: tensor<3x4xf32>) -> (tensor<2x3x4x5xf32>, tensor<3x4xf32>) {
  %y:2 = norm.layer_norm ins(%x : tensor<2x3x4x5xf32>) scale(%g : tensor<5x2xf32>) shift(%b : tensor<4xf32>)
      outs(%e : tensor<2x3x4x5xf32>) mean(%m : tensor<3x4xf32>) dims = [3, 0] shift_dims = [2] eps = 1.0
  return %y#0, %y#1 : tensor<2x3x4x5xf32>, tensor<3x4xf32>
}

// Every other op is left as it is.
// CHECK-LABEL: func @other
//       CHECK:   arith.addf %{{[^ ]+}}, %{{[^ ]+}} : tensor<4xf32>
func.func @other(%x: tensor<4xf32>) {
  %0 = arith.addf %x, %x : tensor<4xf32>
  return
}

// The groups are a dim of their own; the parameters are per channel.
// CHECK-LABEL: func @group_norm
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<2x6x8xf32>, %[[G:[^ ]+]]: tensor<6xf32>, %[[E:[^ ]+]]: tensor<2x6x8xf32>)
//   CHECK-DAG:   %[[GG:.*]] = tensor.expand_shape %[[G]] {{\[}}[0, 1]] output_shape [3, 2]
//   CHECK-DAG:   %[[XG:.*]] = tensor.expand_shape %[[X]] {{\[}}[0], [1, 2], [3]] output_shape [2, 3, 2, 8]
//   CHECK-DAG:   %[[EG:.*]] = tensor.expand_shape %[[E]] {{\[}}[0], [1, 2], [3]] output_shape [2, 3, 2, 8]
//       CHECK:   %[[Y:.*]] = norm.generic (d0: parallel, d1: parallel, d2: reduction, d3: reduction)
//  CHECK-NEXT:     ins(%[[XG]][d0, d1, d2, d3], %[[GG]][d1, d2] : tensor<2x3x2x8xf32>, tensor<3x2xf32>)
//  CHECK-NEXT:     outs(%[[EG]][d0, d1, d2, d3] : tensor<2x3x2x8xf32>) attributes {tag}
//       CHECK:   %[[C:.*]] = tensor.collapse_shape %[[Y]] {{\[}}[0], [1, 2], [3]]
//       CHECK:   return %[[C]]
func.func @group_norm(%x: tensor<2x6x8xf32>, %g: tensor<6xf32>, %e: tensor<2x6x8xf32>) -> tensor<2x6x8xf32> {
  %y = norm.group_norm ins(%x : tensor<2x6x8xf32>) scale(%g : tensor<6xf32>) outs(%e : tensor<2x6x8xf32>)
      dims = [1, 2] channel_dim = 1 groups = 3 eps = 0.125 {tag}
  return %y : tensor<2x6x8xf32>
}

// In buffers too, and where only the groups are known.
// CHECK-LABEL: func @group_norm_of_memrefs
//       CHECK:   %[[N:.*]] = affine.apply #{{[^ ]+}}
//       CHECK:   %[[XG:.*]] = memref.expand_shape %{{.*}} {{\[}}[0], [1, 2]] output_shape [%{{.*}}, 3, %[[N]]]
//       CHECK:   norm.generic (d0: parallel, d1: parallel, d2: reduction)
//  CHECK-NEXT:     ins(%[[XG]][d0, d1, d2] : memref<?x3x?xf32>)
func.func @group_norm_of_memrefs(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
  norm.group_norm ins(%x : memref<?x?xf32>) outs(%y : memref<?x?xf32>) dims = [1] channel_dim = 1 groups = 3 eps = 0.125
  return
}

// ρ is one per row.
// CHECK-LABEL: func @batch_norm
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<2x6x8xf16>, %[[M:[^ ]+]]: tensor<6xf32>, %[[V:[^ ]+]]: tensor<6xf64>, %[[G:[^ ]+]]: tensor<6xf16>, %[[B:[^ ]+]]: tensor<6xbf16>, %[[E:[^ ]+]]: tensor<2x6x8xf16>)
//       CHECK:   norm.generic (d0: parallel, d1: parallel, d2: reduction)
//  CHECK-NEXT:     ins(%[[X]][d0, d1, d2], %[[M]][d1], %[[V]][d1], %[[G]][d1], %[[B]][d1] :
//  CHECK-NEXT:     outs(%[[E]][d0, d1, d2] : tensor<2x6x8xf16>) (%[[XE:[^ ]+]], %[[ME:[^ ]+]], %[[VE:[^ ]+]], %[[GE:[^ ]+]], %[[BE:[^ ]+]]) {
//  CHECK-NEXT:       %[[A:.*]] = arith.extf %[[XE]] : f16 to f32
//  CHECK-NEXT:       %[[VA:.*]] = arith.truncf %[[VE]] : f64 to f32
//  CHECK-NEXT:       %[[EPS:.*]] = arith.constant 1.250000e-01 : f32
//  CHECK-NEXT:       %[[W:.*]] = arith.addf %[[VA]], %[[EPS]] : f32
//  CHECK-NEXT:       %[[RSTD:.*]] = math.rsqrt %[[W]] : f32
//  CHECK-NEXT:       %[[C:.*]] = arith.subf %[[A]], %[[ME]] : f32
//  CHECK-NEXT:       %[[H:.*]] = arith.mulf %[[C]], %[[RSTD]] : f32
//  CHECK-NEXT:       %[[HR:.*]] = arith.truncf %[[H]] : f32 to f16
//  CHECK-NEXT:       %[[HP:.*]] = arith.extf %[[HR]] : f16 to f32
//  CHECK-NEXT:       %[[GP:.*]] = arith.extf %[[GE]] : f16 to f32
//       CHECK:       norm.yield
func.func @batch_norm(%x: tensor<2x6x8xf16>, %m: tensor<6xf32>, %v: tensor<6xf64>, %g: tensor<6xf16>, %b: tensor<6xbf16>, %e: tensor<2x6x8xf16>) -> tensor<2x6x8xf16> {
  %y = norm.batch_norm ins(%x : tensor<2x6x8xf16>) mean(%m : tensor<6xf32>) variance(%v : tensor<6xf64>)
      scale(%g : tensor<6xf16>) shift(%b : tensor<6xbf16>) outs(%e : tensor<2x6x8xf16>)
      channel_dim = 1 eps = 0.125 rounding = before_scale
  return %y : tensor<2x6x8xf16>
}

// The channel is the last dim: parameters are along the row.
// CHECK-LABEL: func @batch_norm_channels_last
//       CHECK:   norm.generic (d0: parallel, d1: reduction)
func.func @batch_norm_channels_last(%x: tensor<2x6xf32>, %m: tensor<6xf32>, %e: tensor<2x6xf32>) -> tensor<2x6xf32> {
  %y = norm.batch_norm ins(%x : tensor<2x6xf32>) mean(%m : tensor<6xf32>) variance(%m : tensor<6xf32>)
      outs(%e : tensor<2x6xf32>) channel_dim = 1 eps = 0.125
  return %y : tensor<2x6xf32>
}
