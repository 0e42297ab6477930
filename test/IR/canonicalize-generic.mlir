// RUN: norm-opt %s --canonicalize | FileCheck %s
// RUN: norm-opt %s --cse --canonicalize | FileCheck %s --check-prefix=CSE

// CHECK-LABEL: func @dead_and_duplicate_inputs
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[G:[^ ]+]]: tensor<8xf32>, %[[E:[^ ]+]]: tensor<4x8xf32>)
//       CHECK:   norm.generic (d0: parallel, d1: reduction)
//  CHECK-NEXT:     ins(%[[X]][d0, d1] : tensor<4x8xf32>)
//  CHECK-NEXT:     outs(%[[E]][d0, d1] : tensor<4x8xf32>) attributes {tag} (%[[A:.*]]) {
//  CHECK-NEXT:       arith.mulf %[[A]], %[[A]] : f32
func.func @dead_and_duplicate_inputs(%x: tensor<4x8xf32>, %g: tensor<8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.generic (d0: parallel, d1: reduction)
      ins(%g[d1], %x[d0, d1], %x[d0, d1] : tensor<8xf32>, tensor<4x8xf32>, tensor<4x8xf32>)
      outs(%e[d0, d1] : tensor<4x8xf32>) attributes {tag} (%a, %b, %c) {
    %v = arith.mulf %b, %c : f32
    norm.yield %v : f32
  }
  return %y : tensor<4x8xf32>
}

// The duplicate alone is read.
// CHECK-LABEL: func @duplicate_of_unused
//       CHECK:   ins(%{{[^ ]+}}[d0, d1] : tensor<4x8xf32>)
//  CHECK-NEXT:   outs({{.*}}) (%[[A:.*]]) {
//  CHECK-NEXT:     norm.yield %[[A]] : f32
func.func @duplicate_of_unused(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %x[d0, d1] : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a, %b) {
    norm.yield %b : f32
  }
  return %y : tensor<4x8xf32>
}

// The same tensor read otherwise is another input.
// CHECK-LABEL: func @transposed_is_no_duplicate
//       CHECK:   ins(%{{[^ ]+}}[d0, d1], %{{[^ ]+}}[d1, d0] :
func.func @transposed_is_no_duplicate(%x: tensor<8x8xf32>, %e: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %y = norm.generic (d0: parallel, d1: reduction)
      ins(%x[d0, d1], %x[d1, d0] : tensor<8x8xf32>, tensor<8x8xf32>) outs(%e[d0, d1] : tensor<8x8xf32>) (%a, %b) {
    %v = arith.addf %a, %b : f32
    norm.yield %v : f32
  }
  return %y : tensor<8x8xf32>
}

// Nothing else says how long a row is.
// CHECK-LABEL: func @unread_input_gives_extent
//       CHECK:   ins(%{{[^ ]+}}[d0, d1] : tensor<4x?xf32>)
//       CHECK:   norm.count
func.func @unread_input_gives_extent(%x: tensor<4x?xf32>, %m: tensor<4xf32>) -> tensor<4xf32> {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x?xf32>) outs(%m[d0] : tensor<4xf32>) (%a) {
    %n = norm.count : f32
    norm.yield %n : f32
  }
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func @unused_out
//  CHECK-SAME:   (%[[X:[^ ]+]]: tensor<4x8xf32>, %[[E:[^ ]+]]: tensor<4x8xf32>, %[[M:[^ ]+]]: tensor<4xf32>)
//       CHECK:   %[[Y:.*]] = norm.generic
//  CHECK-NEXT:     ins(%[[X]][d0, d1] : tensor<4x8xf32>)
//  CHECK-NEXT:     outs(%[[M]][d0] : tensor<4xf32>) (%[[A:.*]]) {
//  CHECK-NEXT:       %[[S:.*]] = norm.reduce max %[[A]] : f32
//  CHECK-NEXT:       norm.yield %[[S]] : f32
//       CHECK:   return %[[Y]]
func.func @unused_out(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>, %m: tensor<4xf32>) -> tensor<4xf32> {
  %y:2 = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>)
      outs(%e[d0, d1], %m[d0] : tensor<4x8xf32>, tensor<4xf32>) (%a) {
    %s = norm.reduce max %a : f32
    %v = math.exp %a : f32
    norm.yield %v, %s : f32, f32
  }
  return %y#1 : tensor<4xf32>
}

// CHECK-LABEL: func @unused_out_gives_extent
//       CHECK:   outs(%{{[^ ]+}}[d0, d1], %{{[^ ]+}}[d0] :
func.func @unused_out_gives_extent(%e: tensor<4x?xf32>, %m: tensor<4xf32>) -> tensor<4xf32> {
  %y:2 = norm.generic (d0: parallel, d1: reduction) ins() outs(%e[d0, d1], %m[d0] : tensor<4x?xf32>, tensor<4xf32>) () {
    %n = norm.count : f32
    norm.yield %n, %n : f32, f32
  }
  return %y#1 : tensor<4xf32>
}

// CHECK-LABEL: func @outs_in_buffers
//       CHECK:   outs(%{{[^ ]+}}[d0, d1], %{{[^ ]+}}[d0] :
func.func @outs_in_buffers(%x: memref<4x8xf32>, %y: memref<4x8xf32>, %m: memref<4xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x8xf32>)
      outs(%y[d0, d1], %m[d0] : memref<4x8xf32>, memref<4xf32>) (%a) {
    %s = norm.reduce min %a : f32
    norm.yield %a, %s : f32, f32
  }
  return
}

// CHECK-LABEL: func @uniform_reduces
//  CHECK-SAME:   %[[V:[^ ]+]]: f32
//       CHECK:   %[[N:.*]] = arith.constant 8.000000e+00 : f32
//       CHECK:   norm.generic
//       CHECK:     (%[[R:[^ ]+]]) {
//   CHECK-NOT:       norm.reduce
//   CHECK-DAG:       %[[VAR:.*]] = arith.subf %[[R]], %[[R]] : f32
//   CHECK-DAG:       %[[SUM:.*]] = arith.mulf %[[V]], %[[N]] : f32
//       CHECK:       norm.yield %[[R]], %[[VAR]], %[[SUM]], %[[R]], %[[V]]
func.func @uniform_reduces(%v: f32, %r: tensor<4xf32>, %e: tensor<4x8xf32>) ->
    (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  %y:5 = norm.generic (d0: parallel, d1: reduction) ins(%r[d0] : tensor<4xf32>)
      outs(%e[d0, d1], %e[d0, d1], %e[d0, d1], %e[d0, d1], %e[d0, d1] :
           tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) (%a) {
    %mean, %var = norm.reduce moments %a : f32
    %sum = norm.reduce add %v : f32
    %max = norm.reduce max %a : f32
    %min = norm.reduce min %v : f32
    norm.yield %mean, %var, %sum, %max, %min : f32, f32, f32, f32, f32
  }
  return %y#0, %y#1, %y#2, %y#3, %y#4 : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}

// The sum of a column parameter is not uniform in the row.
// CHECK-LABEL: func @column_reduce
//       CHECK:   norm.reduce add
func.func @column_reduce(%g: tensor<8xf32>, %m: tensor<4xf32>) -> tensor<4xf32> {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%g[d1] : tensor<8xf32>) outs(%m[d0] : tensor<4xf32>) (%a) {
    %s = norm.reduce add %a : f32
    norm.yield %s : f32
  }
  return %y : tensor<4xf32>
}

// Extents multiply over the reduction dims, and any operand may know them.
// CHECK-LABEL: func @count
//       CHECK:   %[[N:.*]] = arith.constant 2.400000e+01 : f16
//       CHECK:     arith.mulf %{{[^ ]+}}, %[[N]] : f16
func.func @count(%x: tensor<3x5x?xf16>, %e: tensor<3x5x8xf16>) -> tensor<3x5x8xf16> {
  %y = norm.generic (d0: reduction, d1: parallel, d2: reduction)
      ins(%x[d0, d1, d2] : tensor<3x5x?xf16>) outs(%e[d0, d1, d2] : tensor<3x5x8xf16>) (%a) {
    %n = norm.count : f16
    %v = arith.mulf %a, %n : f16
    norm.yield %v : f16
  }
  return %y : tensor<3x5x8xf16>
}

// CHECK-LABEL: func @dynamic_count
//       CHECK:   norm.count : f32
func.func @dynamic_count(%e: tensor<4x?xf32>) -> tensor<4x?xf32> {
  %y = norm.generic (d0: parallel, d1: reduction) ins() outs(%e[d0, d1] : tensor<4x?xf32>) () {
    %n = norm.count : f32
    norm.yield %n : f32
  }
  return %y : tensor<4x?xf32>
}

// Equal reduces are one, unequal ones and dead ones are as on any block.
// CSE-LABEL: func @equal_reduces
//       CSE:   %[[S:.*]] = norm.reduce add %[[A:.*]] : f32
//  CSE-NEXT:   %[[M:.*]] = norm.reduce max %[[A]] : f32
//  CSE-NEXT:   %[[D:.*]] = arith.divf %[[S]], %[[S]] : f32
//  CSE-NEXT:   arith.addf %[[D]], %[[M]] : f32
//  CSE-NEXT:   norm.yield
func.func @equal_reduces(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : tensor<4x8xf32>) outs(%e[d0, d1] : tensor<4x8xf32>) (%a) {
    %s = norm.reduce add %a : f32
    %t = norm.reduce add %a : f32
    %m = norm.reduce max %a : f32
    %dead = norm.reduce min %a : f32
    %d = arith.divf %s, %t : f32
    %v = arith.addf %d, %m : f32
    norm.yield %v : f32
  }
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @casts
//       CHECK:   %[[Y:.*]] = norm.generic
//  CHECK-NEXT:     ins(%{{[^ ]+}}[d0, d1] : tensor<4x8xf32>)
//  CHECK-NEXT:     outs(%{{[^ ]+}}[d0, d1] : tensor<4x8xf32>)
//       CHECK:   %[[C:.*]] = tensor.cast %[[Y]] : tensor<4x8xf32> to tensor<?x?xf32>
//       CHECK:   return %[[C]]
func.func @casts(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<?x?xf32> {
  %xc = tensor.cast %x : tensor<4x8xf32> to tensor<?x?xf32>
  %ec = tensor.cast %e : tensor<4x8xf32> to tensor<?x?xf32>
  %y = norm.generic (d0: parallel, d1: reduction) ins(%xc[d0, d1] : tensor<?x?xf32>) outs(%ec[d0, d1] : tensor<?x?xf32>) (%a) {
    norm.yield %a : f32
  }
  return %y : tensor<?x?xf32>
}
