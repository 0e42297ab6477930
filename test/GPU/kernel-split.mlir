// RUN: norm-opt %s --norm-to-gpu="chip=sm_90" --canonicalize --cse | FileCheck %s
// RUN: norm-opt %s --norm-to-gpu="chip=sm_90 split-rows-above=64" --canonicalize --cse | FileCheck %s --check-prefix=SHORT
// RUN: norm-run %s --entry=f --target=ptx-interpreter --verify | FileCheck %s --check-prefix=RESULT
// RUN: norm-opt %s --norm-gpu-pipeline="chip=sm_90" | norm-translate --norm-to-ptx | FileCheck %s --check-prefix=PTX

// RESULT: argument1: max error {{[^:]*}}; error/bound 0{{.*}}: right

// Blocks of a row take turns. A layer norm is two launches: of the statistics,
// each block of its part of the row, and of the stores, where each block reads
// what all of them have left, one a thread. The row is read once in each.

// CHECK-LABEL: func @f
// CHECK-DAG: %[[SIZE:.+]] = arith.constant 256 : index
// CHECK: %[[MEMORY:.+]] = gpu.alloc (%[[SIZE]]) : memref<?xf64>
// CHECK: %[[BASE:.+]] = memref.reinterpret_cast %[[MEMORY]] to offset: [0], sizes: [1], strides: [1]
// CHECK: gpu.launch_func @norm_kernels::@f_512x4x4_launch0 blocks in (%c2, %c32, %c1) threads in (%c512, %c1, %c1) args({{.*}}, %[[BASE]] : memref<1xf64>)
// CHECK-NEXT: gpu.launch_func @norm_kernels::@f_512x4x4_launch1 blocks in (%c2, %c32, %c1)
// CHECK-NEXT: gpu.dealloc %[[MEMORY]]

// Two vectors for the shift, then each of the row. The squares of a thread are
// about the mean of what it has seen; of all threads about theirs: a reduction of
// sums and counts, and one of squares. Shift, sum, count and squares are left.

// CHECK: gpu.func @f_512x4x4_launch0
// CHECK-DAG: %[[RANK:.+]] = gpu.block_id y
// CHECK-DAG: %[[BLOCKS:.+]] = gpu.grid_dim y
// CHECK-COUNT-2: vector.load {{.*}}memref<262144xf32
// CHECK: %[[FIRST:.+]] = arith.muli %[[RANK]], %c8192
// CHECK: %[[STEP:.+]] = arith.muli %[[BLOCKS]], %c8192
// CHECK: scf.for %{{.+}} = %[[FIRST]] to %c262144 step %[[STEP]] iter_args(%[[S:.+]] = %{{.+}}, %[[Q:.+]] = %{{.+}}, %[[N:.+]] = %c0) -> (f32, f32, index)
// CHECK: %[[AFTER:.+]] = arith.addi %[[N]], %c16
// CHECK-COUNT-4: vector.load {{.*}}memref<262144xf32
// CHECK-NOT: vector.load
// CHECK: %[[SUM:.+]] = arith.addf %{{.+}}, %[[S]] {{.*}}: f32
// CHECK: %[[MEAN:.+]] = arith.mulf %[[SUM]], %{{.+}} : f32
// CHECK: %[[OFF:.+]] = arith.subf %{{.+}}, %[[MEAN]] {{.*}}: f32
// CHECK: %[[WEIGHTED:.+]] = arith.mulf %{{.+}}, %[[OFF]] {{.*}}: f32
// CHECK: %[[SQUARE:.+]] = arith.mulf %[[WEIGHTED]], %[[OFF]] {{.*}}: f32
// CHECK: %[[ABOUT:.+]] = arith.addf %[[Q]], %[[SQUARE]] {{.*}}: f32
// CHECK: %[[SQUARES:.+]] = arith.addf %{{.+}}, %[[ABOUT]] {{.*}}: f32
// CHECK: scf.yield %[[SUM]], %[[SQUARES]], %[[AFTER]]
// CHECK-COUNT-15: gpu.shuffle xor
// CHECK: gpu.barrier
// CHECK-COUNT-12: gpu.shuffle xor
// CHECK-NOT: gpu.{{shuffle|barrier}}
// CHECK-COUNT-4: memref.store %{{.+}}, %{{.+}}[%[[RANK]]] : memref<?xf64, strided<[1], offset: ?>>
// CHECK-NOT: memref.store
// CHECK: gpu.return

// The same of all blocks. The row may be written over: only what is stored here
// is read of it.

// CHECK: gpu.func @f_512x4x4_launch1
// CHECK-NOT: vector.load {{.*}}strided
// CHECK: scf.if
// CHECK-COUNT-3: memref.load %{{.+}}[%{{.+}}] : memref<?xf64, strided<[1], offset: ?>>
// CHECK-COUNT-15: gpu.shuffle xor
// CHECK: gpu.barrier
// CHECK-COUNT-12: gpu.shuffle xor
// CHECK-NOT: vector.load {{.*}}strided
// CHECK: scf.for
// CHECK-COUNT-4: vector.load {{.*}}strided
// CHECK-NOT: vector.load {{.*}}strided
// CHECK-COUNT-4: vector.store
// CHECK-NOT: vector.load {{.*}}strided
// CHECK: gpu.return

// In the text there is no function of a library, and no local memory.

// PTX-LABEL: .entry f_512x4x4_launch0(
// PTX-NOT: call
// PTX-NOT: .local
// PTX: %ctaid.y
func.func @f(%x: memref<2x262144xf32>, %y: memref<2x262144xf32>) {
  norm.layer_norm ins(%x : memref<2x262144xf32>) outs(%y : memref<2x262144xf32>) dims = [1] eps = 1.0e-5
  return
}

// No sum, and nothing to leave in memory. Rows of a dynamic length have as many
// blocks as it takes, at least one and at most as many as a block has threads.

// SHORT-LABEL: func @scale
// SHORT: %[[N:.+]] = memref.dim %{{.+}}, %c1
// SHORT: %[[CEIL:.+]] = arith.ceildivui %[[N]], %c8192
// SHORT: %[[MOST:.+]] = arith.minui %[[CEIL]], %c512
// SHORT: %[[BLOCKS:.+]] = arith.maxui %[[MOST]], %c1
// SHORT-NOT: gpu.alloc
// SHORT: gpu.launch_func @norm_kernels::@scale_512x4x4_launch0 blocks in (%{{.+}}, %[[BLOCKS]], %c1)
// SHORT: gpu.func @scale_512x4x4_launch0
// SHORT-NOT: f64
// SHORT: gpu.return
func.func @scale(%x: memref<?x?xf32>, %s: memref<?xf32>, %y: memref<?x?xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %s[d0] : memref<?x?xf32>, memref<?xf32>)
      outs(%y[d0, d1] : memref<?x?xf32>) (%xe, %se) {
    %v = arith.mulf %xe, %se : f32
    norm.yield %v : f32
  }
  return
}
