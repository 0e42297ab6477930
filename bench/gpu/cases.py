# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is timed on a GPU."""

import math
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "bench"))

import bench

EPS = 1e-5
BYTES = {"f32": 4, "bf16": 2, "f16": 2, "i8": 1}


class Case:
    """Operands as (shape, type), results last, and what PyTorch calls it."""

    def __init__(self, op, rows, features, dtype="f32", results=None):
        matrix, vector = ((rows, features), dtype), ((features,), dtype)
        self.op, self.features, self.dtype = op, features, dtype
        self.results = results or [matrix]
        self.compiled = None
        if op in ("layer_norm", "rms_norm"):
            names = ("scale", "shift") if op == "layer_norm" else ("scale",)
            self.function = "norm"
            self.inputs = [matrix] + [vector] * len(names)
            self.text = bench.norm(op, f"{rows}x{features}", [1], dtype, names, dtype)
        else:
            self.function = "fused"
            self.inputs = [matrix, matrix, vector, vector]
            self.text = bench.FUSED[op]

    @property
    def bytes(self):
        """That must be moved; x + r is all that reads r."""
        inputs = [self.inputs[0]] + self.inputs[1 if self.op.startswith("add") else 2:]
        return sum(math.prod(s) * BYTES[t] for s, t in inputs + self.results)

    def torch(self, x, r, scale, shift):
        """The results, as PyTorch computes them of any type."""
        import torch

        functional = torch.nn.functional
        if self.op == "rms_norm":
            return (functional.rms_norm(x, (self.features,), scale, EPS),)
        total = x + r if self.op.startswith("add") else x
        y = functional.layer_norm(total, (self.features,), scale, shift, EPS)
        if "GELU" in self.op:
            return (functional.gelu(y, approximate="tanh"),)
        if "int8" in self.op:
            most = y.abs().amax(1)
            return (y * (127 / most)[:, None]).round().to(torch.int8), most
        return (total, y) if self.op.startswith("add") else (y,)


F32, I8 = "f32", "i8"
FUSED = {
    "add + layer_norm 8192x4096, both results": [((8192, 4096), F32)] * 2,
    "layer_norm + GELU(tanh) 8192x4096": None,
    "layer_norm + int8 quantize 8192x4096": [((8192, 4096), I8), ((8192,), F32)],
}
# Each of 2^27 elements or nearly so, but for the last: few long rows.
SHAPES = [(1 << 20, 128), (1 << 19, 256), (1 << 17, 1024), (1 << 16, 2048), (43690, 3072), (1 << 15, 4096),
          (1 << 14, 8192), (1 << 13, 16384), (1 << 12, 32768), (1 << 11, 65536), (1 << 10, 131072),
          (131072, 1023), (4, 1 << 22)]


def make_cases():
    cases = {}
    for op, dtype in (("rms_norm", "bf16"), ("layer_norm", "bf16"), ("layer_norm", "f32")):
        for rows, features in SHAPES:
            cases[f"{op} {rows}x{features} {dtype}"] = Case(op, rows, features, dtype)
    for op, results in FUSED.items():
        cases[op] = Case(op, 8192, 4096, results=results)
    return cases
