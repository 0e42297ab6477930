// RUN: norm-opt %s --norm-to-vector="cpu=x86-64-v4" --split-input-file --canonicalize --cse | FileCheck %s
// RUN: norm-opt %s --norm-to-vector="cpu=x86-64" --split-input-file --canonicalize --cse | FileCheck %s --check-prefix=SSE2
// RUN: norm-opt %s --norm-to-vector="cpu=x86-64-v4 accuracy=two-pass" --split-input-file --canonicalize --cse | FileCheck %s --check-prefix=TWOPASS
// RUN: norm-opt %s --norm-to-vector="cpu=x86-64-v4 accuracy=fast" --split-input-file --canonicalize --cse | FileCheck %s --check-prefix=FAST
// RUN: norm-opt %s --norm-to-vector="cpu=x86-64-v4" --split-input-file --remarks-filter="norm-plan" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not norm-opt %s --norm-to-vector="cpu=no-such-cpu" --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=NOCPU
// RUN: not norm-opt %s --norm-to-vector="lanes=-4" --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=LANES
// RUN: not norm-opt %s --norm-to-vector="rows=1025" --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=ROWS
// RUN: not norm-opt %s --norm-cpu-pipeline="threads=-3" --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=THREADS
// LANES: norm-to-vector: lanes is -4, but must be in [0, 1024]
// ROWS: norm-to-vector: rows is 1025, but must be in [0, 1024]
// THREADS: norm-to-vector: threads is -3, but must be in [0, 2147483647]

// NOCPU: error: 'no-such-cpu' is not a CPU of '{{.*}}'

// Rows of whole vectors: one pass about the mean of the first elements, anew
// about the mean if that was far off, then the elements. Parameters are loaded
// once for all rows at hand.

// REMARK: remark: {{.*}}32 lanes along d1, reduced across lanes; 4 rows at once; masked tails
// CHECK-LABEL: func @whole_vectors
// CHECK-SAME: (%[[X:.+]]: memref<64x256xf32>, %[[G:.+]]: memref<256xf32>
// CHECK: scf.for %[[ROW:.+]] = %{{.+}} to %{{.+}} step %c4 {
// CHECK-NOT: vector.reduction
// CHECK: scf.for %[[J:.+]] = {{.+}} -> (vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>)
// CHECK-COUNT-4: vector.load %[[X]]
// CHECK: vector.shuffle {{.*}} [0, 32, 1, 33, 4,
// CHECK: vector.shuffle {{.*}} [2, 34, 3, 35, 6,
// CHECK: %[[FAR:.+]] = vector.reduction <or>, %{{.+}} : vector<4xi1> into i1
// CHECK: scf.if %[[FAR]] -> (vector<4xf32>, vector<4xf32>, vector<4xf32>)
// CHECK: scf.for
// CHECK-NOT: vector.mask
// CHECK: math.rsqrt %{{.+}} : vector<4xf32>
// CHECK: scf.for
// CHECK-COUNT-1: vector.load %[[G]]
// CHECK-NOT: vector.load %[[G]]
// CHECK: vector.store
// CHECK-NOT: memref.load
// CHECK-NOT: nontemporal
// CHECK: return
// SSE2-LABEL: func @whole_vectors
// SSE2: vector<8xf32>
// TWOPASS-LABEL: func @whole_vectors
// TWOPASS: scf.for {{.+}} -> (vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>)
// TWOPASS: scf.for {{.+}} -> (vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>)
// FAST-LABEL: func @whole_vectors
// FAST: scf.for {{.+}} -> (vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>, vector<32xf32>)
// FAST-NOT: scf.if
// FAST: vector.store
func.func @whole_vectors(%x: memref<64x256xf32>, %g: memref<256xf32>, %y: memref<64x256xf32>) {
  norm.layer_norm ins(%x : memref<64x256xf32>) scale(%g : memref<256xf32>)
      outs(%y : memref<64x256xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// The rest of a row: one masked vector, or one by one where masks are no
// instructions.

// CHECK-LABEL: func @tails
// CHECK: %[[MASK:.+]] = vector.constant_mask [4] : vector<32xi1>
// CHECK: vector.maskedload {{.*}}%[[MASK]]
// CHECK: vector.maskedstore {{.*}}%[[MASK]]
// SSE2-LABEL: func @tails
// SSE2-NOT: vector.maskedload
// SSE2: scf.for {{.+}} -> (f32
// SSE2: memref.load
func.func @tails(%x: memref<4x100xf32>, %y: memref<4x100xf32>) {
  norm.rms_norm ins(%x : memref<4x100xf32>) outs(%y : memref<4x100xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Large outs go past the caches, and the next block of rows is fetched
// meanwhile; then there is a fence.

// CHECK-LABEL: func @streams
// CHECK-SAME: (%[[X:.+]]: memref<8192x4096xf32>, %[[Y:.+]]: memref<8192x4096xf32>)
// CHECK: %[[P:.+]] = memref.extract_aligned_pointer_as_index %[[Y]]
// CHECK: %[[REST:.+]] = arith.remui %[[P]], %{{.+}} : index
// CHECK: %[[ALIGNED:.+]] = arith.cmpi eq, %[[REST]], %{{.+}} : index
// CHECK: scf.if %[[ALIGNED]] {
// CHECK: memref.prefetch %[[X]]{{.*}} read
// CHECK: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
// Buffers that do not start a line, such as NumPy's, get a head for each row.
// CHECK: } else {
// CHECK: arith.andi %{{.+}}, %c63 : index
// CHECK: vector.maskedstore
// CHECK: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
// CHECK: llvm.fence seq_cst
func.func @streams(%x: memref<8192x4096xf32>, %y: memref<8192x4096xf32>) {
  norm.rms_norm ins(%x : memref<8192x4096xf32>) outs(%y : memref<8192x4096xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Rows of an odd pitch start anywhere in a cache line: each has a masked head of
// less than a line, whole lines, and an end that is fetched ahead.

// CHECK-LABEL: func @peels
// CHECK-SAME: (%[[X:.+]]: memref<4096x1023xf32>, %[[Y:.+]]: memref<4096x1023xf32>)
// CHECK: memref.prefetch %[[Y]][%{{.+}}, %c1022{{.*}}], write
// CHECK: %[[LINE:.+]] = arith.andi %{{.+}}, %c63 : index
// CHECK: %[[LENGTH:.+]] = arith.divui %[[LINE]], %c4 : index
// CHECK: %[[HEAD:.+]] = arith.minui %[[LENGTH]], %{{.+}} : index
// CHECK: %[[EXISTS:.+]] = arith.cmpi ne, %[[HEAD]], %c0
// CHECK: scf.if %[[EXISTS]] {
// CHECK: %[[MASK:.+]] = vector.create_mask %[[HEAD]] : vector<16xi1>
// CHECK: vector.maskedstore {{.*}}%[[MASK]]
// CHECK: scf.for %{{.+}} = %[[HEAD]] to %[[MAIN:.+]] step %c32
// CHECK: vector.store {{.*}}nontemporal = true} : memref<4096x1023xf32>, vector<32xf32>
// CHECK: scf.for %{{.+}} = %[[MAIN]] to %[[END:.+]] step %c16
// CHECK: vector.store {{.*}}nontemporal = true} : memref<4096x1023xf32>, vector<16xf32>
// CHECK: %[[REST:.+]] = arith.subi %c1023{{.*}}, %[[END]]
// CHECK: %[[EXISTS:.+]] = arith.cmpi ne, %[[REST]], %c0
// CHECK: scf.if %[[EXISTS]] {
// CHECK: vector.create_mask %[[REST]] : vector<16xi1>
func.func @peels(%x: memref<4096x1023xf32>, %y: memref<4096x1023xf32>) {
  norm.rms_norm ins(%x : memref<4096x1023xf32>) outs(%y : memref<4096x1023xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Of rows of a few lines heads would be most: such buffers go through the caches
// unless every row starts a line.

// CHECK-LABEL: func @does_not_peel
// CHECK: scf.if %{{.+}} {
// CHECK: nontemporal = true
// CHECK: } else {
// CHECK-NOT: vector.maskedstore
// CHECK: return
func.func @does_not_peel(%x: memref<1000000x16xf32>, %y: memref<1000000x16xf32>) {
  norm.rms_norm ins(%x : memref<1000000x16xf32>) outs(%y : memref<1000000x16xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// The innermost dim is not reduced: every lane is a row, and nothing is
// combined across lanes.

// REMARK: remark: {{.*}}along d2, a row per lane
// CHECK-LABEL: func @channels_first
// CHECK-NOT: vector.reduction
// CHECK: scf.for {{.+}} -> (vector<64xf32>)
// CHECK: math.rsqrt %{{.+}} : vector<64xf32>
// CHECK: vector.store
// CHECK: vector.store {{.*}} : memref<8x3136xf32>
// CHECK-NOT: vector.reduction
func.func @channels_first(%x: memref<8x96x3136xf32>, %g: memref<96xf32>, %y: memref<8x96x3136xf32>, %r: memref<8x3136xf32>) {
  norm.rms_norm ins(%x : memref<8x96x3136xf32>) scale(%g : memref<96xf32>)
      outs(%y : memref<8x96x3136xf32>) rstd(%r : memref<8x3136xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Transcendentals stay in vector registers.

// CHECK-LABEL: func @activation
// CHECK-NOT: math.tanh
// CHECK: vector.store
// CHECK-NOT: math.tanh
// CHECK: return
func.func @activation(%x: memref<4x64xf32>, %y: memref<4x64xf32>) {
  norm.generic (d0: parallel, d1: reduction) ins(%x[d0, d1] : memref<4x64xf32>)
      outs(%y[d0, d1] : memref<4x64xf32>) (%v) {
    %m = norm.reduce max %v : f32
    %c = arith.subf %v, %m : f32
    %t = math.tanh %c : f32
    norm.yield %t : f32
  }
  return
}

// -----

// bf16 is rounded without calls where the target has no instruction for it.

// CHECK-LABEL: func @bf16
// CHECK-NOT: arith.truncf
// CHECK: vector.store %{{.+}} : memref<4x64xbf16>, vector<32xbf16>
func.func @bf16(%x: memref<4x64xbf16>, %y: memref<4x64xbf16>) {
  norm.rms_norm ins(%x : memref<4x64xbf16>) outs(%y : memref<4x64xbf16>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Strided rows are taken without vectors, but mean the same, residual and all;
// other ops are left alone.

// REMARK: remark: {{.*}}no vectors: operand #0 has no unit inner stride
// CHECK-LABEL: func @strided
// CHECK: linalg.matmul
// CHECK: linalg.conv_2d_nchw_fchw
// CHECK: scf.for {{.+}} -> (f32)
// CHECK: scf.for {{.+}} -> (f32, f32)
// CHECK-NOT: vector
// CHECK: memref.store
func.func @strided(%x: memref<4x64xf32, strided<[128, 2]>>, %y: memref<4x64xf32>,
                   %a: memref<4x64xf32>, %b: memref<64x64xf32>,
                   %i: memref<1x3x8x8xf32>, %f: memref<2x3x3x3xf32>, %o: memref<1x2x6x6xf32>) {
  linalg.matmul ins(%a, %b : memref<4x64xf32>, memref<64x64xf32>) outs(%y : memref<4x64xf32>)
  linalg.conv_2d_nchw_fchw ins(%i, %f : memref<1x3x8x8xf32>, memref<2x3x3x3xf32>) outs(%o : memref<1x2x6x6xf32>)
  norm.layer_norm ins(%x : memref<4x64xf32, strided<[128, 2]>>) outs(%y : memref<4x64xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// What these loops do not fit stays, and is said.

// REMARK: remark: {{.*}}operand #0 has no unit inner stride
// CHECK-LABEL: func @refused
// CHECK: norm.generic
func.func @refused(%x: memref<64xf32, strided<[2]>>, %y: memref<64xf32>) {
  norm.rms_norm ins(%x : memref<64xf32, strided<[2]>>) outs(%y : memref<64xf32>) dims = [0] eps = 1.0e-5
  return
}

// -----

// REMARK: remark: {{.*}}works on tensors: bufferize first
// CHECK-LABEL: func @tensors
// CHECK: norm.generic
func.func @tensors(%x: tensor<4x64xf32>, %e: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = norm.rms_norm ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x64xf32>
}

// -----

// The first vector is the whole row: its mean is the row's, and need not be
// checked. What is one per row is computed for all rows at hand at once.

// CHECK-LABEL: func @short_rows
// CHECK: scf.for
// CHECK-NOT: scf.if
// CHECK-NOT: arith.cmpf ugt
// CHECK: %[[RHO:.+]] = math.rsqrt %{{.+}} : vector<4xf32>
// CHECK-COUNT-4: vector.extract %[[RHO]]
// CHECK: return
func.func @short_rows(%x: memref<64x16xf32>, %y: memref<64x16xf32>) {
  norm.layer_norm ins(%x : memref<64x16xf32>) outs(%y : memref<64x16xf32>) dims = [1] eps = 1.0e-5
  return
}

// -----

// Every lane is a row: the elements of the next lanes are fetched ahead, as they
// lie far apart.

// CHECK-LABEL: func @channels_first
// CHECK-SAME: (%[[X:[^:]+]]: memref<32x96x3136xf32>
// CHECK: memref.prefetch %[[X]][%{{.+}}, %[[C:.+]], %{{.+}}], read
// CHECK: vector.load %[[X]][%{{.+}}, %[[C]], %{{.+}}]
// CHECK: vector.store {{.*}}nontemporal
func.func @channels_first(%x: memref<32x96x3136xf32>, %y: memref<32x96x3136xf32>) {
  norm.layer_norm ins(%x : memref<32x96x3136xf32>) outs(%y : memref<32x96x3136xf32>) dims = [1] eps = 1.0e-5
  return
}
