//===- Passes.td - Passes of the CPU stage -*- tablegen -*-===//
//
// Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef NORM_CPU_PASSES_TD
#define NORM_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

/// The machine that code is for, where no `llvm.target` says so.
defvar targetOptions = [
  Option<"triple", "triple", "std::string", [{""}],
         "LLVM target triple; the host's by default">,
  Option<"cpu", "cpu", "std::string", [{"native"}],
         "LLVM CPU name; native is the host">,
  Option<"features", "features", "std::string", [{""}],
         "LLVM target features">
];

def NormToVectorPass : Pass<"norm-to-vector"> {
  let summary = "norm.generic on buffers to vector loops";
  let description = [{
    The direct road to the speed of memory: rows are read from memory once, in
    blocks of a few rows that share the loads of their parameters; statistics
    and elements are passes over the cached block; large outs are stored past
    the caches while the next blocks are fetched. Only norm ops are touched, which
    is how other compilers use this as a lowering.

    A remark of category `norm-plan` says which shape of code was chosen. Where
    an operand has no unit inner stride, rows are taken one by one, without
    vectors; that remark says why. An op that does not fit these loops (one on
    tensors, or of a single strided row) is left as it is, and that is said too.

    Numeric contract: sums are taken in lanes, so their order is free; a product
    and a sum may round once. `accuracy=residual` carries the rounding error of
    the mean along: (v − mean) is exact to the residual, and no worse for rows
    whose mean is much larger than their deviation. It takes one pass about the
    mean of the row's first elements, checks that this was within two standard
    deviations of the row's mean, and else takes a second pass about the latter.
    Rows that are one vector need no such check: of so many of their elements that
    their mean cannot be further away, it takes the mean.
    `accuracy=two-pass` is the textbook's: the error of the rounded mean stays.
    `accuracy=fast` is `residual` without the check and the second pass: with m
    the mean of the row's first elements, rounding errors of the variance grow
    by 1 + ((mean − m)/deviation)², a small factor for rows whose first elements
    are like the others, and without bound for others. Where one pass does not
    fit the loops (each lane a row, or dynamic rows without masks) it is
    `residual`.

    f32 transcendentals on vectors are polynomial approximations, upstream's
    where those are good. norm-numerics holds them to these units in the last
    place of f32; f16 and bf16 go through f32:

    | functions | units | but |
    |---|---|---|
    | sin, cos, tan | 3, 3, 5 | for \|x\| ≤ 10^5, and beside it an error of \|x\|·2^-54 |
    | asin, acos, atan | 7, 2, 3 | |
    | sinh, cosh, tanh | 6, 6, 6 | |
    | asinh, acosh, atanh | 4, 5, 4 | |
    | exp, exp2, expm1 | 5, 2, 5 | results of exp below 2^-126 may be 0 |
    | log, log2, log10, log1p | 2, 2, 4, 4 | arguments of the first three below 2^-126 count as that |
    | cbrt | 2 | |
    | erf, erfc | 6, 4 | results of erfc below 2^-126 may be 0; without fused multiply-add it is off by x² units more |

    Zeros, infinities and NaN are as with libm, but erf(−0) is 0. Beyond 10^5 the
    error of sin, cos and tan stays the same up to 6.5·10^6 where the machine has
    fused multiply-add, and grows where it has none; from there on they are NaN.
    1 + exp(x), 1 + tanh(x) and 1 + erf(x), the cores of SiLU and both GELUs, take
    fewer steps than exp, tanh and erf, within 3 units, 4 + 2|x| units, and 4·2^-23;
    the second does not lose its digits where tanh(x) is near −1, as it would as
    written.
    powf and fpowi by constants are products and roots where those are few
    (exponents 0.5 and −0.5, 2 and 3; integers to 8 of fpowi). All other functions,
    such as atan2, and all of f64 are libm's, one call an element.

    The machine is what a module around says by the attribute `llvm.target`
    (`#llvm.target<triple = "x86_64-linux-gnu", chip = "x86-64-v4">`), else what
    the options say, else the host.
  }];
  let options = targetOptions # [
    Option<"accuracy", "accuracy", "::mlir::norm::Accuracy",
           "::mlir::norm::Accuracy::Residual", "How statistics are taken",
           [{::mlir::norm::getAccuracyValues()}]>,
    Option<"lanes", "lanes", "int64_t", "0",
           "Elements taken at once; 0: by target">,
    Option<"rows", "rows", "int64_t", "0", "Rows taken at once; 0: by op">,
    Option<"threads", "threads", "int64_t", "1",
           "OpenMP threads; 1: none, 0: as many as its runtime decides">,
    Option<"streamingBytes", "streaming-bytes", "int64_t", "8 << 20",
           "Outs from this size on are stored past the caches">
  ];
  let dependentDialects = [
    "::mlir::norm::NormDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::omp::OpenMPDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect"];
}

def NormApplySchedulePass : Pass<"norm-apply-schedule"> {
  let summary = "Apply a transform script to the norms";
  let description = [{
    Interprets `@__transform_main` of a transform script with the op this runs
    on as its argument: the script in the library, or the file `schedule`
    names. The former tiles each norm by rows, decomposes it inside the row
    loop (which fuses its stages by construction), tiles each stage by 64
    elements, peels, and vectorizes; a peeled tail is masked. So the loops do
    exactly what the norm says, but for the order of summation.

    A norm that a schedule can take carries the unit attribute `norm.rows` while
    the script runs: a norm.generic on tensors whose iterators are (parallel,
    reduction). Its stages, once decomposed, carry `norm.stage` (see
    `norm-to-linalg`). A norm of another form, or with elements that memory does
    not pack as vectors do (i1, i4), is left as it is, and a remark of category
    `norm-plan` says why. No other op is touched.

    Fails if the script cannot be read or does not apply.
  }];
  let options = [
    Option<"schedule", "schedule", "std::string", /*default=*/"",
           "file with the transform script, in place of the library's own">];
}

def NormEmptyDestinationsPass : Pass<"norm-empty-destinations"> {
  let summary = "Destinations that are not read become tensor.empty";
  let description = [{
    A tensor argument of a function that an op takes as its destination and does
    not read becomes a `tensor.empty` of its size. Bufferization would write the
    argument's buffer, if it may, and else one of its own, and then copy to where
    the result goes; of an empty tensor, it makes the op write there.

    What is declared `bufferization.writable = true` stays a destination.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def NormBufferizePass : Pass<"norm-bufferize", "ModuleOp"> {
  let summary = "Tensors to buffers, and free what that allocates";
  let description = [{
    One-shot bufferization across function boundaries with identity layouts.
    Norms bufferize to norms on memrefs, in place where legal. Temporaries are
    hoisted out of loops; small ones go to the stack, the others are freed.

    A function that has no tensors manages its own memory and keeps doing so:
    nothing is freed for it. Neither is what a function with tensors frees by a
    `memref.dealloc` of its own. A `memref.dealloc`, beside tensors, of a buffer
    that the function did not allocate is an error.
  }];
}

def NormMarkManualDeallocationsPass : Pass<"norm-mark-manual-deallocations"> {
  let summary = "Let buffer deallocation accept what is freed by hand";
  let description = [{
    Upstream's `ownership-based-buffer-deallocation` refuses `memref.dealloc`,
    unless it and its `memref.alloc` carry `bufferization.manual_deallocation`.
    Sets that attribute wherever a dealloc's buffer leads back to an alloc
    through casts and views. Due directly before deallocation: canonicalization
    may drop the attribute.
  }];
}

def NormExpandShapeToCastPass : Pass<"norm-expand-shape-to-cast"> {
  let summary = "memref.expand_shape to memref.reinterpret_cast";
  let description = [{
    Rewrites each `memref.expand_shape` with several dynamic extents in one
    group, on which upstream's `expand-strided-metadata` crashes, to a
    `memref.reinterpret_cast` with the sizes the op carries and strides derived
    from them. The same view.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::memref::MemRefDialect"];
}

def NormExpandF8Pass : Pass<"norm-expand-f8"> {
  let summary = "arith.extf and arith.truncf of f8 in integer steps";
  let description = [{
    CPUs have no f8E4M3FN and f8E5M2, and nor has LLVM: of one that is widened,
    the bits of the f32 are put together from its own, those of subnormals by a
    product. Exact; what is infinite or no number stays so.

    What is rounded to one goes to the nearest, a tie to the one whose last bit
    is 0, from f64 in one step too. What is beyond the largest becomes infinity,
    and NaN in f8E4M3FN, which has none, as `arith.truncf` says.

    Nothing is computed in f8: whatever else works on one is an error.
  }];
}

def NormExpM1ToLibmPass : Pass<"norm-expm1-to-libm", "::mlir::ModuleOp"> {
  let summary = "math.expm1 and math.log1p to calls of libm";
  let description = [{
    Upstream's `convert-math-to-llvm` makes exp(x) − 1 and log(1 + x) of them, of
    which no digit is right for small x, though that is what they are for. Due
    before it.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::vector::VectorDialect"];
}

def NormEmulateBF16Pass : Pass<"norm-emulate-bf16"> {
  let summary = "Arithmetic on bf16 as f32 steps, each rounded";
  let description = [{
    LLVM cannot lower arithmetic and functions on every vector of bf16, nor on
    those that it makes of scalars itself. Widens each step to f32 and rounds its
    result, as upstream's `arith-emulate-unsupported-floats` and
    `math-extend-to-supported-types` do; but none of these roundings may be
    contracted away, so that what `rounding = before_scale` asks for is what
    happens. Exact: a sum or product of two bf16 values in f32, rounded to bf16,
    is the bf16 operation.

    Since LLVM knows the latter too and narrows such steps again, vectors whose
    length is no power of two are converted to and from bf16 by integer steps.
  }];
}

def NormKeepLoopAnnotationsPass : Pass<"norm-keep-loop-annotations"> {
  let summary = "Keep llvm.loop_annotation through the lowering to branches";
  let description = [{
    The conversion of loops to branches carries a loop's `llvm.loop_annotation`
    to the branch as a discardable attribute, which the translation to LLVM IR
    drops. Makes it the branch's own.
  }];
}

def NormStreamHalvesPass : Pass<"norm-stream-halves"> {
  let summary = "Streaming stores of f16 and bf16 are of f32";
  let description = [{
    LLVM's x86 backend has no streaming store of 512 bits of bf16, nor of f16 but
    those just rounded, and makes a plain one of it without a word, which reads
    each line of the out before it writes it. Their bits are stored as half as
    many f32, behind `llvm.arithmetic.fence`, which is no instruction: LLVM would
    else store the halves again.

    Example:

    ```mlir
    module {
      llvm.func @store(%v: vector<32xbf16>, %p: !llvm.ptr) {
        llvm.store %v, %p {alignment = 64 : i64, nontemporal} : vector<32xbf16>, !llvm.ptr
        llvm.return
      }
    }
    ```

    becomes

    ```mlir
    module {
      llvm.func @store(%v: vector<32xbf16>, %p: !llvm.ptr) {
        %pairs = llvm.bitcast %v : vector<32xbf16> to vector<16xf32>
        %fence = llvm.call_intrinsic "llvm.arithmetic.fence"(%pairs) : (vector<16xf32>) -> vector<16xf32>
        llvm.store %fence, %p {alignment = 64 : i64, nontemporal} : vector<16xf32>, !llvm.ptr
        llvm.return
      }
    }
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def NormTargetFunctionsPass : Pass<"norm-target-functions"> {
  let summary = "Functions of LLVM say which CPU they are for";
  let description = [{
    Gives `target_cpu` and `target_features` to each llvm.func that has a body,
    and `llvm.target_triple` to its module, so that whoever makes code of them
    makes it for the machine that `norm-to-vector` chose the vectors for. The
    machine is found as there; nothing is said of the host.
  }];
  let options = targetOptions;
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // NORM_CPU_PASSES_TD
