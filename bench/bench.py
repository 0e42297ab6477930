#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times norms beside copies of as many bytes: the share of the speed of memory.

usage: bench.py [--bin DIR] [--roads vector,linalg,affine] [--threads N]
                [--rounds N] [--json FILE] [CASE...]

Each case is verified against the f64 oracle before it is timed; the copies run
interleaved with it, in the same process. A share is the time of the faster of
the plain and the streaming copy over that of the kernel: 1 is the speed of
memory. The best share of a few rounds is shown too: on a shared machine the
median says how it was, the best what the code can do.
"""

import argparse
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def norm(op, shape, dims, dtype="f32", parameters=()):
    """A module that normalizes into a given buffer."""
    tensor, buffer = f"tensor<{shape}x{dtype}>", f"memref<{shape}x{dtype}>"
    extents = shape.split("x")
    of_row = "x".join(extents[d] for d in dims)
    names = [f"%{p}: tensor<{of_row}xf32>" for p in parameters]
    clauses = " ".join(f"{p}(%{p} : tensor<{of_row}xf32>)" for p in parameters)
    return f"""
func.func @norm({", ".join([f"%x: {tensor}"] + names + [f"%out: {buffer}"])}) {{
  %e = tensor.empty() : {tensor}
  %y = norm.{op} ins(%x : {tensor}) {clauses} outs(%e : {tensor})
      dims = {dims} eps = 1.0e-5
  bufferization.materialize_in_destination %y in restrict writable %out
      : ({tensor}, {buffer}) -> ()
  return
}}"""


AFFINE = ("scale", "shift")
CASES = {
    "layer_norm 16384x768": norm("layer_norm", "16384x768", [1], parameters=AFFINE),
    "layer_norm 8192x4096": norm("layer_norm", "8192x4096", [1], parameters=AFFINE),
    "layer_norm 2048x16384": norm("layer_norm", "2048x16384", [1], parameters=AFFINE),
    "layer_norm 512x1024": norm("layer_norm", "512x1024", [1], parameters=AFFINE),
    "layer_norm 64x768": norm("layer_norm", "64x768", [1], parameters=AFFINE),
    "layer_norm 4099x1023": norm("layer_norm", "4099x1023", [1], parameters=AFFINE),
    "layer_norm 1000000x16": norm("layer_norm", "1000000x16", [1], parameters=AFFINE),
    "layer_norm 64x262144": norm("layer_norm", "64x262144", [1], parameters=AFFINE),
    "layer_norm 8192x4096 bf16": norm(
        "layer_norm", "8192x4096", [1], "bf16", parameters=AFFINE
    ),
    "layer_norm 8192x4096 f16": norm(
        "layer_norm", "8192x4096", [1], "f16", parameters=AFFINE
    ),
    "rms_norm 8192x4096": norm("rms_norm", "8192x4096", [1], parameters=("scale",)),
    "layer_norm 32x96x56x56 over channels": norm(
        "layer_norm", "32x96x56x56", [1], parameters=AFFINE
    ),
}


def run(norm_run, file, road, threads):
    """One verified, timed run: its report."""
    options = f"--pipeline-options=threads={threads}" if road == "vector" else ""
    command = [norm_run, file, f"--road={road}", "--verify", "--time", "--json"]
    result = subprocess.run(
        command + ([options] if options else []), capture_output=True, text=True
    )
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {result.stderr.strip()}")
    return json.loads(result.stdout)


def measure(norm_run, file, road, threads, rounds):
    """Median and best share, median seconds, and the worst error over bound."""
    shares, seconds, errors = [], [], []
    for _ in range(rounds):
        report = run(norm_run, file, road, threads)
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


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bin", default=ROOT / "build/release/bin", type=pathlib.Path)
    parser.add_argument("--roads", default="vector")
    parser.add_argument("--threads", default=1, type=int)
    parser.add_argument("--rounds", default=3, type=int)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("cases", nargs="*", help="parts of case names")
    options = parser.parse_args()

    results = {"cpu": cpu_name(), "threads": options.threads, "cases": []}
    print(f"{results['cpu']}, {options.threads} thread(s), {options.rounds} rounds")
    print(f"{'case':38} {'road':7} {'time':>12} {'share':>6} {'best':>6}")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "case.mlir"
        for name, text in CASES.items():
            if options.cases and not any(part in name for part in options.cases):
                continue
            file.write_text(text)
            for road in options.roads.split(","):
                entry = measure(
                    options.bin / "norm-run", file, road, options.threads, options.rounds
                )
                results["cases"].append({"case": name, "road": road} | entry)
                print(
                    f"{name:38} {road:7} {entry['seconds'] * 1e6:9.1f} us "
                    f"{entry['share']:6.2f} {entry['best_share']:6.2f}",
                    flush=True,
                )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
