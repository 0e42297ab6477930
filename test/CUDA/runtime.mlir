// Host code of upstream's gpu-to-llvm on our runtime, compiled ahead of time,
// over a driver that says what it is told.
// RUN: norm-opt %s --nvvm-attach-target="chip=sm_90 features=+ptx80" --gpu-to-llvm --gpu-module-to-binary=format=isa \
// RUN:   | mlir-translate --mlir-to-llvmir -o %t.ll
// RUN: clang-22 -w -c %t.ll -o %t.o
// RUN: clang-22 %sanitize %S/Inputs/main.c %t.o -o %t -L%norm_binary_dir/lib/CUDA -lnorm_cuda_runtime -Wl,-rpath,%norm_binary_dir/lib/CUDA
// RUN: env LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake %t 2>&1 | FileCheck %s
// RUN: env FAKE_CUDA_NO_POOLS=1 LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake %t 2>&1 | FileCheck %s --check-prefix=NOPOOLS
// RUN: env FAKE_CUDA_POOL_KEEPS=7 LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake %t 2>&1 | FileCheck %s --check-prefix=KEEPS

// Without a driver, or where a call fails, the process ends with one line.
// RUN: env LD_LIBRARY_PATH=%S not --crash %t 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: env FAKE_CUDA_FAIL=cuLaunchKernelEx LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake not --crash %t 2>&1 | FileCheck %s --check-prefix=LAUNCH
// RUN: env FAKE_CUDA_FAIL=cuInit LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake not --crash %t 2>&1 | FileCheck %s --check-prefix=INIT
// RUN: env FAKE_CUDA_FAIL=cuModuleLoadDataEx LD_LIBRARY_PATH=%norm_binary_dir/test/CUDA/fake not --crash %t 2>&1 | FileCheck %s --check-prefix=LOAD
// NONE: norm: no CUDA driver: libcuda.so.1: cannot open shared object file
// LAUNCH: norm: cuLaunchKernelEx(&config, function, parameters, extra): CUDA_ERROR_ILLEGAL_ADDRESS (700)
// INIT: norm: the CUDA driver does not start: cuInit: CUDA_ERROR_ILLEGAL_ADDRESS
// LOAD: norm: cuModuleLoadDataEx: CUDA_ERROR_ILLEGAL_ADDRESS (700): ptxas: line 7: no such thing

module attributes {gpu.container_module} {
  gpu.module @kernels {
    llvm.func @k(%x: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} {
      llvm.return
    }
  }

  // Nothing before main: the context is the program's to choose.
  // CHECK: main
  // CHECK-NEXT: cuInit

  // The caller's stream. The module is loaded here, and the kernel looked up.
  // CHECK-NEXT: cuDeviceGet 0
  // CHECK-NEXT: cuDevicePrimaryCtxRetain
  // CHECK-NEXT: cuCtxSetCurrent
  // CHECK-NEXT: cuModuleLoadDataEx //…
  // CHECK-NEXT: cuModuleGetFunction k
  // CHECK-NEXT: cuLaunchKernelEx grid 7,1,1 block 256,1,1 shared 0 stream 0x77 argument 0xa0
  llvm.func @on_stream(%x: !llvm.ptr, %rows: i64, %stream: !llvm.ptr) {
    %c1 = llvm.mlir.constant(1 : i64) : i64
    %c256 = llvm.mlir.constant(256 : i64) : i64
    gpu.launch_func <%stream : !llvm.ptr> @kernels::@k blocks in (%rows, %c1, %c1) threads in (%c256, %c1, %c1) : i64 args(%x : !llvm.ptr)
    llvm.return
  }

  // Again, in a cluster and with more shared memory than all chips have: the
  // function is known.
  // CHECK-NEXT: cuFuncSetAttribute 14 = 1
  // CHECK-NEXT: cuFuncSetAttribute 8 = 65536
  // CHECK-NEXT: cuLaunchKernelEx grid 32,1,1 block 256,1,1 shared 65536 stream 0x77 argument 0xa0
  // CHECK-NEXT: attribute 4: 16,1,1
  llvm.func @in_cluster(%x: !llvm.ptr, %stream: !llvm.ptr) {
    %c1 = llvm.mlir.constant(1 : i64) : i64
    %c16 = llvm.mlir.constant(16 : i64) : i64
    %c32 = llvm.mlir.constant(32 : i64) : i64
    %c256 = llvm.mlir.constant(256 : i64) : i64
    %bytes = llvm.mlir.constant(65536 : i32) : i32
    gpu.launch_func <%stream : !llvm.ptr> @kernels::@k clusters in (%c16, %c1, %c1) blocks in (%c32, %c1, %c1) threads in (%c256, %c1, %c1) : i64 dynamic_shared_memory_size %bytes args(%x : !llvm.ptr)
    llvm.return
  }

  // Twice without a stream: one that is waited for, created once.
  // CHECK-NEXT: cuStreamCreate flags 1
  // CHECK-NEXT: cuLaunchKernelEx grid 3,1,1 block 32,1,1 shared 0 stream [[STREAM:0x[0-9a-f]+]]
  // CHECK-NEXT: cuStreamSynchronize
  // CHECK-NEXT: cuLaunchKernelEx grid 3,1,1 block 32,1,1 shared 0 stream [[STREAM]]
  // CHECK-NEXT: cuStreamSynchronize
  // CHECK-NEXT: end
  llvm.func @and_wait(%x: !llvm.ptr) {
    %c1 = llvm.mlir.constant(1 : i64) : i64
    %c3 = llvm.mlir.constant(3 : i64) : i64
    %c32 = llvm.mlir.constant(32 : i64) : i64
    gpu.launch_func @kernels::@k blocks in (%c3, %c1, %c1) threads in (%c32, %c1, %c1) : i64 args(%x : !llvm.ptr)
    llvm.return
  }

  // Memory and events.
  // CHECK-NEXT: cuMemAlloc 64
  // CHECK-NEXT: cuMemsetD32Async 1, 16 times
  // CHECK-NEXT: cuMemHostRegister 28
  // CHECK-NEXT: cuMemHostUnregister
  // CHECK-NEXT: cuMemFree

  // Memory for what is on a stream comes and goes on it, where the device has
  // that: nothing waits.
  // What is freed is kept for the next call, unless the process has said how
  // much of it is.
  // CHECK-NEXT: cuDeviceGetAttribute 115
  // CHECK-NEXT: cuMemPoolGetAttribute 4
  // CHECK-NEXT: cuMemPoolSetAttribute 4 = 268435456
  // CHECK-NEXT: cuMemAllocAsync 32 stream 0x77
  // CHECK-NEXT: cuMemFreeAsync stream 0x77
  // NOPOOLS-NOT: cuMemPool
  // NOPOOLS: cuMemAlloc 32
  // KEEPS: cuMemPoolGetAttribute
  // KEEPS-NEXT: cuMemAllocAsync 32
  // NOPOOLS: cuMemFree{{$}}

  // The driver itself frees what it has at the end of the process.
  // CHECK-NEXT: done
  // CHECK-NOT: {{.}}
}
