#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Norms beside those of PyTorch, Inductor, ONNX Runtime, oneDNN, JAX and IREE.

    make bench-peers        # a virtual environment of its own, then this

usage: peers.py [--threads N] [--rounds N] [--json FILE] [--plot FILE.png]

In one process, every peer that is installed normalizes the same arrays, is
checked against NumPy in f64 first, and is timed in turn with the others;
medians. Peers that allocate their results get memory that was in use before, as
glibc is told to give none back: fresh pages would cost as much as the norm. A
share is the time of NumPy's copy of x over that of the kernel. The cases are
larger than the caches, where what a call costs does not matter.
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import time

import numpy as np
from bench import cpu_name, gelu, plot, version
from onednn_peer import onednn

CASES = {
    # name: op, rows, features
    "layer_norm 16384x768": ("layer_norm", 16384, 768),
    "layer_norm 8192x4096": ("layer_norm", 8192, 4096),
    "layer_norm 2048x16384": ("layer_norm", 2048, 16384),
    "layer_norm 4099x1023": ("layer_norm", 4099, 1023),
    "layer_norm 1000000x16": ("layer_norm", 1000000, 16),
    "layer_norm 64x262144": ("layer_norm", 64, 262144),
    "rms_norm 8192x4096": ("rms_norm", 8192, 4096),
    "layer_norm + gelu 8192x4096": ("gelu", 8192, 4096),
}
EPS = 1e-5
# Memory that is freed stays with the process, and is given out again.
KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}


def reference(op, x, scale, shift):
    """In f64, of a few rows."""
    x, scale, shift = (a.astype(np.float64) for a in (x, scale, shift))
    if op == "rms_norm":
        return x / np.sqrt((x * x).mean(1, keepdims=True) + EPS) * scale
    centred = x - x.mean(1, keepdims=True)
    y = centred / np.sqrt((centred**2).mean(1, keepdims=True) + EPS) * scale + shift
    if op == "gelu":
        y = 0.5 * y * (1 + np.tanh(np.sqrt(2 / np.pi) * (y + 0.044715 * y**3)))
    return y


def ours(op, x, scale, shift, threads):
    import norm_mlir

    rows, features = x.shape
    name, clauses = ("rms_norm", "") if op == "rms_norm" else ("layer_norm", "shift(%b : !v)")
    result = "%g" if op == "gelu" else "%y"
    f = norm_mlir.compile(f"""
!m = tensor<{rows}x{features}xf32>
!v = tensor<{features}xf32>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @f(%x: !m, %s: !v, %b: !v) -> !m {{
  %e = tensor.empty() : !m
  %y = norm.{name} ins(%x : !m) scale(%s : !v) {clauses} outs(%e : !m) dims = [1] eps = {EPS:e}
  {gelu("!m") if op == "gelu" else ""}
  return {result} : !m
}}""", options=f"threads={threads}")
    out = np.empty_like(x)
    return lambda: f(x, scale, shift, out=out)


def torch_function(op, features):
    import torch

    if op == "rms_norm":
        return lambda x, s, b: torch.nn.functional.rms_norm(x, (features,), s, EPS)
    norm = lambda x, s, b: torch.nn.functional.layer_norm(x, (features,), s, b, EPS)
    if op == "gelu":
        return lambda x, s, b: torch.nn.functional.gelu(norm(x, s, b), approximate="tanh")
    return norm


def pytorch(op, x, scale, shift, threads, compiled=False):
    import torch

    torch.set_num_threads(threads)
    arrays = [torch.from_numpy(a) for a in (x, scale, shift)]
    f = torch_function(op, x.shape[1])
    if compiled:
        f = torch.compile(f)

    def call():
        with torch.no_grad():
            return f(*arrays).numpy()

    return call


def inductor(*arguments):
    return pytorch(*arguments, compiled=True)


def jax_function(op):
    import jax

    def f(x, s, b):
        if op == "rms_norm":
            return x * jax.lax.rsqrt((x * x).mean(1, keepdims=True) + EPS) * s
        centred = x - x.mean(1, keepdims=True)
        y = centred * jax.lax.rsqrt((centred**2).mean(1, keepdims=True) + EPS) * s + b
        return jax.nn.gelu(y, approximate=True) if op == "gelu" else y

    return jax.jit(f, keep_unused=True)


def jax_jit(op, x, scale, shift, threads):
    import jax.numpy as jnp

    arrays = [jnp.asarray(a) for a in (x, scale, shift)]
    compiled = jax_function(op)
    return lambda: np.asarray(compiled(*arrays).block_until_ready())


def iree(op, x, scale, shift, threads):
    """What JAX makes of the norm, by IREE's compiler and runtime. Buffers stay
    with the runtime: no copy to the host is timed."""
    from iree import compiler, runtime

    module = compiler.compile_str(
        jax_function(op).lower(x, scale, shift).as_text(),
        input_type="stablehlo",
        target_backends=["llvm-cpu"],
        extra_args=["--iree-llvmcpu-target-cpu=host", "--iree-opt-level=O3"],
    )
    config = runtime.Config("local-sync" if threads == 1 else "local-task")
    loaded = runtime.load_vm_module(
        runtime.VmModule.copy_buffer(config.vm_instance, module), config
    )
    arrays = [runtime.asdevicearray(config.device, a) for a in (x, scale, shift)]
    return lambda: loaded.main(*arrays)


def onnx_runtime(op, x, scale, shift, threads):
    import onnxruntime
    from onnx import TensorProto, helper

    rows, features = x.shape
    inputs = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, [rows, features]),
        helper.make_tensor_value_info("s", TensorProto.FLOAT, [features]),
        helper.make_tensor_value_info("b", TensorProto.FLOAT, [features]),
    ]
    if op == "rms_norm":
        inputs.pop()
        nodes = [helper.make_node("RMSNormalization", ["x", "s"], ["y"], axis=1, epsilon=EPS)]
    else:
        nodes = [helper.make_node("LayerNormalization", ["x", "s", "b"], ["y"], axis=1, epsilon=EPS)]
    result = "y"
    if op == "gelu":
        nodes.append(helper.make_node("Gelu", ["y"], ["g"], approximate="tanh"))
        result = "g"
    out = helper.make_tensor_value_info(result, TensorProto.FLOAT, [rows, features])
    model = helper.make_model(
        helper.make_graph(nodes, "norm", inputs, [out]),
        opset_imports=[helper.make_opsetid("", 23)],
        ir_version=10,
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    binding = session.io_binding()
    y = np.empty_like(x)
    for value, array in zip(inputs, (x, scale, shift)):
        binding.bind_cpu_input(value.name, array)
    binding.bind_output(result, "cpu", 0, np.float32, y.shape, y.ctypes.data)

    def call():
        session.run_with_iobinding(binding)
        return y

    return call


PEERS = {
    "norm": ours,
    "PyTorch": pytorch,
    "Inductor": inductor,
    "ONNX Runtime": onnx_runtime,
    "oneDNN": onednn,
    "JAX": jax_jit,
    "IREE": iree,
}
PACKAGES = [
    "norm_mlir", "torch", "onnxruntime", "onednn-cpu-gomp", "jax", "iree-base-compiler", "numpy"
]


def prepare(case, threads):
    """The peers that can do the case, checked."""
    op, rows, features = case
    random = np.random.default_rng(0)
    x = random.standard_normal((rows, features), dtype=np.float32)
    scale, shift = (random.standard_normal(features, dtype=np.float32) for _ in "sb")
    expected = reference(op, x[:8], scale, shift)
    calls = {}
    for name, make in PEERS.items():
        try:
            call = make(op, x, scale, shift, threads)
            got = np.asarray(call())
        except Exception as error:  # whatever a peer says to what it cannot do
            print(f"  {name}: left out: {str(error).splitlines()[0][:100]}")
            continue
        worst = np.abs(got[:8] - expected).max()
        if not worst < 1e-4:
            print(f"  {name}: left out: off by {worst:.1e}")
            continue
        calls[name] = call
    y = np.empty_like(x)
    calls["copy"] = lambda: np.copyto(y, x)
    return calls


def measure(calls, rounds):
    """Median seconds of each, taken in turn."""
    times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            call()
            begin = time.perf_counter()
            for _ in range(3):
                call()
            times[name].append((time.perf_counter() - begin) / 3)
    return {name: statistics.median(samples) for name, samples in times.items()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", default=1, type=int)
    parser.add_argument("--rounds", default=9, type=int)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--plot", type=pathlib.Path)
    options = parser.parse_args()
    if any(os.environ.get(key) != value for key, value in KEEP_MEMORY.items()):
        os.environ.update(KEEP_MEMORY)
        os.execv(sys.executable, [sys.executable, *sys.argv])
    # JAX has no call for it: as many threads as there are cores.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-options.threads :])

    results = {
        "cpu": cpu_name(),
        "threads": options.threads,
        "versions": {package: version(package) for package in PACKAGES},
        "cases": {},
    }
    for name, case in CASES.items():
        print(name, flush=True)
        seconds = measure(prepare(case, options.threads), options.rounds)
        copy = seconds.pop("copy")
        shares = {peer: copy / time for peer, time in seconds.items()}
        results["cases"][name] = {"copy": copy, "seconds": seconds, "share": shares}
        for peer, share in shares.items():
            print(f"  {peer:14} {seconds[peer] * 1e3:9.2f} ms {share:6.2f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    if options.plot:
        title = f"{results['cpu']}, {options.threads} thread(s), f32"
        plot(results, title, PEERS, options.plot)


if __name__ == "__main__":
    main()
