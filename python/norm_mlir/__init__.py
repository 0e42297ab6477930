# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Normalization kernels, compiled with MLIR, on NumPy, PyTorch and DLPack arrays.

    opt         runs MLIR passes on the text of a module
    compile     makes a function of a module callable
    layer_norm, rms_norm, l2_norm, group_norm    ready-made

`torch.compile(model, backend="norm")` needs no import of this package.
"""

from ._norm import CompileError, Function
from ._norm import compile as _compile
from ._norm import opt as _opt
from .norms import group_norm, l2_norm, layer_norm, rms_norm

__all__ = [
    "CompileError",
    "Function",
    "compile",
    "group_norm",
    "l2_norm",
    "layer_norm",
    "opt",
    "rms_norm",
]


def opt(text, pipeline):
    """Runs a pass pipeline on a module, and returns the module as text.

    text: an MLIR module; every upstream dialect and `norm` are known.
    pipeline: as in `norm-opt --pass-pipeline`, such as "norm-raise,norm-fuse";
        `builtin.module(...)` around it may be left away.

    Raises CompileError, with all diagnostics, where the text does not parse, the
    pipeline is not known, or a pass fails.

    >>> print(norm_mlir.opt(text, "norm-to-linalg,cse"))
    """
    return _opt(text, pipeline)


def compile(text, entry="", target="cpu", *, fuse=True, options=""):
    """Compiles a function of a module for this machine, or its NVIDIA GPUs.

    text: an MLIR module, of norm ops or of what an exporter writes.
    entry: the function's name; by default the only public one.
    target: "cpu" or "cuda".
    fuse: raises and fuses first, as `--norm-raise --norm-fuse` do.
    options: those of `--norm-cpu-pipeline`, such as "threads=4"; for CUDA those
        of `--norm-gpu-pipeline`, such as "chip=sm_80", by default what the first
        GPU is.

    Returns a Function, which is called with one array or number per argument:

        f(x, scale)             results are new arrays
        f(x, scale, out=y)      the result is written to y; a tuple, if several

    Arrays are NumPy's, PyTorch's, or any that has `__dlpack__`; results are of
    the kind of the first array. Nothing is copied, and the GIL is released while
    the function runs. Tensors are values: an array for a tensor must be
    contiguous, and `out` may not overlap it. An array for a memref may be
    strided, and may be written. bf16 and f8 need a framework that has them, which
    NumPy is not. Signed and unsigned integers are the same to MLIR.

    With target "cuda", arrays are on one GPU, each norm and what is fused with
    it is a kernel, and what is neither a norm nor elementwise is refused. Work
    is put on the current stream of PyTorch, or of any framework that has
    DLPack's C functions, else on the default stream; nothing waits for it,
    unless a framework without them is to get a new array. Another stream is
    given as

        f(x, out=y, stream=s)   s has __cuda_stream__ or cuda_stream, or is the
                                number that is the handle of one

    Before anything runs, a TypeError says what is wrong with the number of
    arguments, a dtype or a device, and a ValueError what with a shape, strides,
    overlap or an array that is read-only.

    Raises CompileError, with the diagnostics, and RuntimeError where there is no
    CUDA driver, or when it fails.
    """
    return _compile(text, entry, target, fuse, options)
