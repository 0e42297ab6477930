// Every op, attribute and kind of operand survives printing, in both forms.
// RUN: norm-opt %s | norm-opt | FileCheck %s
// RUN: norm-opt %s --mlir-print-op-generic | norm-opt | FileCheck %s
// RUN: norm-opt %s --mlir-print-op-generic | FileCheck %s --check-prefix=GENERIC
// RUN: norm-opt %s --emit-bytecode | norm-opt | FileCheck %s

// The common case needs nothing but operands, dims and eps.
// CHECK-LABEL: func @layer_norm
//  CHECK-SAME:   (%[[X:.*]]: tensor<64x256xf32>, %[[E:.*]]: tensor<64x256xf32>)
//  CHECK-NEXT:   norm.layer_norm ins(%[[X]] : tensor<64x256xf32>) outs(%[[E]] : tensor<64x256xf32>) dims = [1] eps = 1.000000e-05{{$}}
// GENERIC-LABEL: sym_name = "layer_norm"
//       GENERIC:   "norm.layer_norm"
//  GENERIC-SAME:     dims = array<i64: 1>, eps = 1.000000e-05 : f64, operandSegmentSizes = array<i32: 1, 0, 0, 1, 0, 0>, rounding = #norm<rounding after_scale>, scale_offset = 0.000000e+00 : f64
func.func @layer_norm(%x: tensor<64x256xf32>, %e: tensor<64x256xf32>) -> tensor<64x256xf32> {
  %y = norm.layer_norm ins(%x : tensor<64x256xf32>) outs(%e : tensor<64x256xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<64x256xf32>
}

// CHECK-LABEL: func @layer_norm_all
//       CHECK:   %{{[^ ]+}}:3 = norm.layer_norm ins(%{{[^ ]+}} : tensor<8x96x56x56xf16>)
//  CHECK-SAME:     scale(%{{[^ ]+}} : tensor<96xf32>) shift(%{{[^ ]+}} : tensor<8x96xbf16>)
//  CHECK-SAME:     outs(%{{[^ ]+}} : tensor<8x96x56x56xf16>) mean(%{{[^ ]+}} : tensor<8x56xf32>) rstd(%{{[^ ]+}} : tensor<8x56xf64>)
//  CHECK-SAME:     dims = [1, 3] scale_dims = [1] shift_dims = [0, 1] eps = 1.000000e-05 acc = f64
//  CHECK-SAME:     rounding = before_scale scale_offset = 1.000000e+00 {tag}
func.func @layer_norm_all(%x: tensor<8x96x56x56xf16>, %g: tensor<96xf32>, %b: tensor<8x96xbf16>,
    %e: tensor<8x96x56x56xf16>, %m: tensor<8x56xf32>, %r: tensor<8x56xf64>) {
  %y:3 = norm.layer_norm ins(%x : tensor<8x96x56x56xf16>)
      scale(%g : tensor<96xf32>) shift(%b : tensor<8x96xbf16>)
      outs(%e : tensor<8x96x56x56xf16>) mean(%m : tensor<8x56xf32>) rstd(%r : tensor<8x56xf64>)
      dims = [1, 3] scale_dims = [1] shift_dims = [0, 1] eps = 1.0e-5 acc = f64
      rounding = before_scale scale_offset = 1.0 {tag}
  return
}

// What is the default is not printed, though it be given.
// CHECK-LABEL: func @defaults
//       CHECK:   dims = [1] eps = 0.000000e+00{{$}}
func.func @defaults(%x: tensor<4x8xf64>, %e: tensor<4x8xf64>) {
  %y = norm.l2_norm ins(%x : tensor<4x8xf64>) outs(%e : tensor<4x8xf64>)
      dims = [1] eps = 0.0 eps_mode = add rounding = after_scale scale_offset = 0.0
  return
}

// CHECK-LABEL: func @mean_alone
//       CHECK:   outs(%{{[^ ]+}} : tensor<4x8xf32>) mean(%{{[^ ]+}} : tensor<4xf32>) dims
// CHECK-LABEL: func @rstd_alone
//       CHECK:   outs(%{{[^ ]+}} : tensor<4x8xf32>) rstd(%{{[^ ]+}} : tensor<4xf32>) dims
func.func @mean_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %m: tensor<4xf32>) {
  %y:2 = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) mean(%m : tensor<4xf32>) dims = [1] eps = 1.0
  return
}
func.func @rstd_alone(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %r: tensor<4xf32>) {
  %y:2 = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) rstd(%r : tensor<4xf32>) dims = [1] eps = 1.0
  return
}

// CHECK-LABEL: func @rms_norm_dynamic
//       CHECK:   norm.rms_norm ins(%{{[^ ]+}} : tensor<?x?x64xbf16>) scale(%{{[^ ]+}} : tensor<64xbf16>) shift(%{{[^ ]+}} : tensor<64xf32>)
//  CHECK-SAME:     outs(%{{[^ ]+}} : tensor<?x?x64xbf16>) rstd(%{{[^ ]+}} : tensor<?x?xf32>) dims = [2]
//  CHECK-SAME:     shift_dims = [2] eps = 1.000000e-05 rounding = before_scale{{$}}
func.func @rms_norm_dynamic(%x: tensor<?x?x64xbf16>, %g: tensor<64xbf16>, %b: tensor<64xf32>,
    %e: tensor<?x?x64xbf16>, %r: tensor<?x?xf32>) {
  %y:2 = norm.rms_norm ins(%x : tensor<?x?x64xbf16>) scale(%g : tensor<64xbf16>) shift(%b : tensor<64xf32>)
      outs(%e : tensor<?x?x64xbf16>) rstd(%r : tensor<?x?xf32>)
      dims = [2] shift_dims = [2] eps = 1.0e-5 rounding = before_scale
  return
}

// CHECK-LABEL: func @l2_norm_memref
//       CHECK:   norm.l2_norm ins(%{{[^ ]+}} : memref<?x8xf32, strided<[?, 1]>>) outs(%{{[^ ]+}} : memref<?x8xf64>)
//  CHECK-SAME:     dims = [1] eps = 9.99{{[0-9]+}}E-13 eps_mode = max acc = f32{{$}}
// GENERIC-LABEL: sym_name = "l2_norm_memref"
//       GENERIC:   eps_mode = #norm<eps_mode max>
func.func @l2_norm_memref(%x: memref<?x8xf32, strided<[?, 1]>>, %y: memref<?x8xf64>) {
  norm.l2_norm ins(%x : memref<?x8xf32, strided<[?, 1]>>) outs(%y : memref<?x8xf64>)
      dims = [1] eps = 1.0e-12 eps_mode = max acc = f32
  return
}

// CHECK-LABEL: func @generic
//  CHECK-SAME:   (%[[X:.*]]: tensor<4x8xf32>, %[[G:.*]]: tensor<8xf32>, %[[EPS:.*]]: f32, %[[E:.*]]: tensor<4x8xf32>, %[[M:.*]]: tensor<4xf32>)
//  CHECK-NEXT:   %{{[^ ]+}}:2 = norm.generic (d0: parallel, d1: reduction)
//  CHECK-NEXT:     ins(%[[X]][d0, d1], %[[G]][d1], %[[EPS]][] : tensor<4x8xf32>, tensor<8xf32>, f32)
//  CHECK-NEXT:     outs(%[[E]][d0, d1], %[[M]][d0] : tensor<4x8xf32>, tensor<4xf32>) attributes {tag} (%[[A:.*]], %[[C:.*]], %[[S:.*]]) {
//  CHECK-NEXT:       %[[MOMENTS:.*]]:2 = norm.reduce moments %[[A]] : f32
//  CHECK-NEXT:       %[[MAX:.*]] = norm.reduce max %[[C]] : f32
//  CHECK-NEXT:       %[[MIN:.*]] = norm.reduce min %[[C]] : f32
//  CHECK-NEXT:       %[[SUM:.*]] = norm.reduce add %[[A]] : f32
//  CHECK-NEXT:       %[[N:.*]] = norm.count : f32
//       CHECK:       norm.yield %{{[^ ]+}}, %[[MOMENTS]]#0 : f32, f32
//  CHECK-NEXT:     }
// GENERIC-LABEL: sym_name = "generic"
//       GENERIC:   "norm.reduce"(%{{[^ ]+}}) <{kind = #norm<combiner moments>}> : (f32) -> (f32, f32)
func.func @generic(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %eps: f32, %e: tensor<4x8xf32>, %m: tensor<4xf32>) {
  %y:2 = norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %g[d1], %eps[] : tensor<4x8xf32>, tensor<8xf32>, f32)
      outs(%e[d0, d1], %m[d0] : tensor<4x8xf32>, tensor<4xf32>) attributes {tag} (%xe, %ge, %s) {
    %mean, %var = norm.reduce moments %xe : f32
    %max = norm.reduce max %ge : f32
    %min = norm.reduce min %ge : f32
    %sum = norm.reduce add %xe : f32
    %n = norm.count : f32
    %0 = arith.addf %max, %min : f32
    %1 = arith.divf %sum, %n : f32
    %2 = arith.addf %0, %1 : f32
    %3 = arith.addf %2, %s : f32
    norm.yield %3, %mean : f32, f32
  }
  return
}

// Dims may have any name; they are printed by number.
// CHECK-LABEL: func @generic_memref
//       CHECK:   norm.generic (d0: reduction, d1: parallel, d2: reduction)
//  CHECK-NEXT:     ins(%{{[^ ]+}}[d1, d2, d0] : memref<?x?x?xi8>)
//  CHECK-NEXT:     outs(%{{[^ ]+}}[d0, d1, d2] : memref<?x?x?xf16>) (%[[A:.*]]) {
//  CHECK-NEXT:       %[[F:.*]] = arith.sitofp %[[A]] : i8 to f16
//  CHECK-NEXT:       norm.yield %[[F]] : f16
func.func @generic_memref(%x: memref<?x?x?xi8>, %y: memref<?x?x?xf16>) {
  norm.generic (h: reduction, n: parallel, w: reduction)
      ins(%x[n, w, h] : memref<?x?x?xi8>) outs(%y[h, n, w] : memref<?x?x?xf16>) (%a) {
    %f = arith.sitofp %a : i8 to f16
    norm.yield %f : f16
  }
  return
}

// CHECK-LABEL: func @generic_no_inputs
//       CHECK:   norm.generic (d0: reduction)
//  CHECK-NEXT:     ins()
//  CHECK-NEXT:     outs(%{{[^ ]+}}[d0] : tensor<8xf32>) () {
func.func @generic_no_inputs(%e: tensor<8xf32>, %v: f32) -> tensor<8xf32> {
  %y = norm.generic (i: reduction) ins() outs(%e[i] : tensor<8xf32>) () {
    norm.yield %v : f32
  }
  return %y : tensor<8xf32>
}

// CHECK-LABEL: func @group_norm
//       CHECK:   norm.group_norm ins(%{{[^ ]+}} : tensor<2x6x?xf32>) outs(%{{[^ ]+}} : tensor<2x6x?xf32>)
//  CHECK-SAME:     dims = [1, 2] channel_dim = 1 groups = 3 eps = 1.000000e-05{{$}}
//       CHECK:   norm.group_norm ins(%{{[^ ]+}} : tensor<2x6x?xf32>) scale(%{{[^ ]+}} : tensor<2x6xf16>) shift(%{{[^ ]+}} : tensor<?xf64>)
//  CHECK-SAME:     outs(%{{[^ ]+}} : tensor<2x6x?xbf16>) dims = [1] channel_dim = 1 groups = 3 scale_dims = [0, 1] shift_dims = [2]
//  CHECK-SAME:     eps = 1.000000e-05 acc = f64 rounding = before_scale scale_offset = 1.000000e+00 {tag}
func.func @group_norm(%x: tensor<2x6x?xf32>, %g: tensor<2x6xf16>, %b: tensor<?xf64>, %e: tensor<2x6x?xf32>, %f: tensor<2x6x?xbf16>) {
  %0 = norm.group_norm ins(%x : tensor<2x6x?xf32>) outs(%e : tensor<2x6x?xf32>) dims = [1, 2] channel_dim = 1 groups = 3 eps = 1.0e-5
  %1 = norm.group_norm ins(%x : tensor<2x6x?xf32>) scale(%g : tensor<2x6xf16>) shift(%b : tensor<?xf64>)
      outs(%f : tensor<2x6x?xbf16>) dims = [1] channel_dim = 1 groups = 3 scale_dims = [0, 1] shift_dims = [2]
      eps = 1.0e-5 acc = f64 rounding = before_scale scale_offset = 1.0 {tag}
  return
}

// CHECK-LABEL: func @batch_norm
//       CHECK:   norm.batch_norm ins(%{{[^ ]+}} : memref<2x6xf16>) mean(%{{[^ ]+}} : memref<6xf32>) variance(%{{[^ ]+}} : memref<6xf64>)
//  CHECK-SAME:     outs(%{{[^ ]+}} : memref<2x6xf16>) channel_dim = 1 eps = 1.000000e-05{{$}}
//       CHECK:   norm.batch_norm ins(%{{[^ ]+}} : memref<2x6xf16>) mean(%{{[^ ]+}} : memref<6xf32>) variance(%{{[^ ]+}} : memref<6xf64>)
//  CHECK-SAME:     scale(%{{[^ ]+}} : memref<6xf32>) shift(%{{[^ ]+}} : memref<2x6xf16>) outs(%{{[^ ]+}} : memref<2x6xf16>) channel_dim = 1
//  CHECK-SAME:     shift_dims = [0, 1] eps = 1.000000e-05 acc = f64 rounding = before_scale scale_offset = 1.000000e+00 {tag}
func.func @batch_norm(%x: memref<2x6xf16>, %m: memref<6xf32>, %v: memref<6xf64>) {
  norm.batch_norm ins(%x : memref<2x6xf16>) mean(%m : memref<6xf32>) variance(%v : memref<6xf64>)
      outs(%x : memref<2x6xf16>) channel_dim = 1 eps = 1.0e-5
  norm.batch_norm ins(%x : memref<2x6xf16>) mean(%m : memref<6xf32>) variance(%v : memref<6xf64>)
      scale(%m : memref<6xf32>) shift(%x : memref<2x6xf16>) outs(%x : memref<2x6xf16>) channel_dim = 1
      shift_dims = [0, 1] eps = 1.0e-5 acc = f64 rounding = before_scale scale_offset = 1.0 {tag}
  return
}
