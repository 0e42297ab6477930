// RUN: norm-opt %s --norm-mark-manual-deallocations | FileCheck %s
// RUN: norm-opt %s --norm-mark-manual-deallocations --ownership-based-buffer-deallocation | FileCheck %s --check-prefix=ACCEPTED
// RUN: not norm-opt %s --ownership-based-buffer-deallocation

// Through a cast too; what is not freed here is not marked.

// CHECK-LABEL: func @f
// CHECK: memref.alloc(%{{.+}}) {bufferization.manual_deallocation} : memref<?xf32>
// CHECK: memref.alloc(%{{.+}}) : memref<?xf32>
// CHECK: memref.dealloc %{{.+}} {bufferization.manual_deallocation}
// ACCEPTED-LABEL: func @f
func.func @f(%n: index) -> memref<?xf32> {
  %a = memref.alloc(%n) : memref<?xf32>
  %b = memref.alloc(%n) : memref<?xf32>
  %c = memref.cast %a : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
  memref.dealloc %c : memref<?xf32, strided<[1], offset: ?>>
  return %b : memref<?xf32>
}

