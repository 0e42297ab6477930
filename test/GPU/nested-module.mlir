// A module of its own gets kernels of its own, for whoever lowers it; the
// pipeline lowers those of the module that it is given.
// RUN: norm-opt %s --norm-to-gpu | FileCheck %s
// RUN: not norm-opt %s --norm-gpu-pipeline 2>&1 | FileCheck %s --check-prefix=ERROR
// ERROR: nested-module.mlir:[[#@LINE+8]]:3: error: 'norm.generic' op is in a module of its own within the module, where no kernels are made

// CHECK: module @inner attributes {gpu.container_module}
// CHECK: gpu.launch_func @norm_kernels::
// CHECK: gpu.module @norm_kernels
module {
module @inner {
func.func @f(%x: memref<4x64xf32>) {
  norm.rms_norm ins(%x : memref<4x64xf32>) outs(%x : memref<4x64xf32>) dims = [1] eps = 1.0e-5
  return
}
}
}
