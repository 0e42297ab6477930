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

// Global memory is where all buffers are, whether they say so or not.
// CHECK-LABEL: func @global_memory
// CHECK-SAME: (%[[X:.+]]: memref<4xf32>, %[[Y:.+]]: memref<4xf32>) -> memref<4xf32>
// CHECK: %[[A:.+]] = gpu.alloc () : memref<4xf32>
// CHECK: gpu.memcpy %[[A]], %[[X]] : memref<4xf32>, memref<4xf32>
// CHECK: gpu.memcpy %[[Y]], %[[A]] : memref<4xf32>, memref<4xf32>
// CHECK: return %[[A]]
func.func @global_memory(%x: memref<4xf32, #gpu.address_space<global>>, %y: memref<4xf32, 1>)
    -> memref<4xf32, #gpu.address_space<global>> {
  %a = memref.alloc() : memref<4xf32, #gpu.address_space<global>>
  memref.copy %x, %a : memref<4xf32, #gpu.address_space<global>> to memref<4xf32, #gpu.address_space<global>>
  %b = memref.memory_space_cast %a : memref<4xf32, #gpu.address_space<global>> to memref<4xf32>
  memref.copy %b, %y : memref<4xf32> to memref<4xf32, 1>
  return %a : memref<4xf32, #gpu.address_space<global>>
}

// -----

// What is neither given nor a kernel's stays the host's: deallocation keeps
// account in it.
// CHECK-LABEL: func @account
// CHECK: %[[A:.+]] = memref.alloc() : memref<2xindex>
// CHECK: memref.store %{{.+}}, %[[A]]
// CHECK: call @helper
// CHECK: memref.dealloc %[[A]]
// CHECK-NOT: gpu
func.func private @helper(%a: memref<?xindex>) {
  %c0 = arith.constant 0 : index
  memref.store %c0, %a[%c0] : memref<?xindex>
  return
}
func.func @account() {
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<2xindex>
  memref.store %c1, %a[%c1] : memref<2xindex>
  %d = memref.cast %a : memref<2xindex> to memref<?xindex>
  call @helper(%d) : (memref<?xindex>) -> ()
  memref.dealloc %a : memref<2xindex>
  return
}

// -----

// A mask is the device's.
// CHECK-LABEL: func @mask
// CHECK: gpu.alloc () : memref<4xi1>
func.func @mask() -> memref<4xi1> {
  %m = memref.alloc() : memref<4xi1>
  return %m : memref<4xi1>
}

// -----

func.func @given(%x: memref<1xi1>) -> i1 {
  %c0 = arith.constant 0 : index
  // expected-error @below {{'memref.load' op would read or write on the host what is on the device}}
  %v = memref.load %x[%c0] : memref<1xi1>
  return %v : i1
}

// -----

func.func @norm(%x: memref<4x8xf32>) {
  // expected-error @below {{'norm.rms_norm' op has no kernel; a remark of category norm-plan says why}}
  norm.rms_norm ins(%x : memref<4x8xf32>) outs(%x : memref<4x8xf32>) dims = [1] eps = 1.0
  return
}

// -----

func.func @linalg(%x: memref<4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  // expected-error @below {{'linalg.fill' op would read or write on the host what is on the device; with kernels-only, it is left to others}}
  linalg.fill ins(%zero : f32) outs(%x : memref<4x8xf32>)
  return
}

// -----

func.func @load(%x: memref<f32>) -> f32 {
  // expected-error @below {{'memref.load' op would read or write on the host what is on the device}}
  %v = memref.load %x[] : memref<f32>
  return %v : f32
}

// -----

func.func @strided(%x: memref<4x8xf32, strided<[16, 1]>>, %y: memref<4x8xf32>) {
  // expected-error @below {{'memref.copy' op copies a buffer on the device that is not contiguous}}
  memref.copy %x, %y : memref<4x8xf32, strided<[16, 1]>> to memref<4x8xf32>
  return
}
