// RUN: norm-opt %s --norm-place-on-device --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @buffers
// CHECK-SAME: (%[[X:.+]]: memref<?xf32>, %[[N:.+]]: index)
// CHECK: %[[A:.+]] = gpu.alloc (%[[N]]) : memref<?xf32>
// CHECK: %[[S:.+]] = gpu.alloc () : memref<4xf32>
// CHECK: gpu.memcpy %[[A]], %[[X]]
// CHECK: gpu.dealloc %[[A]]
// CHECK: gpu.dealloc %[[S]]
// CHECK-NOT: memref.alloc
func.func private @use(memref<4xf32>)
func.func @buffers(%x: memref<?xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?xf32>
  %s = memref.alloca() : memref<4xf32>
  memref.copy %x, %a : memref<?xf32> to memref<?xf32>
  call @use(%s) : (memref<4xf32>) -> ()
  memref.dealloc %a : memref<?xf32>
  return
}

// -----

// What is constant is copied there, before anything uses it.
memref.global "private" constant @weights : memref<2xf32> = dense<[1.0, 2.0]>

// CHECK-LABEL: func @constant
// CHECK: %[[HOST:.+]] = memref.get_global @weights
// CHECK: %[[W:.+]] = gpu.alloc () : memref<2xf32>
// CHECK: gpu.memcpy %[[W]], %[[HOST]]
// CHECK: call @use(%[[W]])
// CHECK: gpu.dealloc %[[W]]
func.func private @use(memref<2xf32>)
func.func @constant() {
  %w = memref.get_global @weights : memref<2xf32>
  call @use(%w) : (memref<2xf32>) -> ()
  return
}

// -----

func.func @norm(%x: memref<4x8xf32>) {
  // expected-error @below {{has no kernel; a remark of category norm-plan says why}}
  norm.rms_norm ins(%x : memref<4x8xf32>) outs(%x : memref<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @linalg(%x: memref<4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  // expected-error @below {{would read or write on the host what is on the device}}
  linalg.fill ins(%zero : f32) outs(%x : memref<4x8xf32>)
  return
}

// -----

func.func @load(%x: memref<f32>) -> f32 {
  // expected-error @below {{would read or write on the host what is on the device}}
  %v = memref.load %x[] : memref<f32>
  return %v : f32
}

// -----

func.func @strided(%x: memref<4x8xf32, strided<[16, 1]>>, %y: memref<4x8xf32>) {
  // expected-error @below {{copies a buffer on the device that is not contiguous}}
  memref.copy %x, %y : memref<4x8xf32, strided<[16, 1]>> to memref<4x8xf32>
  return
}
