# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""oneDNN's layer normalization, by the C API of the PyPI package onednn-cpu-gomp.

The package has no Python module, only the library, in the environment's lib/.
It is oneDNN 3.2, which has neither RMS norms nor layer norms with a GELU behind
them. (The package `onednn`, 3.13, runs on the SYCL runtime alone, which finds no
device on CPUs other than Intel's.) The numbers are those of oneDNN's headers,
dnnl_types.h and dnnl_common_types.h.
"""

import ctypes
import pathlib
import sys

import numpy as np

CPU, F32, DEFAULT_STREAM, FORWARD_INFERENCE = 1, 3, 1, 96
USE_SCALE, USE_SHIFT = 0x2, 0x4
SRC, DST, SCALE, SHIFT = 1, 17, 51, 52
MAX_DIMS = 12


class Argument(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_int), ("memory", ctypes.c_void_p)]


class Library:
    def __init__(self):
        folder = pathlib.Path(sys.prefix) / "lib"
        self.library = ctypes.CDLL(str(folder / "libdnnl.so.3"))

    def do(self, name, *arguments):
        """Raises RuntimeError with the function and oneDNN's status."""
        status = getattr(self.library, "dnnl_" + name)(*arguments)
        if status != 0:
            raise RuntimeError(f"dnnl_{name}: status {status}")

    def create(self, name, *arguments):
        """What the function makes, by its first parameter."""
        made = ctypes.c_void_p()
        self.do(name, ctypes.byref(made), *arguments)
        return made


def onednn(op, x, scale, shift, threads):
    """As many threads as the process has cores."""
    if op != "layer_norm":
        raise ValueError(f"oneDNN 3.2 has no {op}")
    dnnl = Library()
    engine = dnnl.create("engine_create", CPU, ctypes.c_size_t(0))
    stream = dnnl.create("stream_create", engine, DEFAULT_STREAM)
    y = np.empty_like(x)

    def describe(array):
        dims = (ctypes.c_int64 * MAX_DIMS)(*array.shape)
        strides = (ctypes.c_int64 * MAX_DIMS)(*(s // 4 for s in array.strides))
        return dnnl.create("memory_desc_create_with_strides", array.ndim, dims, F32, strides)

    def remember(array):
        data = ctypes.c_void_p(array.ctypes.data)
        return dnnl.create("memory_create", describe(array), engine, data)

    arrays = {SRC: x, DST: y, SCALE: scale, SHIFT: shift}
    primitive = dnnl.create(
        "primitive_create",
        dnnl.create(
            "layer_normalization_forward_primitive_desc_create", engine, FORWARD_INFERENCE,
            describe(x), describe(y), None, ctypes.c_float(1e-5), USE_SCALE | USE_SHIFT, None,
        ),
    )
    arguments = (Argument * len(arrays))(
        *(Argument(name, remember(array).value) for name, array in arrays.items())
    )

    def call():
        dnnl.do("primitive_execute", primitive, stream, len(arrays), arguments)
        dnnl.do("stream_wait", stream)
        return y

    return call
