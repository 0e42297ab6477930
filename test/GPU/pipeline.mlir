// RUN: norm-opt %s --norm-fuse --norm-gpu-pipeline="chip=sm_90 format=isa" -o %t
// RUN: FileCheck %s --check-prefix=HOST < %t
// RUN: norm-translate --norm-to-ptx %t | FileCheck %s --check-prefix=PTX
// RUN: norm-opt %s --norm-gpu-pipeline="chip=sm_100" | norm-translate --norm-to-ptx | FileCheck %s --check-prefix=SM100
// RUN: not norm-opt %s --norm-gpu-pipeline="chip=sm_42" 2>&1 | FileCheck %s --check-prefix=CHIP
// RUN: not norm-opt %s --norm-gpu-pipeline="format=elf" 2>&1 | FileCheck %s --check-prefix=FORMAT
// RUN: mlir-translate --mlir-to-llvmir %t | FileCheck %s --check-prefix=LLVM

// Whose host part does more than norms gets the kernels alone.
// RUN: norm-opt %S/../../examples/gpt2-block.mlir --norm-raise --norm-fuse --norm-gpu-pipeline="kernels-only" -o %t.block
// RUN: FileCheck %s --check-prefix=BLOCK < %t.block
// RUN: norm-translate --norm-to-ptx %t.block | grep -c "[.]entry" | FileCheck %s --check-prefix=KERNELS
// BLOCK: func.func @gpt2_block
// BLOCK: gpu.launch_func
// BLOCK: linalg.transpose
// BLOCK: gpu.launch_func
// BLOCK: gpu.binary
// KERNELS: {{^4$}}

// The options are wrong, and not the module, which is not shown.
// CHIP: error: 'sm_42' is not a chip that code is made for
// CHIP-NOT: current operation
// FORMAT: 'elf'

// From tensors to launches on a stream, and to a result on the device; the
// destination, which nothing reads, is neither copied nor written.

// HOST-LABEL: llvm.func @layer_norm(
// HOST: %[[RESULT:.+]] = llvm.call @mgpuMemAlloc
// HOST: %[[STREAM:.+]] = llvm.call @mgpuStreamCreate()
// HOST: gpu.launch_func <%[[STREAM]] : !llvm.ptr> @norm_kernels::@layer_norm_256x4x4 {{.*}}, %[[RESULT]] : !llvm.ptr)
// HOST: gpu.launch_func <%{{.+}} : !llvm.ptr> @norm_kernels::@layer_norm_256x16x1 {{.*}}, %[[RESULT]] : !llvm.ptr)
// HOST-NOT: llvm.call @{{malloc|mgpuMemcpy}}
// HOST: gpu.binary @norm_kernels
// LLVM: call void @mgpuLaunchKernel

// Near what one would write by hand: six loads of x, two of them for the
// shift; ten shuffles and one barrier; parameters that are only read; no access
// to global memory of less than 16 bytes.

// PTX: .target sm_90
// PTX-LABEL: .entry layer_norm_256x4x4(
// PTX: .maxntid 256
// PTX: .maxnreg 48
// PTX-NOT: .local
// PTX-COUNT-6: ld.global.v4.b32
// PTX-NOT: {{(ld|st).global}}
// PTX-COUNT-10: shfl.sync.bfly.b32
// PTX-NOT: shfl.sync
// PTX: bar.sync
// PTX-COUNT-4: ld.shared.v4.b32
// PTX: rsqrt.approx.f32
// PTX-NOT: {{(bar|shfl).sync|ld.global.b|ld.global.nc.b|st.global.b}}
// PTX: ld.global.nc.v4.b32
// PTX: st.global.v4.b32
// PTX: ret;

// SM100: .version 8.8
// SM100: .target sm_100
// SM100-LABEL: .entry layer_norm_256x4x4(
// SM100: fma.rn.f32x2
func.func @layer_norm(%x: tensor<64x4096xf32>, %scale: tensor<4096xf32>, %shift: tensor<4096xf32>,
                      %init: tensor<64x4096xf32>) -> tensor<64x4096xf32> {
  %y = norm.layer_norm ins(%x : tensor<64x4096xf32>)
         scale(%scale : tensor<4096xf32>) shift(%shift : tensor<4096xf32>)
         outs(%init : tensor<64x4096xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<64x4096xf32>
}
