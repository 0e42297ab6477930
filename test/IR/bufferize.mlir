// In place where legal: no copy, no allocation; out of place where not.
// RUN: norm-opt %s --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func @into_out
//  CHECK-SAME:   (%[[X:[^ ]+]]: memref<4x8xf32>, %[[G:[^ ]+]]: memref<8xf32>, %[[Y:[^ ]+]]: memref<4x8xf32>, %[[M:[^ ]+]]: memref<4xf32>)
//  CHECK-NEXT:   norm.layer_norm ins(%[[X]] : memref<4x8xf32>) scale(%[[G]] : memref<8xf32>) outs(%[[Y]] : memref<4x8xf32>) mean(%[[M]] : memref<4xf32>) dims = [1] eps = 1.000000e+00 {tag}
//  CHECK-NEXT:   return %[[Y]], %[[M]]
func.func @into_out(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %e: tensor<4x8xf32>, %m: tensor<4xf32>) -> (tensor<4x8xf32>, tensor<4xf32>) {
  %y:2 = norm.layer_norm ins(%x : tensor<4x8xf32>) scale(%g : tensor<8xf32>) outs(%e : tensor<4x8xf32>) mean(%m : tensor<4xf32>) dims = [1] eps = 1.0 {tag}
  return %y#0, %y#1 : tensor<4x8xf32>, tensor<4xf32>
}

// x is read element by element before y is written over it.
// CHECK-LABEL: func @over_x
//  CHECK-SAME:   (%[[X:[^ ]+]]: memref<4x8xf32>)
//  CHECK-NEXT:   norm.rms_norm ins(%[[X]] : memref<4x8xf32>) outs(%[[X]] : memref<4x8xf32>)
//  CHECK-NEXT:   return %[[X]]
func.func @over_x(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%x : tensor<4x8xf32>) dims = [1] eps = 1.0
  return %y : tensor<4x8xf32>
}

// x is used later, so y needs room of its own; x is not copied into it.
// CHECK-LABEL: func @over_x_used_later
//  CHECK-SAME:   (%[[X:[^ ]+]]: memref<4x8xf32>)
//  CHECK-NEXT:   %[[Y:.*]] = memref.alloc() {{.*}}: memref<4x8xf32>
//  CHECK-NEXT:   norm.l2_norm ins(%[[X]] : memref<4x8xf32>) outs(%[[Y]] : memref<4x8xf32>)
//  CHECK-NEXT:   return %[[X]], %[[Y]]
func.func @over_x_used_later(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %y = norm.l2_norm ins(%x : tensor<4x8xf32>) outs(%x : tensor<4x8xf32>) dims = [1] eps = 1.0
  return %x, %y : tensor<4x8xf32>, tensor<4x8xf32>
}

// Two elementwise inputs, of which one gives its buffer.
// CHECK-LABEL: func @generic_over_input
//  CHECK-SAME:   (%[[X:[^ ]+]]: memref<4x8xf32>, %[[R:[^ ]+]]: memref<4x8xf32>)
//  CHECK-NEXT:   norm.generic (d0: parallel, d1: reduction)
//  CHECK-NEXT:     ins(%[[X]][d0, d1], %[[R]][d0, d1] : memref<4x8xf32>, memref<4x8xf32>)
//  CHECK-NEXT:     outs(%[[R]][d0, d1] : memref<4x8xf32>) attributes {tag}
//       CHECK:   return %[[R]]
func.func @generic_over_input(%x: tensor<4x8xf32>, %r: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %r[d0, d1] : tensor<4x8xf32>, tensor<4x8xf32>)
      outs(%r[d0, d1] : tensor<4x8xf32>) attributes {tag} (%a, %b) {
    %v = arith.addf %a, %b : f32
    %s = norm.reduce max %v : f32
    %d = arith.subf %v, %s : f32
    norm.yield %d : f32
  }
  return %y : tensor<4x8xf32>
}

// Row 0 of the result would overwrite column 0 of the input, which row 1 reads.
// CHECK-LABEL: func @generic_over_transposed
//  CHECK-SAME:   (%[[X:[^ ]+]]: memref<8x8xf32>)
//       CHECK:   %[[Y:.*]] = memref.alloc()
//       CHECK:   ins(%[[X]][d1, d0] :
//  CHECK-NEXT:   outs(%[[Y]][d0, d1] :
func.func @generic_over_transposed(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d1, d0] : tensor<8x8xf32>) outs(%x[d0, d1] : tensor<8x8xf32>) (%a) {
    norm.yield %a : f32
  }
  return %y : tensor<8x8xf32>
}

// A parameter is read for every row.
// CHECK-LABEL: func @generic_over_parameter
//  CHECK-SAME:   (%[[X:[^ ]+]]: memref<8x8xf32>, %[[P:[^ ]+]]: memref<8xf32>)
//       CHECK:   %[[M:.*]] = memref.alloc()
//       CHECK:   ins(%[[X]][d0, d1], %[[P]][d1] :
//  CHECK-NEXT:   outs(%[[M]][d0] :
func.func @generic_over_parameter(%x: tensor<8x8xf32>, %p: tensor<8xf32>) -> tensor<8xf32> {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %p[d1] : tensor<8x8xf32>, tensor<8xf32>) outs(%p[d0] : tensor<8xf32>) (%a, %b) {
    %v = arith.mulf %a, %b : f32
    %s = norm.reduce add %v : f32
    norm.yield %s : f32
  }
  return %y : tensor<8xf32>
}

// The empty tensor becomes the only allocation; dynamic extents.
// CHECK-LABEL: func @empty
//       CHECK:   %[[Y:.*]] = memref.alloc(%{{.*}}, %{{.*}})
//   CHECK-NOT:   memref.alloc
//   CHECK-NOT:   memref.copy
//       CHECK:   norm.layer_norm {{.*}} outs(%[[Y]] : memref<?x?xf16>)
//  CHECK-NEXT:   return %[[Y]]
func.func @empty(%x: tensor<?x?xf16>, %m: index, %n: index) -> tensor<?x?xf16> {
  %e = tensor.empty(%m, %n) : tensor<?x?xf16>
  %y = norm.layer_norm ins(%x : tensor<?x?xf16>) outs(%e : tensor<?x?xf16>) dims = [1] eps = 1.0
  return %y : tensor<?x?xf16>
}

// CHECK-LABEL: func @into_argument
//  CHECK-SAME:   (%[[X:[^ ]+]]: memref<4x8xf32>, %[[OUT:[^ ]+]]: memref<4x8xf32>)
//   CHECK-NOT:   memref.alloc
//   CHECK-NOT:   memref.copy
//       CHECK:   norm.layer_norm ins(%[[X]] : memref<4x8xf32>) outs(%[[OUT]] : memref<4x8xf32>)
func.func @into_argument(%x: tensor<4x8xf32>, %out: memref<4x8xf32>) {
  %e = bufferization.to_tensor %out restrict writable : memref<4x8xf32> to tensor<4x8xf32>
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0
  bufferization.materialize_in_destination %y in restrict writable %out : (tensor<4x8xf32>, memref<4x8xf32>) -> ()
  return
}

// CHECK-LABEL: func @channels_over_x
//  CHECK-SAME:   (%[[X:[^ ]+]]: memref<4x8xf32>, %[[M:[^ ]+]]: memref<8xf32>)
//  CHECK-NEXT:   norm.group_norm ins(%[[X]] : memref<4x8xf32>) outs(%[[X]] : memref<4x8xf32>) dims = [1] channel_dim = 1 groups = 2
//  CHECK-NEXT:   norm.batch_norm ins(%[[X]] : memref<4x8xf32>) mean(%[[M]] : memref<8xf32>) variance(%[[M]] : memref<8xf32>) outs(%[[X]] : memref<4x8xf32>)
//  CHECK-NEXT:   return %[[X]]
func.func @channels_over_x(%x: tensor<4x8xf32>, %m: tensor<8xf32>) -> tensor<4x8xf32> {
  %y = norm.group_norm ins(%x : tensor<4x8xf32>) outs(%x : tensor<4x8xf32>) dims = [1] channel_dim = 1 groups = 2 eps = 1.0
  %z = norm.batch_norm ins(%y : tensor<4x8xf32>) mean(%m : tensor<8xf32>) variance(%m : tensor<8xf32>)
      outs(%y : tensor<4x8xf32>) channel_dim = 1 eps = 1.0
  return %z : tensor<4x8xf32>
}
