# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Our kernels as functions of pointers to the device's memory."""

import ctypes
import pathlib
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
RUNTIME = "libnorm_cuda_runtime.so"


def run(*command, **options):
    result = subprocess.run(command, capture_output=True, **options)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {result.stderr.decode().strip()}")
    return result.stdout


def find(name):
    return shutil.which(name) or f"/usr/lib/llvm-22/bin/{name}"


def compile_to(code, text, build, chip):
    """A library, which finds the runtime beside it."""
    source, host = code.with_suffix(".mlir"), code.with_suffix(".ll")
    source.write_text(text)
    module = run(build / "bin/norm-opt", source, "--norm-fuse", f"--norm-gpu-pipeline=chip={chip}")
    host.write_bytes(run(find("mlir-translate"), "--mlir-to-llvmir", input=module))
    if not (code.parent / RUNTIME).exists():
        shutil.copy(build / "lib/CUDA" / RUNTIME, code.parent)
    run(find("clang-22"), "-w", "-O2", "-fPIC", "-shared", host, FOLDER / "stream.c", "-o", code,
        f"-L{code.parent}", "-lnorm_cuda_runtime", "-Wl,-rpath,$ORIGIN,-Bsymbolic")


class Kernel:
    """A function of tensors of static shapes, and its launches."""

    def __init__(self, code, name, workspace):
        self.library = ctypes.CDLL(str(code))
        self.function = self.library[name]
        self.function.restype = None
        pointer, size = workspace
        self.set("bench_workspace", pointer)
        self.set("bench_workspace_bytes", size)

    def set(self, name, value):
        ctypes.c_uint64.in_dll(self.library, name).value = value

    def bind(self, tensors, stream):
        """A call on tensors of (pointer, shape), contiguous ones."""
        arguments = []
        for pointer, shape in tensors:
            strides = [1]
            for extent in reversed(shape[1:]):
                strides.insert(0, strides[0] * extent)
            arguments += [ctypes.c_void_p(pointer)] * 2
            arguments += [ctypes.c_int64(n) for n in (0, *shape, *strides)]

        def call():
            self.set("bench_stream", stream.value or 0)
            self.function(*arguments)
            if missing := ctypes.c_uint64.in_dll(self.library, "bench_workspace_missing").value:
                sys.exit(f"a kernel wants {missing} bytes of its own")

        return call
