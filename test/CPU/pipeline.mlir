// RUN: norm-opt %s --norm-cpu-pipeline | FileCheck %s --check-prefix=LLVM
// RUN: norm-opt %s --norm-cpu-pipeline=road=linalg | FileCheck %s --check-prefix=LLVM
// RUN: norm-opt %s --norm-cpu-pipeline=road=affine | FileCheck %s --check-prefix=LLVM
// RUN: norm-opt %s --norm-cpu-pipeline=stop-after=fuse | FileCheck %s --check-prefix=FUSE
// RUN: norm-opt %s --norm-cpu-pipeline="road=linalg stop-after=vector" | FileCheck %s --check-prefix=VECTOR
// RUN: norm-opt %s --norm-cpu-pipeline="road=linalg stop-after=bufferize" | FileCheck %s --check-prefix=BUFFER
// RUN: norm-opt %s --norm-cpu-pipeline="road=affine stop-after=bufferize" | FileCheck %s --check-prefix=AFFINE-BUFFER
// RUN: norm-opt %s --norm-cpu-pipeline="road=affine stop-after=vector" | FileCheck %s --check-prefix=AFFINE-VECTOR
// RUN: not norm-opt %s --norm-cpu-pipeline=road=highway 2>&1 | FileCheck %s --check-prefix=ROAD
// RUN: not norm-opt %s --norm-cpu-pipeline=stop-after=lunch 2>&1 | FileCheck %s --check-prefix=STOP
// RUN: not norm-opt %s --norm-cpu-pipeline=toll=1 2>&1 | FileCheck %s --check-prefix=OPTION
// RUN: not norm-opt %s --norm-cpu-pipeline="road=linalg schedule=%t.missing" 2>&1 | FileCheck %s --check-prefix=SCHEDULE

// RUN: not norm-opt %s --norm-cpu-pipeline="cpu=x86-64 features=+avx2,+foo" 2>&1 | FileCheck %s --check-prefix=FEATURE --implicit-check-not=recognized
// RUN: not norm-opt %s --norm-cpu-pipeline="road=affine cpu=x86-64 features=+foo" 2>&1 | FileCheck %s --check-prefix=FEATURE
// RUN: not norm-opt %s --norm-cpu-pipeline=schedule=%s 2>&1 | FileCheck %s --check-prefix=OF-LINALG
// RUN: not norm-opt %s --norm-cpu-pipeline="road=affine threads=2" 2>&1 | FileCheck %s --check-prefix=OF-VECTOR
// RUN: not norm-run %s --road=linalg --pipeline-options=streaming-bytes=0 2>&1 | FileCheck %s --check-prefix=RUN-OF-VECTOR

// ROAD: highway
// STOP: lunch
// OPTION: toll
// SCHEDULE: {{.*}}.missing
// FEATURE: error: '+foo' is not a feature of
// OF-LINALG: error: norm-cpu-pipeline: schedule is of road=linalg
// OF-VECTOR: error: norm-cpu-pipeline: threads is of road=vector
// RUN-OF-VECTOR: norm-run: error: pipeline options '{{.*}}' are not valid: streaming-bytes is of road=vector

// Upstream's conventions: an interface for C, memref descriptors, the out in
// place.

// LLVM-NOT: builtin.
// LLVM-NOT: func.func
// LLVM: llvm.func @norm(
// LLVM-NOT: @malloc
// LLVM-NOT: @memrefCopy
// LLVM: llvm.func @_mlir_ciface_norm(%{{.+}}: !llvm.ptr, %{{.+}}: !llvm.ptr) attributes {llvm.emit_c_interface}
// LLVM-NOT: builtin.

// FUSE: norm.generic (d0: parallel, d1: reduction)
// VECTOR: vector.transfer_read {{.*}} : tensor<12x256xf32>, vector<64xf32>
// BUFFER-NOT: tensor
// BUFFER: vector.transfer_read {{.*}} : memref<12x256xf32>, vector<64xf32>
// AFFINE-BUFFER-NOT: tensor
// AFFINE-BUFFER: norm.generic
// AFFINE-VECTOR: affine.for {{.*}} = 0 to 256 step 64 iter_args({{.*}}) -> (vector<64xf32>)

func.func @norm(%x: tensor<3x4x256xf32>, %y: memref<3x4x256xf32>) attributes {llvm.emit_c_interface} {
  %e = tensor.empty() : tensor<3x4x256xf32>
  %r = norm.rms_norm ins(%x : tensor<3x4x256xf32>) outs(%e : tensor<3x4x256xf32>) dims = [2] eps = 1.0e-5
  bufferization.materialize_in_destination %r in restrict writable %y : (tensor<3x4x256xf32>, memref<3x4x256xf32>) -> ()
  return
}
