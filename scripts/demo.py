#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs examples: exported modules raised and not, norm ops through every road.

usage: demo.py [--bin DIR] [FILE.mlir...]     all of examples/ by default

A file without norm ops is what an exporter wrote. It is compiled as it is, as
upstream's passes fuse it, both by the linalg road, and raised and fused, by the
vector road. Fails if a run fails, if an exported module is further off than
twice what it is unraised, or if a norm op exceeds the bound that follows from
its types.
"""

import argparse
import array
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# How norm ops run, as options of norm-run: the roads of --norm-cpu-pipeline, its
# default first, and the kernels for a GPU, which the interpreter does not time.
ROADS = {
    "vector": ["--road=vector", "--time"],
    "linalg": ["--road=linalg", "--time"],
    "affine": ["--road=affine", "--time"],
    "ptx": ["--target=ptx-interpreter"],
}
# How an exported module is compiled: name, passes, road.
WAYS = [
    ("as exported", [], "linalg"),
    ("upstream fusion", ["--linalg-fuse-elementwise-ops"], "linalg"),
    ("raised, fused", ["--norm-raise", "--norm-fuse"], "vector"),
]
COLUMNS = "{:26} {:7} {:>10} {:>12} {:>10} {:>12}"
EXPORTED_COLUMNS = "{:26} {:16} {:>6} {:>10} {:>10} {:>12}"

NEXT = """
norms: ops of the norm dialect, or their kernels, one for buffers of any alignment
beside each.  passes: how often the structured ops read or write an activation, in
sizes of the first argument.
time: the median of one call, on one thread.  of copy: the time that a plain copy of
as many bytes takes, divided by that of the call; 1 is the speed of memory, and a copy
that stays in the caches is faster than memory.
ptx: the kernels for a GPU, run by an interpreter.
error/bound: at most 1 is right; norm-run derives the bound from the types.

Next:
  export PATH={bin}:$PATH
  norm-opt {example} --norm-raise --norm-fuse                  # norms, fused
  norm-opt {example} --norm-cpu-pipeline=stop-after=vector     # the loops of norm ops
  norm-run {example} --verify --time                           # one run, in detail
  norm-opt examples/layer_norm.mlir --norm-gpu-pipeline="chip=sm_90" | norm-translate --norm-to-ptx
  make test
README.md says where things are, docs/ what every op and pass means."""


def run(norm_run, file, *options):
    """The report of one run, and why it failed or an empty string."""
    result = subprocess.run(
        [norm_run, file, "--json", *options], capture_output=True, text=True
    )
    report = json.loads(result.stdout) if result.stdout else None
    if result.returncode == 0:
        return report, ""
    return report, result.stderr.strip() or f"exit code {result.returncode}"


def milliseconds(report):
    time = (report or {}).get("time")
    return f"{time['seconds'] * 1e3:.3f} ms" if time else "-"


def row(file, road, report, error):
    """A line of the table; what was not measured is a dash."""
    outputs = [o for o in report["outputs"] if "right" in o] if report else []
    name = pathlib.Path(file).stem
    if not outputs:
        return COLUMNS.format(name, road, *"----") + f"  {error}"

    def worst(key):
        values = [output[key] for output in outputs]
        return "inf" if None in values else f"{max(values):.2g}"

    share = "-"
    if time := report.get("time"):
        share = f"{time['plain_copy_seconds'] / time['seconds']:.2f}"
    line = COLUMNS.format(
        name, road, worst("max_error"), worst("error_over_bound"),
        milliseconds(report), share,
    )
    return f"{line}  {error}".rstrip()


def run_roads(tools, file):
    """How many runs failed, of how many."""
    failed = 0
    for road, options in ROADS.items():
        report, error = run(tools / "norm-run", file, "--verify", *options)
        failed += bool(error)
        print(row(file, road, report, error), flush=True)
    return failed, len(ROADS)


def num_bytes(type_text):
    """Of a tensor type, such as 2x16xf32."""
    *dims, element = type_text.split("x")
    width = max(8, int(re.search(r"\d+", element)[0])) // 8
    return math.prod(map(int, dims)) * width


def count_passes(text):
    """How often structured ops read or write an activation, in sizes of the first
    argument: of what has its dims but the last, so that weights do not count."""
    x = re.search(r"%arg0: tensor<([^<>]*)>", text)[1]
    rows = x[: x.rindex("x", 0, x.rindex("x")) + 1]
    operands = re.findall(
        r"\b(?:ins|outs|scale|shift|mean|variance|rstd)\(([^()]*)\)", text)
    moved = sum(num_bytes(t) for o in operands for t in re.findall(r"tensor<([^<>]*)>", o)
                if t.startswith(rows))
    return moved / num_bytes(x)


def write_weights(text, folder):
    """Arguments with two dims, but x, as small as weights are: N(0, 1) ones would
    drown the norms in what attention makes of them. As options of norm-run."""
    signature = re.search(r"func\.func @\w+\((.*?)\)", text)[1]
    options = []
    for number, shape in enumerate(re.findall(r"tensor<([^<>]*)xf32>", signature)):
        dims = [int(d) for d in shape.split("x")]
        if number == 0 or len(dims) != 2:
            continue
        bits = array.array("h", random.Random(number).randbytes(2 * math.prod(dims)))
        data = array.array("f", (bit * (0.02 / 18918) for bit in bits))
        header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(dims)}}}"
        header = header.ljust(117) + "\n"
        path = pathlib.Path(folder, f"{number}.npy")
        path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
                         + header.encode() + data.tobytes())
        options.append(f"--input={number}={path}")
    return options


def largest_error(report):
    errors = [o["max_error"] for o in report["outputs"] if "right" in o]
    return math.inf if None in errors or not errors else max(errors)


def count_kernels(tools, module):
    """How many kernels the PTX of a module's norms has, and why there is none or an
    empty string."""
    objects = subprocess.run(
        [tools / "norm-opt", module, "--norm-gpu-pipeline=chip=sm_90 kernels-only"],
        capture_output=True)
    ptx = subprocess.run([tools / "norm-translate", "--norm-to-ptx"],
                         input=objects.stdout, capture_output=True)
    error = (objects.stderr or ptx.stderr).decode().strip()
    return ptx.stdout.count(b".entry"), error


def run_exported(tools, file):
    """How many runs failed, of how many."""
    failed, unraised = 0, None
    with tempfile.TemporaryDirectory() as folder:
        weights = write_weights(pathlib.Path(file).read_text(), folder)
        for way, passes, road in WAYS:
            module = pathlib.Path(folder, f"{way.replace(' ', '-')}.mlir")
            result = subprocess.run(
                [tools / "norm-opt", file, *passes, "-o", module],
                capture_output=True, text=True)
            report, error = None, result.stderr.strip()
            if result.returncode == 0:
                report, error = run(tools / "norm-run", module, f"--road={road}",
                                    "--time", f"--verify-against={file}", *weights)
            name = pathlib.Path(file).stem
            if not report or not report.get("outputs"):
                failed += 1
                print(EXPORTED_COLUMNS.format(name, way, *"----") + f"  {error}")
                continue
            worst = largest_error(report)
            unraised = worst if unraised is None else unraised
            # The bound is for norms; products and exponentials have their own.
            problem = "" if worst <= 2 * unraised else "further off than unraised"
            failed += bool(problem)
            text = module.read_text()
            norms = len(re.findall(r"\bnorm\.(?:\w+_norm|generic) ", text))
            print(EXPORTED_COLUMNS.format(
                name, way, norms, f"{count_passes(text):.1f}", f"{worst:.2g}",
                milliseconds(report)) + f"  {problem}".rstrip(), flush=True)
        # The last way has raised and fused.
        kernels, error = count_kernels(tools, module)
        failed += bool(error or kernels < norms)
        print(EXPORTED_COLUMNS.format(name, "PTX for sm_90", kernels, *"---")
              + f"  {error}".rstrip(), flush=True)
    return failed, len(WAYS) + 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bin", default=ROOT / "build/release/bin", type=pathlib.Path)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    files = options.files or sorted(str(f) for f in ROOT.glob("examples/*.mlir"))
    exported = [f for f in files if not re.search(r"\bnorm\.\w", pathlib.Path(f).read_text())]
    failed = runs = 0
    if exported:
        print(EXPORTED_COLUMNS.format(
            "exported module", "compiled", "norms", "passes", "max error", "time"))
    for file in exported:
        counts = run_exported(options.bin, file)
        failed, runs = failed + counts[0], runs + counts[1]
    rest = [f for f in files if f not in exported]
    if rest:
        print(COLUMNS.format("example", "road", "max error", "error/bound", "time", "of copy"))
    for file in rest:
        counts = run_roads(options.bin, file)
        failed, runs = failed + counts[0], runs + counts[1]
    if failed:
        print(f"\n{failed} of {runs} runs failed")
        return 1
    relative = [p.relative_to(ROOT) if p.is_relative_to(ROOT) else p
                for p in (options.bin, pathlib.Path(files[0]).resolve())]
    print(NEXT.format(bin=f"$PWD/{relative[0]}", example=relative[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
