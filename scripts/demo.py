#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs examples through every road: error against the f64 oracle, and time.

usage: demo.py [--bin DIR] [FILE.mlir...]     all of examples/ by default

Fails if a run fails or an error exceeds the bound that follows from the types.
"""

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Of --norm-cpu-pipeline, its default first.
ROADS = ["vector", "linalg", "affine"]
COLUMNS = "{:26} {:7} {:>10} {:>12} {:>10} {:>12}"

NEXT = """
time: the median of one call, on one thread.  of copy: the time that a plain copy of
as many bytes takes, divided by that of the call; 1 is the speed of memory, and a copy
that stays in the caches is faster than memory.
error/bound: at most 1 is right; norm-run derives the bound from the types.

Next:
  export PATH={bin}:$PATH
  norm-opt {example} --norm-generalize                         # the row program
  norm-opt {example} --norm-cpu-pipeline=stop-after=vector     # its loops
  norm-run {example} --verify --time                           # one run, in detail
  make test
README.md says where things are, docs/ what every op and pass means."""


def run(norm_run, file, road):
    """The report of one run, and why it failed or an empty string."""
    result = subprocess.run(
        [norm_run, file, f"--road={road}", "--verify", "--time", "--json"],
        capture_output=True,
        text=True,
    )
    report = json.loads(result.stdout) if result.stdout else None
    if result.returncode == 0:
        return report, ""
    return report, result.stderr.strip() or f"exit code {result.returncode}"


def row(file, road, report, error):
    """A line of the table; what was not measured is a dash."""
    outputs = [o for o in report["outputs"] if "right" in o] if report else []
    name = pathlib.Path(file).stem
    if not outputs:
        return COLUMNS.format(name, road, *"----") + f"  {error}"

    def worst(key):
        values = [output[key] for output in outputs]
        return "inf" if None in values else f"{max(values):.2g}"

    cells = ["-", "-"]
    if time := report.get("time"):
        seconds = time["seconds"]
        share = time["plain_copy_seconds"] / seconds
        cells = [f"{seconds * 1e3:.3f} ms", f"{share:.2f}"]
    line = COLUMNS.format(
        name, road, worst("max_error"), worst("error_over_bound"), *cells
    )
    return f"{line}  {error}".rstrip()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bin", default=ROOT / "build/release/bin", type=pathlib.Path)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    files = options.files or sorted(str(f) for f in ROOT.glob("examples/*.mlir"))
    print(COLUMNS.format("example", "road", "max error", "error/bound", "time", "of copy"))
    failed = 0
    for file in files:
        for road in ROADS:
            report, error = run(options.bin / "norm-run", file, road)
            failed += bool(error)
            print(row(file, road, report, error), flush=True)
    if failed:
        print(f"\n{failed} of {len(files) * len(ROADS)} runs failed")
        return 1
    relative = [p.relative_to(ROOT) if p.is_relative_to(ROOT) else p
                for p in (options.bin, pathlib.Path(files[0]).resolve())]
    print(NEXT.format(bin=f"$PWD/{relative[0]}", example=relative[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
