// RUN: norm-opt %s --norm-to-gpu="chip=sm_90" --split-input-file --canonicalize --cse | FileCheck %s
// RUN: norm-opt %s --norm-to-gpu="chip=sm_80" --split-input-file --canonicalize --cse | FileCheck %s --check-prefix=SM80
// RUN: not norm-opt %s --norm-to-gpu="chip=sm_42" --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=CHIP
// RUN: not norm-opt %s --norm-to-gpu="split-rows-above=-1" --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=SPLIT

// SPLIT: error: norm-to-gpu: split-rows-above is -1, but must be at least 0
// CHIP: error: 'sm_42' is not a chip that code is made for; these are: sm_80, {{.*}}sm_90, {{.*}}sm_121a

// A block per row: the row in registers, two sums with a barrier each, and
// parameters that nothing writes. Whether operands are aligned to vectors is
// known when the kernel is launched.

// CHECK-LABEL: func @block
// CHECK-SAME: (%[[X:.+]]: memref<64x4096xf32>, %[[G:.+]]: memref<4096xf32>, %[[Y:.+]]: memref<64x4096xf32>)
// CHECK-DAG: %[[XP:.+]] = memref.extract_aligned_pointer_as_index %[[X]]
// CHECK-DAG: %[[GP:.+]] = memref.extract_aligned_pointer_as_index %[[G]]
// CHECK-DAG: %[[YP:.+]] = memref.extract_aligned_pointer_as_index %[[Y]]
// CHECK: %[[ALIGNED:.+]] = arith.cmpi eq, %{{.+}}, %c0
// CHECK: scf.if %[[ALIGNED]] {
// CHECK: gpu.launch_func @norm_kernels::@block_256x4x4 blocks in (%c64, %c1, %c1) threads in (%c256, %c1, %c1) args(%{{.+}} : memref<1xf32>, %{{.+}} : memref<1xf32>, %{{.+}} : memref<1xf32>)
// CHECK: } else {
// CHECK: gpu.launch_func @norm_kernels::@block_256x16x1
// CHECK: gpu.module @norm_kernels [#nvvm.target<O = 3, chip = "sm_90", features = "+ptx80">]
// CHECK: gpu.func @block_256x4x4(%[[A:.+]]: memref<1xf32>, %[[B:.+]]: memref<1xf32> {llvm.noalias, llvm.readonly}, %[[C:.+]]: memref<1xf32>) workgroup(%[[S:[^:]+]] : memref<8xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[T:[^:]+]] : memref<8xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}) kernel
// CHECK-SAME: known_block_size = array<i32: 256, 1, 1>, nvvm.maxnreg = 48 : i32
// CHECK-DAG: %[[ROW:.+]] = memref.reinterpret_cast %[[A]] to offset: [%{{.+}}], sizes: [4096], strides: [1]
// CHECK-DAG: %[[PARAMETERS:.+]] = memref.reinterpret_cast %[[B]] to offset: [0], sizes: [4096], strides: [1]
// CHECK-COUNT-6: vector.load %[[ROW]]{{.*}} {alignment = 16 : i64} : {{.*}}, vector<4xf32>
// CHECK-NOT: vector.load %[[ROW]]
// CHECK-COUNT-10: gpu.shuffle xor
// CHECK-NOT: gpu.shuffle
// CHECK: memref.store %{{.+}}, %[[S]]
// CHECK-NEXT: memref.store %{{.+}}, %[[T]]
// CHECK: gpu.barrier
// CHECK-COUNT-2: vector.load %[[S]]
// CHECK-COUNT-2: vector.load %[[T]]
// CHECK: llvm.call_intrinsic "llvm.nvvm.rsqrt.approx.f"
// CHECK: vector.load %[[PARAMETERS]]
// CHECK-COUNT-4: vector.store {{.*}} {alignment = 16 : i64} : {{.*}}, vector<4xf32>
// CHECK-NOT: gpu.barrier
// CHECK: gpu.return
func.func @block(%x: memref<64x4096xf32>, %g: memref<4096xf32>, %y: memref<64x4096xf32>) {
  norm.layer_norm ins(%x : memref<64x4096xf32>) scale(%g : memref<4096xf32>)
      outs(%y : memref<64x4096xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Several rows per block, of a number that is not known: threads without a row
// take part and store nothing. No rows, no launch.

// CHECK-LABEL: func @rows
// CHECK-SAME: (%[[X:[^:]+]]: memref<?x128xf32>
// CHECK: %[[ROWS:.+]] = memref.dim %[[X]], %c0
// CHECK: %[[ANY:.+]] = arith.cmpi ne, %[[ROWS]], %c0
// CHECK: scf.if %[[ANY]] {
// CHECK: %[[BLOCKS:.+]] = arith.ceildivui %[[ROWS]], %c16
// CHECK: gpu.launch_func @norm_kernels::@rows_8x4x4 blocks in (%[[BLOCKS]], %c1, %c1) threads in (%c128, %c1, %c1)
// CHECK: gpu.func @rows_8x4x4({{.*}}, %[[COUNT:.+]]: index) kernel
// CHECK: %[[ISROW:.+]] = arith.cmpi ult, %[[ROW:.+]], %[[COUNT]]
// CHECK: arith.select %[[ISROW]], %[[ROW]], %c0
// CHECK-COUNT-3: gpu.shuffle xor
// CHECK-NOT: gpu.shuffle
// CHECK-NOT: gpu.barrier
// CHECK-COUNT-4: scf.if %[[ISROW]]
func.func @rows(%x: memref<?x128xf32>, %y: memref<?x128xf32>) {
  norm.rms_norm ins(%x : memref<?x128xf32>) outs(%y : memref<?x128xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// In place: x is not read-only, and is read before it is written.

// CHECK-LABEL: func @in_place
// CHECK: gpu.func @in_place_32x4x4(%[[X:.+]]: memref<1xf32>, %{{.+}}: memref<1xf32> {llvm.noalias, llvm.readonly}) kernel
// CHECK-COUNT-4: vector.load {{.*}}memref<512xf32, strided<[1], offset: ?>>
// CHECK-NOT: vector.load {{.*}}memref<512xf32, strided<[1], offset: ?>>
// CHECK: vector.store
func.func @in_place(%x: memref<64x512xf32>, %g: memref<512xf32>) {
  norm.rms_norm ins(%x : memref<64x512xf32>) scale(%g : memref<512xf32>) outs(%x : memref<64x512xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// A vector that the row does not have is neither loaded nor stored, and
// contributes what changes nothing.

// CHECK-LABEL: func @tail
// CHECK: gpu.func @tail_192x4x4
// CHECK: %[[IN:.+]] = arith.cmpi ult, %{{.+}}, %c3000
// CHECK-COUNT-3: vector.load
// CHECK: scf.if %[[IN]] -> (vector<4xf32>) {
// CHECK: %[[SUM:.+]] = vector.reduction <add>
// CHECK-NEXT: arith.select %[[IN]], %[[SUM]], %{{.+}} : f32
// CHECK: scf.if %[[IN]] {
// CHECK-NEXT: vector.store
func.func @tail(%x: memref<64x3000xf32>, %y: memref<64x3000xf32>) {
  norm.rms_norm ins(%x : memref<64x3000xf32>) outs(%y : memref<64x3000xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// A cluster per row: lane i of each warp leaves its sum with block i, once that
// block is known to run; then there is a barrier of the cluster. Of more sums
// than lanes, each lane takes its share.

// CHECK-LABEL: func @cluster
// CHECK: %[[BLOCKS:.+]] = arith.muli %{{.+}}, %c4
// CHECK: gpu.launch_func @norm_kernels::@cluster_2048x8x4 clusters in (%c4, %c1, %c1) blocks in (%[[BLOCKS]], %c1, %c1) threads in (%c512, %c1, %c1)
// CHECK: gpu.func @cluster_2048x8x4({{.*}} workgroup(%[[S:[^:]+]] : memref<64xf32
// CHECK-SAME: known_block_size = array<i32: 512, 1, 1>, known_cluster_size = array<i32: 4, 1, 1>
// CHECK: nvvm.cluster.arrive.relaxed {aligned}
// CHECK: %[[RANK:.+]] = arith.andi %{{.+}}, %c3
// CHECK: vector.load
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: nvvm.cluster.wait {aligned}
// CHECK: %[[HAS:.+]] = arith.cmpi ult, %[[LANE:.+]], %c4
// CHECK: scf.if %[[HAS]] {
// CHECK: memref.extract_aligned_pointer_as_index %[[S]]
// CHECK: %[[BLOCK:.+]] = arith.index_cast %[[LANE]] : index to i32
// CHECK: %[[THEIRS:.+]] = nvvm.mapa %{{.+}}, %[[BLOCK]] : !llvm.ptr<3> -> !llvm.ptr<7>
// CHECK: llvm.store %{{.+}}, %[[THEIRS]]
// CHECK: nvvm.cluster.arrive {aligned}
// CHECK-NEXT: nvvm.cluster.wait {aligned}
// CHECK: %[[SHARE:.+]] = arith.muli %[[LANE]], %c2
// CHECK: vector.load %[[S]][%[[SHARE]]] {alignment = 8 : i64} : {{.*}}, vector<2xf32>
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK-NOT: nvvm.cluster
// CHECK: gpu.return
func.func @cluster(%x: memref<?x65536xf32>, %y: memref<?x65536xf32>) {
  norm.rms_norm ins(%x : memref<?x65536xf32>) outs(%y : memref<?x65536xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// A block a row where there are no clusters, which reads it for the statistics,
// and for the stores; what is one per row is stored once.

// SM80-LABEL: func @long
// SM80: gpu.func @long_512x4x4
// SM80: scf.for %{{.+}} = %c0 to %c65536 step %c8192 iter_args({{.*}}) -> (f32, f32, index)
// SM80: gpu.barrier
// SM80-NOT: gpu.barrier
// SM80: scf.for %{{.+}} = %c0 to %c65536 step %c8192 {
// SM80-COUNT-4: vector.store
// SM80: %[[FIRST:.+]] = arith.cmpi eq, %{{.+}}, %c0
// SM80: scf.if %[[FIRST]] {
// SM80: memref.store %{{.+}}, %{{.+}}[] : memref<f32, strided<[], offset: ?>>
func.func @long(%x: memref<?x65536xf32>, %y: memref<?x65536xf32>, %r: memref<?xf32>) {
  norm.layer_norm ins(%x : memref<?x65536xf32>) outs(%y : memref<?x65536xf32>) rstd(%r : memref<?xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// A number per row that is read and written: once all threads have read it.

// CHECK-LABEL: func @running
// CHECK: gpu.func @running_8x4x1
// CHECK: %[[OLD:.+]] = memref.load %{{.+}}[] : memref<f32, strided<[], offset: ?>>
// CHECK: gpu.barrier
// CHECK: memref.store %{{.+}}[] : memref<f32, strided<[], offset: ?>>
// SM80-LABEL: func @running
func.func @running(%x: memref<8x31xf32>, %s: memref<8xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1], %s[d0] : memref<8x31xf32>, memref<8xf32>)
      outs(%s[d0] : memref<8xf32>) (%xe, %se) {
    %t = arith.mulf %xe, %se : f32
    %sum = norm.reduce add %t : f32
    norm.yield %sum : f32
  }
  return
}

// -----

// Several dims on either side; γ has one of the reduced ones. Offsets and
// strides of any kind.

// CHECK-LABEL: func @groups
// CHECK: gpu.func @groups_32x8x4
// CHECK: %[[B:.+]] = gpu.block_id x
// CHECK: memref.load %{{.+}}[%{{.+}}] : memref<8xf32, strided<[1], offset: ?>>
// CHECK: vector.broadcast
func.func @groups(%x: memref<4x2x8x128xf32, strided<[?, ?, ?, 1], offset: ?>>, %g: memref<2x8xf32>, %y: memref<4x2x8x128xf32>) {
  norm.generic (d0: parallel, d1: parallel, d2: reduction, d3: reduction)
      ins(%x[d0, d1, d2, d3], %g[d1, d2] : memref<4x2x8x128xf32, strided<[?, ?, ?, 1], offset: ?>>, memref<2x8xf32>)
      outs(%y[d0, d1, d2, d3] : memref<4x2x8x128xf32>) (%xe, %ge) {
    %mean, %var = norm.reduce moments %xe : f32
    %c = arith.subf %xe, %mean : f32
    %r = math.rsqrt %var : f32
    %h = arith.mulf %c, %r : f32
    %hg = arith.mulf %h, %ge : f32
    norm.yield %hg : f32
  }
  return
}

// -----

// What is not a norm stays.

// CHECK-LABEL: func @others
// CHECK: linalg.fill
// CHECK-NOT: gpu
func.func @others(%x: memref<4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%x : memref<4xf32>)
  return
}
