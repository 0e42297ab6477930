#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times norms beside copies of as many bytes: the share of the speed of memory.

usage: bench.py [--bin DIR] [--roads vector,linalg,affine] [--threads N]
                [--rounds N] [--dynamic] [--json FILE] [CASE...]

Each case is verified against the f64 oracle before it is timed; the copies run
interleaved with it, in the same process. A share is the time of the faster of
the plain and the streaming copy over that of the kernel: 1 is the speed of
memory. The best share of a few rounds is shown too: on a shared machine the
median says how it was, the best what the code can do. With --dynamic no extent
is known when the code is made.
"""

import argparse
import importlib.metadata
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def norm(op, shape, dims, dtype="f32", parameters=(), parameter_type="f32", dynamic=False):
    """A module that normalizes into a given buffer."""
    extents = shape.split("x")

    def spell(dims):
        return "x".join("?" if dynamic else extents[d] for d in dims)

    every = range(len(extents))
    tensor, buffer = f"tensor<{spell(every)}x{dtype}>", f"memref<{spell(every)}x{dtype}>"
    vector = f"tensor<{spell(dims)}x{parameter_type}>"
    names = [f"%{p}: {vector}" for p in parameters]
    clauses = " ".join(f"{p}(%{p} : {vector})" for p in parameters)
    sizes = "".join(
        f"""
  %i{d} = arith.constant {d} : index
  %d{d} = tensor.dim %x, %i{d} : {tensor}"""
        for d in every
        if dynamic
    )
    operands = ", ".join(f"%d{d}" for d in every if dynamic)
    return f"""
func.func @norm({", ".join([f"%x: {tensor}"] + names + [f"%out: {buffer}"])}) {{{sizes}
  %e = tensor.empty({operands}) : {tensor}
  %y = norm.{op} ins(%x : {tensor}) {clauses} outs(%e : {tensor})
      dims = {dims} eps = 1.0e-5
  bufferization.materialize_in_destination %y in restrict writable %out
      : ({tensor}, {buffer}) -> ()
  return
}}"""


def fused(shape, results, body):
    """A module whose results of `(name, type)` go into given buffers."""
    matrix = f"tensor<{shape}xf32>"
    buffers = {name: type.replace("tensor", "memref") for name, type in results}
    parameters = ", ".join(f"%{name}_out: {type}" for name, type in buffers.items())
    places = "\n".join(
        f"  bufferization.materialize_in_destination %{name} in restrict writable "
        f"%{name}_out : ({type}, {buffers[name]}) -> ()"
        for name, type in results
    )
    return f"""
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @fused(%x: {matrix}, %r: {matrix}, %scale: tensor<4096xf32>,
                 %shift: tensor<4096xf32>, {parameters}) {{
  %e = tensor.empty() : {matrix}
{body}
{places}
  return
}}"""


def gelu(matrix):
    """%g, the GELU (tanh) of %y, into an empty %e."""
    return f"""
  %g = linalg.generic {{indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}}
      ins(%y : {matrix}) outs(%e : {matrix}) {{
  ^bb0(%a: f32, %o: f32):
    %half = arith.constant 0.5 : f32
    %one = arith.constant 1.0 : f32
    %root = arith.constant 0.79788456080286536 : f32
    %cubic = arith.constant 0.044715 : f32
    %a2 = arith.mulf %a, %a : f32
    %a3 = arith.mulf %a2, %a : f32
    %k = arith.mulf %a3, %cubic : f32
    %in = arith.addf %a, %k : f32
    %arg = arith.mulf %in, %root : f32
    %tanh = math.tanh %arg : f32
    %sum = arith.addf %tanh, %one : f32
    %h = arith.mulf %a, %half : f32
    %v = arith.mulf %h, %sum : f32
    linalg.yield %v : f32
  }} -> {matrix}"""


LAYER_NORM = """
  %y = norm.layer_norm ins({0} : tensor<8192x4096xf32>) scale(%scale : tensor<4096xf32>)
      shift(%shift : tensor<4096xf32>) outs(%e : tensor<8192x4096xf32>) dims = [1] eps = 1.0e-5
"""
ADD = """
  %sum = linalg.add ins(%x, %r : tensor<8192x4096xf32>, tensor<8192x4096xf32>)
      outs(%e : tensor<8192x4096xf32>) -> tensor<8192x4096xf32>
"""
QUANTIZE = """
  %zero = arith.constant 0.0 : f32
  %er = tensor.empty() : tensor<8192xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%er : tensor<8192xf32>) -> tensor<8192xf32>
  %amax = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%y : tensor<8192x4096xf32>) outs(%fill : tensor<8192xf32>) {
  ^bb0(%a: f32, %o: f32):
    %abs = math.absf %a : f32
    %max = arith.maximumf %abs, %o : f32
    linalg.yield %max : f32
  } -> tensor<8192xf32>
  %eq = tensor.empty() : tensor<8192x4096xi8>
  %q = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y, %amax : tensor<8192x4096xf32>, tensor<8192xf32>) outs(%eq : tensor<8192x4096xi8>) {
  ^bb0(%a: f32, %m: f32, %o: i8):
    %c127 = arith.constant 127.0 : f32
    %inverse = arith.divf %c127, %m : f32
    %z = arith.mulf %a, %inverse : f32
    %near = math.roundeven %z : f32
    %v = arith.fptosi %near : f32 to i8
    linalg.yield %v : i8
  } -> tensor<8192x4096xi8>
"""
MATRIX = "tensor<8192x4096xf32>"
GROUP_NORM = """
func.func @group_norm(%x: tensor<32x256x28x28xf32>, %scale: tensor<256xf32>,
                      %shift: tensor<256xf32>, %out: memref<32x256x28x28xf32>) {
  %e = tensor.empty() : tensor<32x256x28x28xf32>
  %y = norm.group_norm ins(%x : tensor<32x256x28x28xf32>) scale(%scale : tensor<256xf32>)
      shift(%shift : tensor<256xf32>) outs(%e : tensor<32x256x28x28xf32>)
      dims = [1, 2, 3] channel_dim = 1 groups = 32 eps = 1.0e-5
  bufferization.materialize_in_destination %y in restrict writable %out
      : (tensor<32x256x28x28xf32>, memref<32x256x28x28xf32>) -> ()
  return
}"""

AFFINE = ("scale", "shift")
NORMS = {
    "layer_norm 16384x768": ("layer_norm", "16384x768", [1], "f32", AFFINE),
    "layer_norm 8192x4096": ("layer_norm", "8192x4096", [1], "f32", AFFINE),
    "layer_norm 2048x16384": ("layer_norm", "2048x16384", [1], "f32", AFFINE),
    "layer_norm 512x1024": ("layer_norm", "512x1024", [1], "f32", AFFINE),
    "layer_norm 64x768": ("layer_norm", "64x768", [1], "f32", AFFINE),
    "layer_norm 4099x1023": ("layer_norm", "4099x1023", [1], "f32", AFFINE),
    "layer_norm 1000000x16": ("layer_norm", "1000000x16", [1], "f32", AFFINE),
    "layer_norm 64x262144": ("layer_norm", "64x262144", [1], "f32", AFFINE),
    "layer_norm 8192x4096 bf16": ("layer_norm", "8192x4096", [1], "bf16", AFFINE),
    "layer_norm 8192x4096 f16": ("layer_norm", "8192x4096", [1], "f16", AFFINE),
    "rms_norm 8192x4096": ("rms_norm", "8192x4096", [1], "f32", ("scale",)),
    "layer_norm 32x96x56x56 over channels": (
        "layer_norm",
        "32x96x56x56",
        [1],
        "f32",
        AFFINE,
    ),
}
FUSED = {
    "add + layer_norm 8192x4096, both results": fused(
        "8192x4096",
        [("sum", MATRIX), ("y", MATRIX)],
        ADD + LAYER_NORM.format("%sum"),
    ),
    "layer_norm + GELU(tanh) 8192x4096": fused(
        "8192x4096", [("g", MATRIX)], LAYER_NORM.format("%x") + gelu(MATRIX)
    ),
    "layer_norm + int8 quantize 8192x4096": fused(
        "8192x4096",
        [("q", "tensor<8192x4096xi8>"), ("amax", "tensor<8192xf32>")],
        LAYER_NORM.format("%x") + QUANTIZE,
    ),
    "group_norm 32x256x28x28, 32 groups": GROUP_NORM,
}


def argument_shapes(op, shape, dims, dtype, parameters):
    """Of such a module of norm()."""
    extents = shape.split("x")
    of_row = "x".join(extents[d] for d in dims)
    return [shape] + [of_row] * len(parameters) + [shape]


def get_cases(dynamic):
    """Name to module, and to the shapes that it does not say; of extents that
    compilation does not know, the norms alone."""
    if dynamic:
        return {name: (norm(*spec, dynamic=True), argument_shapes(*spec))
                for name, spec in NORMS.items()}
    norms = {name: norm(*spec) for name, spec in NORMS.items()}
    return {name: (text, []) for name, text in (norms | FUSED).items()}


def run(norm_run, file, shapes, road, threads):
    """One verified, timed run: its report."""
    options = f"--pipeline-options=threads={threads}" if road == "vector" else ""
    command = [norm_run, file, f"--road={road}", "--verify", "--time", "--json"]
    command += [f"--shape={i}={shape}" for i, shape in enumerate(shapes)]
    result = subprocess.run(
        command + ([options] if options else []), capture_output=True, text=True
    )
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {result.stderr.strip()}")
    return json.loads(result.stdout)


def measure(norm_run, file, shapes, road, threads, rounds):
    """Median and best share, median seconds, and the worst error over bound."""
    shares, seconds, errors = [], [], []
    for _ in range(rounds):
        report = run(norm_run, file, shapes, road, threads)
        time = report["time"]
        copy = min(time["plain_copy_seconds"], time["streaming_copy_seconds"])
        shares.append(copy / time["seconds"])
        seconds.append(time["seconds"])
        errors += [o["error_over_bound"] for o in report["outputs"]]
    return {
        "share": statistics.median(shares),
        "best_share": max(shares),
        "seconds": statistics.median(seconds),
        "error_over_bound": max(errors),
    }


def cpu_name():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def plot(results, title, peers, file):
    """The shares of each peer, case by case."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    cases, width = list(results["cases"]), 0.8 / len(peers)
    lines = [cases[at : at + 14] for at in range(0, len(cases), 14)]
    size = 3 + max(map(len, lines)), 0.5 + 4 * len(lines)
    figure, grid = plt.subplots(len(lines), figsize=size, squeeze=False)
    for line, axes in zip(lines, grid.flat):
        for i, peer in enumerate(peers):
            shares = [results["cases"][case]["share"].get(peer, 0) for case in line]
            axes.bar([at + i * width for at in range(len(line))], shares, width, label=peer)
        axes.set_xticks([at + 0.4 - width / 2 for at in range(len(line))])
        axes.set_xticklabels([case.replace(" ", "\n", 1) for case in line], fontsize=8)
        axes.set_ylabel("share of the speed of a copy")
    grid[0, 0].set_title(title)
    grid[0, 0].legend(ncols=len(peers), fontsize=8)
    figure.tight_layout()
    figure.savefig(file, dpi=120)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bin", default=ROOT / "build/release/bin", type=pathlib.Path)
    parser.add_argument("--roads", default="vector")
    parser.add_argument("--threads", default=1, type=int)
    parser.add_argument("--rounds", default=3, type=int)
    parser.add_argument("--dynamic", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("cases", nargs="*", help="parts of case names")
    options = parser.parse_args()

    results = {
        "cpu": cpu_name(),
        "threads": options.threads,
        "dynamic": options.dynamic,
        "cases": [],
    }
    print(f"{results['cpu']}, {options.threads} thread(s), {options.rounds} rounds")
    print(f"{'case':41} {'road':7} {'time':>12} {'share':>6} {'best':>6}")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "case.mlir"
        for name, (text, shapes) in get_cases(options.dynamic).items():
            if options.cases and not any(part in name for part in options.cases):
                continue
            file.write_text(text)
            for road in options.roads.split(","):
                entry = measure(
                    options.bin / "norm-run",
                    file,
                    shapes,
                    road,
                    options.threads,
                    options.rounds,
                )
                results["cases"].append({"case": name, "road": road} | entry)
                print(
                    f"{name:41} {road:7} {entry['seconds'] * 1e6:9.1f} us "
                    f"{entry['share']:6.2f} {entry['best_share']:6.2f}",
                    flush=True,
                )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
