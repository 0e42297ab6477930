// RUN: norm-opt %s --norm-kernels-to-objects | FileCheck %s
// RUN: not env PATH= CUDA_ROOT= CUDA_HOME= CUDA_PATH= norm-opt %s --norm-kernels-to-objects="format=bin" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not norm-opt %s --norm-kernels-to-objects="format=bin toolkit=%S/Inputs/no-such-cuda" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not norm-opt %s --norm-kernels-to-objects="format=fatbin toolkit=%S/Inputs/old-cuda" 2>&1 | FileCheck %s --check-prefix=OLD

// NONE: error: no ptxas found, by toolkit=DIR, in PATH, or by CUDA_ROOT, CUDA_HOME or CUDA_PATH; format=isa needs none
// NONE-NOT: current operation
// OLD: error: code for sm_100 needs the ptxas of CUDA 12.9 or later; {{.*}}ptxas is of 11.8
// OLD-NOT: current operation

// CHECK: gpu.binary @kernels [#gpu.object<#nvvm.target<{{.*}}>, {{.*}}.target sm_100
module attributes {gpu.container_module} {
  gpu.module @kernels [#nvvm.target<chip = "sm_100", features = "+ptx88">] {
    llvm.func @nothing() attributes {gpu.kernel, nvvm.kernel} {
      llvm.return
    }
  }
}
