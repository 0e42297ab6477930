#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Our kernels beside those of other systems on an NVIDIA GPU, in one process.

    make bench-gpu          # a virtual environment of its own, then this

usage: on_gpu.py [--build DIR] [--chip CHIP] [--rounds N] [--json FILE]
                 [--plot FILE.png] [--dry-run] [CASE...]
       on_gpu.py --compile-to DIR [--build DIR] --chip CHIP [CASE...]
       on_gpu.py --compiled DIR... [CASE...]

Peers are PyTorch eager and torch.compile, and, where they are installed, Liger
(Triton) and QuACK; beside them, the driver's copy. Each is checked against
PyTorch in f64 first, on a few rows. All launch on one stream, ours directly; the
time is that between two events, the median over rounds that take turns, with the
device always behind the host. Every call takes another of several sets of
buffers, larger together than any L2 cache, so that nothing is there before it. A
share is the bandwidth of the bytes that must be read and written over that of
the copy: 1 is the speed of memory. FILE is written after each case.

--compile-to makes the kernels of every case, for a machine that has a GPU and
no LLVM; --compiled measures them there. Of several folders, as of builds that
are to be compared, each kernel is measured under the name of its folder.

--dry-run needs no GPU and no PyTorch: it compiles every case, makes every call
on small buffers of whatever driver there is, and checks and measures nothing.
"""

import argparse
import json
import math
import os
import pathlib
import shutil
import statistics
import sys
import tempfile

from cases import BYTES, EPS, ROOT, bench, make_cases
from compiled import Kernel, compile_to, find
from driver import Driver

WORKSPACE = 64 << 20
# Sets of buffers together: some times the largest L2.
COLD = 1 << 30
# What the device copies while the host makes the calls of a round: some ms.
DELAY, COPIES = 256 << 20, 24


class Buffer:
    """Memory where there is no PyTorch."""

    def __init__(self, driver, shape, dtype):
        self.shape = shape
        self.pointer = driver.allocate(math.prod(shape) * BYTES[dtype])

    def data_ptr(self):
        return self.pointer


def make_tensor(shape, dtype):
    import torch

    types = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
    if dtype == "i8":
        return torch.empty(shape, dtype=torch.int8, device="cuda")
    return torch.randn(shape, device="cuda", dtype=types[dtype])


def eager(case, *inputs):
    return case.torch(*inputs)


def compiled(case, *inputs):
    import torch

    if case.compiled is None:
        # What was compiled for eight shapes is, for others, run as it is.
        torch.compiler.reset()
        case.compiled = torch.compile(case.torch, dynamic=False, fullgraph=True)
    return case.compiled(*inputs)


def liger(case, x, r, scale, shift):
    from liger_kernel.transformers import functional

    if case.op == "rms_norm":
        return (functional.liger_rms_norm(x, scale, EPS),)
    if case.op == "layer_norm":
        return (functional.liger_layer_norm(x, scale, shift, EPS),)
    raise NotImplementedError("has no such kernel")


def quack(case, x, r, scale, shift):
    import quack

    if case.op == "rms_norm":
        return (quack.rmsnorm(x, scale, eps=EPS),)
    if case.op == "layer_norm":
        # Refuses parameters of any type but f32.
        from quack.rmsnorm import layernorm_fwd

        return (layernorm_fwd(x, scale, shift, eps=EPS),)
    raise NotImplementedError("has no such kernel")


# Functions of a case and of x, r, scale and shift to its results.
PEERS = {"PyTorch": eager, "torch.compile": compiled, "Liger": liger, "QuACK": quack}


def explain(error):
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def complain(case, inputs, results):
    """What is wrong with the first and last rows, or nothing."""
    import torch

    for rows in (slice(0, 4), slice(-4, None)):
        wide = [t[rows].double() if t.dim() > 1 else t.double() for t in inputs]
        for got, right in zip(results, case.torch(*wide)):
            # A quotient may round to the next integer; halves round themselves.
            limit = {torch.int8: 1, torch.float32: 1e-4}.get(got.dtype, 0.02)
            got, right = got[rows].double(), right.double()
            worst = ((got - right).abs() / right.abs().clamp(min=1)).max().item()
            if not worst <= limit:
                return f"off by {worst:.1e}"
    return None


def prepare(case, kernels, driver, stream, dry):
    """Lists of calls by name, one for each set of buffers; all checked."""
    make = (lambda s, t: Buffer(driver, s, t)) if dry else make_tensor
    number = 2 if dry else max(2, min(16, -(-COLD // case.bytes)))
    calls = {name: [] for name in (*kernels, "copy")}
    sets = []
    for _ in range(number):
        inputs = [make(*operand) for operand in case.inputs]
        outs = [make(*result) for result in case.results]
        sets.append((inputs, outs))
        tensors = [(t.data_ptr(), tuple(t.shape)) for t in inputs + outs]
        for name, kernel in kernels.items():
            calls[name].append(kernel.bind(tensors, stream))
        size = 1 << 16 if dry else math.prod(case.inputs[0][0]) * BYTES[case.dtype]
        pointers = outs[0].data_ptr(), inputs[0].data_ptr()
        if case.results[0][1] == case.dtype:
            calls["copy"].append(lambda p=pointers: driver.copy(*p, size, stream))
        else:
            spare = make(*case.inputs[0])
            sets[-1] += (spare,)
            calls["copy"].append(lambda p=(spare.data_ptr(), pointers[1]): driver.copy(*p, size, stream))
    if dry:
        for name in kernels:
            calls[name][0]()
        return calls

    def all_four(inputs):
        """x, r, scale and shift; whatever has no r or shift does not look."""
        x, *parameters = inputs
        return inputs if case.function == "fused" else [x, x, *parameters, x][:4]

    def launch(name, outs):
        for out in outs:
            out.fill_(-77)
        calls[name][0]()
        return outs

    attempts = {n: lambda inputs, outs, n=n: launch(n, outs) for n in kernels}
    for name, function in PEERS.items():
        attempts[name] = lambda inputs, outs, f=function: f(case, *all_four(inputs))
    for name, attempt in attempts.items():
        try:
            results = attempt(*sets[0][:2])
            driver.call("cuStreamSynchronize", stream)
            problem = complain(case, all_four(sets[0][0]), results)
        except Exception as error:  # whatever a peer says to what it cannot do
            problem = explain(error)
        if problem:
            print(f"  {name}: left out: {problem}")
            calls.pop(name, None)
        elif name not in kernels:
            calls[name] = [lambda s=s, a=attempt: a(*s[:2]) for s in sets]
    return calls


def measure(calls, driver, stream, delay, rounds):
    """Median seconds of each, taken in turn."""
    times = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, each in calls.items():
            if name not in times:
                continue
            try:
                times[name] += driver.seconds(each, stream, delay)
            except Exception as error:
                print(f"  {name}: left out: {explain(error)}")
                del times[name]
    # The first round is for whatever is made at the first call.
    return {name: statistics.median(t[len(calls[name]):]) for name, t in times.items()}


def name_code(title):
    return "".join(c if c.isalnum() else "_" for c in title) + ".so"


def gpu_name(dry):
    if dry:
        return "no GPU"
    import torch

    return torch.cuda.get_device_name()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--chip", help="by default what there is")
    parser.add_argument("--compile-to", metavar="DIR", type=pathlib.Path)
    parser.add_argument("--compiled", metavar="DIR", type=pathlib.Path, nargs="+")
    parser.add_argument("--rounds", default=9, type=int)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--plot", type=pathlib.Path)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("cases", nargs="*", help="parts of case names")
    options = parser.parse_args()

    cases = {title: case for title, case in make_cases().items()
             if not options.cases or any(part in title for part in options.cases)}
    if options.compile_to:
        options.compile_to.mkdir(parents=True, exist_ok=True)
        for title, case in cases.items():
            compile_to(options.compile_to / name_code(title), case.text, options.build, options.chip or "sm_90")
        return 0
    driver = Driver()
    if options.dry_run:
        stream, chip = driver.make_stream(), options.chip or "sm_90"
    else:
        import ctypes
        import torch

        if not any(map(shutil.which, ("gcc", "clang"))):
            # With which Triton compiles what launches a kernel.
            os.environ.setdefault("CC", find("clang-22"))
        torch.set_grad_enabled(False)
        torch.cuda.set_stream(torch.cuda.Stream())
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
        chip = options.chip or "sm_{}{}".format(*torch.cuda.get_device_capability())
    workspace = driver.allocate(WORKSPACE), WORKSPACE
    size, copies = (1 << 16, 1) if options.dry_run else (DELAY, COPIES)
    spare = driver.allocate(size), driver.allocate(size)

    def delay():
        for _ in range(copies):
            driver.copy(*spare, size, stream)

    name = gpu_name(options.dry_run)
    results = {"gpu": name, "chip": chip, "cases": {},
               "versions": {p: bench.version(p) for p in ("torch", "triton", "liger_kernel", "quack-kernels")}}
    print(f"{name}, {chip}, {options.rounds} rounds")
    wrong = False
    with tempfile.TemporaryDirectory() as folder:
        folders = options.compiled or [pathlib.Path(folder)]
        names = [f.name for f in folders] if len(folders) > 1 else ["norm"]
        for title, case in cases.items():
            print(title, flush=True)
            try:
                if not options.compiled:
                    compile_to(folders[0] / name_code(title), case.text, options.build, chip)
                kernels = {name: Kernel(f / name_code(title), case.function, workspace)
                           for name, f in zip(names, folders) if (f / name_code(title)).exists()}
                if not kernels:
                    raise RuntimeError(f"not compiled in {folders[0]}")
            except RuntimeError as error:
                print(f"  {error}")
                wrong = True
                continue
            calls = prepare(case, kernels, driver, stream, options.dry_run)
            seconds = measure(calls, driver, stream, delay, options.rounds)
            copied = 2 * math.prod(case.inputs[0][0]) * BYTES[case.dtype] / seconds.pop("copy")
            shares = {peer: case.bytes / time / copied for peer, time in seconds.items()}
            results["cases"][title] = {"copy_bytes_per_second": copied, "seconds": seconds, "share": shares}
            for peer, share in shares.items():
                print(f"  {peer:14} {seconds[peer] * 1e6:9.1f} us {case.bytes / seconds[peer] / 1e9:7.0f} GB/s {share:6.2f}")
            wrong |= not seconds.keys() >= kernels.keys()
            # Each time: an error of the device is the end of the process.
            if options.json:
                options.json.write_text(json.dumps(results, indent=1) + "\n")
            if not options.dry_run:
                del calls
                torch.cuda.empty_cache()
    if options.dry_run:
        print("dry run: nothing was checked, and the times mean nothing")
    if options.plot:
        bench.plot(results, f"{name}, {chip}", [*names, *PEERS], options.plot)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
