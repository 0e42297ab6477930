// RUN: norm-opt %s --norm-cpu-pipeline="cpu=x86-64-v4" | FileCheck %s
// RUN: norm-opt %s --norm-cpu-pipeline="cpu=x86-64-v4" | mlir-translate --mlir-to-llvmir | FileCheck %s --check-prefix=LLVM
// RUN: norm-opt %s --norm-cpu-pipeline="cpu=x86-64-v4 threads=2" | mlir-translate --mlir-to-llvmir | FileCheck %s --check-prefix=THREADS
// RUN: norm-opt %s --norm-cpu-pipeline="cpu=x86-64-v4 stop-after=vector" | FileCheck %s --check-prefix=STOP

// From tensors in one flag: no allocation where the caller gives the buffer,
// no scalar arithmetic in the loops, and the loops are not unrolled.

// CHECK-LABEL: llvm.func @rows
// CHECK-NOT: @malloc
// CHECK: llvm.load %{{.+}} : !llvm.ptr -> vector<32xf32>
// CHECK: llvm.br {{.*}}loop_annotation
// CHECK: llvm.return
// LLVM-LABEL: define void @rows
// LLVM: load <32 x float>
// LLVM: br {{.*}}!llvm.loop
// LLVM: !{!"llvm.loop.unroll.disable"}
// THREADS-LABEL: define void @rows
// THREADS: call void {{.*}}@__kmpc_fork_call
// STOP-LABEL: func @rows
// STOP: vector.store
func.func @rows(%x: tensor<512x1024xf32>, %out: memref<512x1024xf32>) {
  %e = tensor.empty() : tensor<512x1024xf32>
  %y = norm.layer_norm ins(%x : tensor<512x1024xf32>) outs(%e : tensor<512x1024xf32>) dims = [1] eps = 1.0e-5
  bufferization.materialize_in_destination %y in restrict writable %out
      : (tensor<512x1024xf32>, memref<512x1024xf32>) -> ()
  return
}
