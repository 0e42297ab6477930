// RUN: norm-opt %s --norm-bufferize | FileCheck %s

// A destination that is a memref argument is written in place.

// CHECK-LABEL: func @in_place
// CHECK-SAME: %[[X:.+]]: memref<4x8xf32>, %[[Y:.+]]: memref<4x8xf32>
func.func @in_place(%x: tensor<4x8xf32>, %y: memref<4x8xf32>) {
  // CHECK-NOT: memref.alloc
  // CHECK: norm.rms_norm ins(%[[X]] : memref<4x8xf32>) outs(%[[Y]] : memref<4x8xf32>)
  // CHECK-NOT: memref.copy
  // CHECK: return
  %e = tensor.empty() : tensor<4x8xf32>
  %r = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  bufferization.materialize_in_destination %r in restrict writable %y : (tensor<4x8xf32>, memref<4x8xf32>) -> ()
  return
}

// Also where it has another shape than the op works on.

// CHECK-LABEL: func @in_place_expanded
// CHECK-SAME: %[[X:.+]]: memref<2x4x8xf32>, %[[Y:.+]]: memref<2x4x8xf32>
func.func @in_place_expanded(%x: tensor<2x4x8xf32>, %y: memref<2x4x8xf32>) {
  // CHECK-NOT: memref.alloc
  // CHECK: %[[ROWS:.+]] = memref.collapse_shape %[[Y]]
  // CHECK: norm.rms_norm {{.*}} outs(%[[ROWS]] : memref<8x8xf32>)
  // CHECK-NOT: memref.copy
  // CHECK: return
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x4x8xf32> into tensor<8x8xf32>
  %e = tensor.empty() : tensor<8x8xf32>
  %r = norm.rms_norm ins(%rows : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) dims = [1] eps = 1.0e-5
  %expanded = tensor.expand_shape %r [[0, 1], [2]] output_shape [2, 4, 8] : tensor<8x8xf32> into tensor<2x4x8xf32>
  bufferization.materialize_in_destination %expanded in restrict writable %y : (tensor<2x4x8xf32>, memref<2x4x8xf32>) -> ()
  return
}

// CHECK-LABEL: func @in_place_collapsed
// CHECK-SAME: %[[X:.+]]: memref<?x8xf32>, %[[Y:.+]]: memref<?x8xf32>
func.func @in_place_collapsed(%x: tensor<?x8xf32>, %y: memref<?x8xf32>, %n: index) {
  // CHECK-NOT: memref.alloc
  // CHECK: %[[GROUPS:.+]] = memref.expand_shape %[[Y]] {{.*}} : memref<?x8xf32> into memref<?x2x4xf32>
  // CHECK: norm.rms_norm {{.*}} outs(%[[GROUPS]] : memref<?x2x4xf32>)
  // CHECK-NOT: memref.copy
  // CHECK: return
  %groups = tensor.expand_shape %x [[0], [1, 2]] output_shape [%n, 2, 4] : tensor<?x8xf32> into tensor<?x2x4xf32>
  %e = tensor.empty(%n) : tensor<?x2x4xf32>
  %r = norm.rms_norm ins(%groups : tensor<?x2x4xf32>) outs(%e : tensor<?x2x4xf32>) dims = [2] eps = 1.0e-5
  %collapsed = tensor.collapse_shape %r [[0], [1, 2]] : tensor<?x2x4xf32> into tensor<?x8xf32>
  bufferization.materialize_in_destination %collapsed in restrict writable %y : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
  return
}

// Elements are stored after their row is known: x's buffer can take y.

// CHECK-LABEL: func @reuses_input
func.func @reuses_input(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[A:.+]] = memref.alloc() {{.*}} : memref<4x8xf32>
  // CHECK: linalg.exp {{.*}} outs(%[[A]] :
  // CHECK-NOT: memref.alloc
  // CHECK: ins(%[[A]][d0, d1] : memref<4x8xf32>)
  // CHECK-NEXT: outs(%[[A]][d0, d1] : memref<4x8xf32>)
  // CHECK: return %[[A]]
  %e = tensor.empty() : tensor<4x8xf32>
  %a = linalg.exp ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %r = norm.generic (d0: parallel, d1: reduction) ins(%a[d0, d1] : tensor<4x8xf32>) outs(%a[d0, d1] : tensor<4x8xf32>) (%v) {
    %s = norm.reduce add %v : f32
    %d = arith.divf %v, %s : f32
    norm.yield %d : f32
  }
  return %r : tensor<4x8xf32>
}

// The value is read through a transposed map too, so rows read each other's
// elements: the out needs a buffer of its own.

// CHECK-LABEL: func @transposed
func.func @transposed(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
  // CHECK: %[[A:.+]] = memref.alloc() {{.*}} : memref<64x64xf32>
  // CHECK: %[[B:.+]] = memref.alloc() {{.*}} : memref<64x64xf32>
  // CHECK: ins(%[[A]][d1, d0] :
  // CHECK-NEXT: outs(%[[B]][d0, d1] :
  // CHECK: memref.dealloc %[[A]]
  // CHECK: return %[[B]]
  %e = tensor.empty() : tensor<64x64xf32>
  %a = linalg.exp ins(%x : tensor<64x64xf32>) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
  %r = norm.generic (d0: parallel, d1: reduction) ins(%a[d1, d0] : tensor<64x64xf32>) outs(%a[d0, d1] : tensor<64x64xf32>) (%v) {
    %s = norm.reduce add %v : f32
    %d = arith.divf %v, %s : f32
    norm.yield %d : f32
  }
  return %r : tensor<64x64xf32>
}

// A temporary is freed; a small one is on the stack.

// CHECK-LABEL: func @temporaries
func.func @temporaries(%x: tensor<?x8xf32>, %y: memref<?x8xf32>, %n: index, %i: index) -> f32 {
  // CHECK: %[[SMALL:.+]] = memref.alloca() {{.*}} : memref<4xf32>
  // CHECK: %[[T:.+]] = memref.alloc(%{{.+}}) {{.*}} : memref<?x8xf32>
  // CHECK: memref.dealloc %[[T]]
  // CHECK-NOT: memref.dealloc %[[SMALL]]
  %z = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<4xf32>
  %s = linalg.fill ins(%z : f32) outs(%se : tensor<4xf32>) -> tensor<4xf32>
  %v = tensor.extract %s[%i] : tensor<4xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %t = norm.rms_norm ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) dims = [1] eps = 1.0e-5
  %f = tensor.empty(%n) : tensor<?x8xf32>
  %r = linalg.add ins(%t, %x : tensor<?x8xf32>, tensor<?x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  bufferization.materialize_in_destination %r in restrict writable %y : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
  return %v : f32
}

// A function on memrefs frees what it wants freed.

// CHECK-LABEL: func @own_memory
func.func @own_memory(%n: index) -> memref<?xf32> {
  // CHECK: %[[A:.+]] = memref.alloc
  // CHECK-NEXT: %[[B:.+]] = memref.alloc
  // CHECK-NEXT: call @use(%[[A]])
  // CHECK-NEXT: memref.dealloc %[[A]]
  // CHECK-NEXT: return %[[B]]
  %a = memref.alloc(%n) : memref<?xf32>
  %b = memref.alloc(%n) : memref<?xf32>
  call @use(%a) : (memref<?xf32>) -> ()
  memref.dealloc %a : memref<?xf32>
  return %b : memref<?xf32>
}
func.func private @use(memref<?xf32>)

// So does a function with tensors, of what it frees.

// CHECK-LABEL: func @own_memory_beside_tensors
func.func @own_memory_beside_tensors(%x: tensor<?x8xf32>, %n: index) -> tensor<?x8xf32> {
  // CHECK: %[[OWN:.+]] = memref.alloc(%{{.+}}) {{.*}}: memref<?xf32>
  // CHECK: call @use(%[[OWN]])
  // CHECK: memref.dealloc %[[OWN]]
  // CHECK: %[[R:.+]] = memref.alloc(%{{.+}}) {{.*}}: memref<?x8xf32>
  // CHECK-NOT: memref.dealloc
  // CHECK: return %[[R]]
  %a = memref.alloc(%n) : memref<?xf32>
  call @use(%a) : (memref<?xf32>) -> ()
  %view = memref.cast %a : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
  memref.dealloc %view : memref<?xf32, strided<[1], offset: ?>>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %r = norm.rms_norm ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) dims = [1] eps = 1.0e-5
  return %r : tensor<?x8xf32>
}
