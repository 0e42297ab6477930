// RUN: norm-opt %s --norm-cpu-pipeline=road=affine | FileCheck %s
// RUN: norm-opt %s --norm-cpu-pipeline=road=affine | mlir-translate --mlir-to-llvmir \
// RUN:   | llc -O2 -mtriple=x86_64-linux-gnu -mcpu=x86-64-v4 | FileCheck %s --check-prefix=AVX512
// RUN: norm-opt %s --norm-cpu-pipeline=road=affine | mlir-translate --mlir-to-llvmir \
// RUN:   | llc -O2 -mtriple=x86_64-linux-gnu -mcpu=x86-64-v3 | FileCheck %s --check-prefix=AVX2

// Every load and store of data is of vectors; what reaches past a row is masked.

// CHECK-LABEL: llvm.func @dynamic(
// CHECK-NOT: llvm.load {{.*}} -> f32
// CHECK: llvm.intr.masked.load {{.*}} -> vector<64xf32>
// CHECK-NOT: llvm.load {{.*}} -> f32
// CHECK: llvm.intr.vector.reduce.fadd{{.*}}reassoc
// CHECK: llvm.intr.masked.store {{.*}} : vector<64xf32>
// CHECK-NOT: llvm.load {{.*}} -> f32
// CHECK: llvm.return

// AVX512-LABEL: dynamic:
// AVX512: vaddps {{.*}}%zmm
// AVX512: vmovups {{.*}}%zmm
// AVX2-LABEL: dynamic:
// AVX2: vaddps {{.*}}%ymm
// AVX2: vmovups {{.*}}%ymm
func.func @dynamic(%x: tensor<?x?xf32>, %y: memref<?x?xf32>, %m: index, %n: index) {
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %r = norm.layer_norm ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) dims = [1] eps = 1.0e-5
  bufferization.materialize_in_destination %r in restrict writable %y : (tensor<?x?xf32>, memref<?x?xf32>) -> ()
  return
}

// CHECK-LABEL: llvm.func @static_bf16(
// CHECK-NOT: llvm.load {{.*}} -> bf16
// CHECK: llvm.intr.masked.load {{.*}} -> vector<64xbf16>
// CHECK-NOT: llvm.load {{.*}} -> bf16
// CHECK: llvm.intr.masked.store {{.*}} : vector<64xbf16>
// CHECK: llvm.return
func.func @static_bf16(%x: tensor<16x768xbf16>, %y: memref<16x768xbf16>) {
  %e = tensor.empty() : tensor<16x768xbf16>
  %r = norm.layer_norm ins(%x : tensor<16x768xbf16>) outs(%e : tensor<16x768xbf16>) dims = [1] eps = 1.0e-5
  bufferization.materialize_in_destination %r in restrict writable %y : (tensor<16x768xbf16>, memref<16x768xbf16>) -> ()
  return
}
