#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a call costs besides the work: a layer norm of one row of 8 numbers.

    pip install . && python bench/python_overhead.py

Calls are timed in batches of 300, and the fastest batch counts: on a shared
machine the others say how busy it was. Goals: below 1 us into an array that is
there, below 2.5 us into a new one. For comparison, PyTorch's own layer norm and
what it takes to make the result alone.
"""

import time

import norm_mlir
import numpy as np

MODULE = """
func.func @f(%x: tensor<{rows}x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<{rows}x8xf32> {{
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<{rows}x8xf32>
  %e = tensor.empty({size}) : tensor<{rows}x8xf32>
  %y = norm.layer_norm ins(%x : tensor<{rows}x8xf32>) scale(%g : tensor<8xf32>) shift(%b : tensor<8xf32>)
      outs(%e : tensor<{rows}x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<{rows}x8xf32>
}}"""


def nanoseconds(call, batches=400, calls=300):
    best = float("inf")
    for _ in range(batches):
        begin = time.perf_counter_ns()
        for _ in range(calls):
            call()
        best = min(best, time.perf_counter_ns() - begin)
    return round(best / calls)


def report(name, f, x, g, b, out):
    print(f"{name:24} out= {nanoseconds(lambda: f(x, g, b, out=out)):6} ns   new {nanoseconds(lambda: f(x, g, b)):6} ns")


def main():
    static = norm_mlir.compile(MODULE.format(rows=1, size=""))
    dynamic = norm_mlir.compile(MODULE.format(rows="?", size="%rows"))
    arrays = [np.ones((1, 8), "float32"), np.ones(8, "float32"), np.ones(8, "float32"), np.ones((1, 8), "float32")]
    report("numpy, static rows", static, *arrays)
    report("numpy, dynamic rows", dynamic, *arrays)
    report("numpy, layer_norm()", norm_mlir.layer_norm, *arrays)
    print(f"{'numpy.empty':24} {'':14} new {nanoseconds(lambda: np.empty((1, 8), 'float32')):6} ns")
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed")
        return
    torch.set_num_threads(1)
    x, g, b, out = map(torch.from_numpy, arrays)
    with torch.no_grad():
        report("torch, static rows", static, x, g, b, out)
        report("torch, dynamic rows", dynamic, x, g, b, out)
        report("torch, layer_norm()", norm_mlir.layer_norm, x, g, b, out)
        functional = torch.nn.functional.layer_norm
        print(f"{'torch.empty':24} {'':14} new {nanoseconds(lambda: torch.empty((1, 8))):6} ns")
        print(f"{'torch, F.layer_norm':24} {'':14} new {nanoseconds(lambda: functional(x, (8,), g, b)):6} ns")


if __name__ == "__main__":
    main()
