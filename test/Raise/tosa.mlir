// What comes by upstream's way from TOSA.
// RUN: norm-opt %s --pass-pipeline='builtin.module(func.func(tosa-to-linalg-named,tosa-to-linalg,tosa-to-arith,tosa-to-tensor),canonicalize,norm-raise)' | FileCheck %s

// CHECK-LABEL: func @layer_norm
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<2x4x8xf32>, %[[G:[^ ]+]]: tensor<1x1x8xf32>, %[[B:[^ ]+]]: tensor<1x1x8xf32>)
//       CHECK:   %[[Y:.*]] = norm.layer_norm ins(%[[X]] : tensor<2x4x8xf32>) scale(%{{[^ ]+}} : tensor<8xf32>) shift(%{{[^ ]+}} : tensor<8xf32>)
//  CHECK-SAME:     dims = [2] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @layer_norm(%x: tensor<2x4x8xf32>, %g: tensor<1x1x8xf32>, %b: tensor<1x1x8xf32>) -> tensor<2x4x8xf32> {
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %r = "tosa.const"() <{values = dense<0.125> : tensor<1x1x1xf32>}> : () -> tensor<1x1x1xf32>
  %eps = "tosa.const"() <{values = dense<3.906250e-03> : tensor<1x1x1xf32>}> : () -> tensor<1x1x1xf32>
  %sum = tosa.reduce_sum %x {axis = 2 : i32} : (tensor<2x4x8xf32>) -> tensor<2x4x1xf32>
  %mean = tosa.mul %sum, %r, %shift : (tensor<2x4x1xf32>, tensor<1x1x1xf32>, tensor<1xi8>) -> tensor<2x4x1xf32>
  %d = tosa.sub %x, %mean : (tensor<2x4x8xf32>, tensor<2x4x1xf32>) -> tensor<2x4x8xf32>
  %dd = tosa.mul %d, %d, %shift : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<1xi8>) -> tensor<2x4x8xf32>
  %q = tosa.reduce_sum %dd {axis = 2 : i32} : (tensor<2x4x8xf32>) -> tensor<2x4x1xf32>
  %var = tosa.mul %q, %r, %shift : (tensor<2x4x1xf32>, tensor<1x1x1xf32>, tensor<1xi8>) -> tensor<2x4x1xf32>
  %ve = tosa.add %var, %eps : (tensor<2x4x1xf32>, tensor<1x1x1xf32>) -> tensor<2x4x1xf32>
  %rstd = tosa.rsqrt %ve : (tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %h = tosa.mul %d, %rstd, %shift : (tensor<2x4x8xf32>, tensor<2x4x1xf32>, tensor<1xi8>) -> tensor<2x4x8xf32>
  %hg = tosa.mul %h, %g, %shift : (tensor<2x4x8xf32>, tensor<1x1x8xf32>, tensor<1xi8>) -> tensor<2x4x8xf32>
  %y = tosa.add %hg, %b : (tensor<2x4x8xf32>, tensor<1x1x8xf32>) -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// By a power, and with the mean of squares before the root.
// CHECK-LABEL: func @rms_norm
//       CHECK:   %[[Y:.*]] = norm.rms_norm ins(%{{[^ ]+}} : tensor<4x8xf32>) outs(%{{[^ ]+}} : tensor<4x8xf32>) dims = [1] eps = 3.906250e-03
//   CHECK-NOT:   linalg
//       CHECK:   return %[[Y]]
func.func @rms_norm(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %two = "tosa.const"() <{values = dense<2.0> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %r = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %eps = "tosa.const"() <{values = dense<3.906250e-03> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %xx = tosa.pow %x, %two : (tensor<4x8xf32>, tensor<1x1xf32>) -> tensor<4x8xf32>
  %q = tosa.reduce_sum %xx {axis = 1 : i32} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %ms = tosa.mul %q, %r, %shift : (tensor<4x1xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<4x1xf32>
  %ve = tosa.add %ms, %eps : (tensor<4x1xf32>, tensor<1x1xf32>) -> tensor<4x1xf32>
  %rstd = tosa.rsqrt %ve : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %y = tosa.mul %x, %rstd, %shift : (tensor<4x8xf32>, tensor<4x1xf32>, tensor<1xi8>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
