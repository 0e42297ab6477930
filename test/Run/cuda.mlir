// Norms on the first NVIDIA GPU: here, on a driver that says what it is told,
// and runs kernels on the PTX interpreter.
// RUN: env LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake norm-run %s --target=cuda --verify 2>&1 | FileCheck %s
// CHECK:      cuInit
// Made for that GPU.
// CHECK:      cuDeviceGetAttribute
// Arguments, and what compiled code allocates, are where both sides reach them.
// CHECK:      cuMemAllocManaged 8192 flags 1
// CHECK:      cuMemAllocManaged 8192 flags 1
// CHECK:      cuModuleLoadDataEx //… .target sm_80
// CHECK-NEXT: cuModuleGetFunction rms_norm_
// CHECK:      cuLaunchKernelEx grid 1,1,1 block 128,1,1
// CHECK:      cuStreamSynchronize
// CHECK:      cuCtxSynchronize
// CHECK:      result0: 2x1024xf32
// CHECK:      result0: {{.*}}: right

// So is what blocks of a row leave for each other.
// RUN: env LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake norm-run %s --target=cuda --pipeline-options=split-rows-above=64 2>&1 | FileCheck %s --check-prefix=SPLIT
// SPLIT:      cuMemAllocManaged 16 flags 1
// SPLIT:      cuLaunchKernelEx
// SPLIT-NEXT: cuModuleGetFunction
// SPLIT-NEXT: cuLaunchKernelEx
// SPLIT-NEXT: cuMemFree{{ *$}}

// With the function its kernels go, once they have ended.
// RUN: env LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake norm-run %s --target=cuda 2>&1 >%t | FileCheck %s --check-prefix=UNLOADED
// UNLOADED:      cuLaunchKernelEx
// UNLOADED:      cuMemFree
// UNLOADED:      cuCtxSynchronize
// UNLOADED-NEXT: cuModuleUnload

// RUN: env LD_LIBRARY_PATH=%S not norm-run %s --target=cuda 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: norm-run: error: no CUDA driver: libcuda.so.1: cannot open shared object file
// RUN: env FAKE_CUDA_FAIL=cuLaunchKernelEx LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake not norm-run %s --target=cuda 2>&1 | FileCheck %s --check-prefix=LAUNCH
// LAUNCH:      norm: cuLaunchKernelEx({{.*}}): CUDA_ERROR_ILLEGAL_ADDRESS (700)
// LAUNCH-NEXT: norm-run: error: the function aborted
// RUN: env FAKE_CUDA_CAPABILITY=75 LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake not norm-run %s --target=cuda 2>&1 | FileCheck %s --check-prefix=OLD
// OLD: norm-run: error: no code is made for the first GPU, of compute capability 7.5

func.func @rms_norm(%x: tensor<2x1024xf32>) -> tensor<2x1024xf32> {
  %init = tensor.empty() : tensor<2x1024xf32>
  %y = norm.rms_norm ins(%x : tensor<2x1024xf32>) outs(%init : tensor<2x1024xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<2x1024xf32>
}
