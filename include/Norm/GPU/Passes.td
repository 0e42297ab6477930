//===- Passes.td - Passes of the GPU stage -*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_GPU_PASSES_TD
#define NORM_GPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def NormToGPUPass : Pass<"norm-to-gpu", "::mlir::ModuleOp"> {
  let summary = "norm.generic on buffers to GPU kernels and their launches";
  let description = [{
    The direct road to the speed of memory: each row is read once, in accesses
    of 16 bytes, and stays with a few threads, a warp, a block or, from sm_90
    on, a cluster: in registers, or, where those would hold too little of it to
    keep memory busy, as of long rows of halves, in shared memory. Each pass
    costs butterflies of shuffles and at most one barrier. Longer rows, of more
    than 131072 elements, are shared by up to 512 blocks: each pass is a launch
    that reads the row once, and leaves in memory what each block has found,
    which all blocks of the next one combine in the same order; the last launch
    reads it again and stores. What is longer than a block holds and no longer
    than that is read in each pass, and for the stores, by one block, where
    there are no clusters. So a layer norm reads a row once if it is held, and
    else twice. Every op becomes kernels in a `gpu.module` with the chip as its
    target, and a launch. Only norm ops are touched, which is how other
    compilers use this as a lowering. Buffers are taken as they are: they must
    be the device's.

    Which threads take what, the *plan*, depends on the shape, the types and the
    chip alone, never on the number of rows: a row gives the same bits whatever
    stands beside it. A remark of category `norm-plan` says which plans were
    made, or why an op was left as it is. What is only known at run time (that
    all operands are aligned to vectors, the length of a dynamic row) chooses
    between kernels when they are launched; the last one takes anything: any
    alignment, any strides.

    The memory for what blocks leave is a `gpu.alloc` of the host, freed after
    the last launch.

    Contract: an out may be the same buffer as an input of the same indexing
    map, and the op then works in place; it must overlap nothing else.

    Numeric contract: the order of sums is free; a product and a sum may round
    once. Sums of f16 and bf16 are taken in f32. Moments are taken about a
    shift, the mean of the row's first eight elements, and carry along what the
    mean lost to rounding: (v − mean) is no worse for rows whose mean is much
    larger than their deviation. Their squares are about a mean: of a row that
    is held about that of a warp's part; of others about that of what a thread
    has seen so far; and they are corrected by Chan's formula wherever parts are
    taken together. A quotient of f32 is rounded as by IEEE 754, but where it or
    the reciprocal of the divisor is near the ends of the range, and −0 is 0.
    Reciprocal roots are off by 2^-22.9 at most, roots by 2^-23, exponentials by
    2^-21.5; other transcendentals of f32 by what `norm-to-vector` says, and those
    made of exponentials (sinh, cosh, expm1, erfc) by 2^-21.5 more; f16 and bf16 go
    through f32. An op with others in it, such as atan2, powf but by few constants,
    or any transcendental of f64, is left as it is: they would need libdevice.

    f8E4M3FN and f8E5M2, from sm_89 on, are read and stored: `arith.extf` of
    them is exact; what `arith.truncf` to them rounds beyond the largest number
    becomes NaN and infinity, as for arith; what was clamped to that costs no
    test. Nothing is computed in them.

    Fails for a chip that it does not know, and with `all` for an op that has no
    kernel.
  }];
  let options = [
    Option<"chipName", "chip", "std::string", [{"sm_90"}],
           "The chip, as in sm_90">,
    Option<"splitRowsAbove", "split-rows-above", "int64_t",
           "::mlir::norm::longestHeldRow",
           "Elements of the longest row that is not shared by blocks that meet "
           "in memory">,
    Option<"all", "all", "bool", "false",
           "An op that has no kernel is an error, not a remark">
  ];
  let dependentDialects = [
    "::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::memref::MemRefDialect", "::mlir::norm::NormDialect",
    "::mlir::NVVM::NVVMDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect"];
}

def NormPlaceOnDevicePass : Pass<"norm-place-on-device"> {
  let summary = "Buffers on the device, and nothing on the host that reads them";
  let description = [{
    What bufferization allocates, frees and copies becomes `gpu.alloc`,
    `gpu.dealloc` and `gpu.memcpy`; constants are copied to the device each
    time the function is called. Whatever else reads or writes buffers on the
    host is an error, and so is a norm that has no kernel: the buffers are the
    device's. But what deallocation keeps account in, buffers of index and i1 that
    no kernel has and no caller gave, is the host's.
  }];
  let dependentDialects = ["::mlir::gpu::GPUDialect"];
}

def NormKernelsToObjectsPass : Pass<"norm-kernels-to-objects",
                                    "::mlir::ModuleOp"> {
  let summary = "gpu.module in the LLVM dialect to PTX, cubin or fatbin";
  let description = [{
    Upstream's `gpu-module-to-binary`, once it is known that it can be done: no
    ptxas where one is needed, or one too old for the chip, is one error that
    says what is missing. PTX needs no CUDA.
  }];
  let options = [
    Option<"format", "format", "::mlir::norm::KernelFormat",
           "::mlir::norm::KernelFormat::ISA", "What kernels become",
           [{::mlir::norm::getKernelFormatValues()}]>,
    Option<"toolkit", "toolkit", "std::string", [{""}],
           "Where CUDA is; by default where PATH, CUDA_ROOT, CUDA_HOME or "
           "CUDA_PATH have ptxas">
  ];
  let dependentDialects = ["::mlir::gpu::GPUDialect"];
}

#endif // NORM_GPU_PASSES_TD
