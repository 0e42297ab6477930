#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times compilation, from the norm dialect to machine code that can be called.

usage: compile_times.py [--bin DIR] [--cpus x86-64-v4,x86-64-v3,x86-64]
                        [--json FILE] [CASE...]

CPU time of raising, fusing, --norm-cpu-pipeline, LLVM's -O3 and its code
generator, in the process that would call the code: `norm-run --compile-time`,
the least of five, as what else runs on the machine only adds. For each case of
bench.py, its extents known and not (then cases of one rank and type are one),
and for each CPU: the default ones have AVX-512, AVX2 and SSE2. A CPU that has
what this machine has not is left out.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import bench


def time_compilation(norm_run, file, cpu):
    """Milliseconds of passes and of code generation; None for another machine."""
    command = [norm_run, file, "--compile-time", "--json"]
    result = subprocess.run(
        command + [f"--pipeline-options=cpu={cpu}"], capture_output=True, text=True
    )
    if "which this one has not" in result.stderr:
        return None
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {result.stderr.strip()}")
    times = json.loads(result.stdout)
    return times["passes_seconds"] * 1e3, times["code_seconds"] * 1e3


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bin", default=bench.ROOT / "build/release/bin", type=pathlib.Path
    )
    parser.add_argument("--cpus", default="x86-64-v4,x86-64-v3,x86-64")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("cases", nargs="*", help="parts of case names")
    options = parser.parse_args()

    results = {"cpu": bench.cpu_name(), "cases": []}
    print(f"{results['cpu']}; ms of passes + ms to machine code")
    print(f"{'case':41} {'extents':8} {'for':10} {'passes':>7} {'code':>7} {'sum':>7}")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "case.mlir"
        for dynamic in (False, True):
            seen = set()
            for name, (text, _) in bench.get_cases(dynamic).items():
                if options.cases and not any(part in name for part in options.cases):
                    continue
                if text in seen:
                    continue
                seen.add(text)
                file.write_text(text)
                for cpu in options.cpus.split(","):
                    times = time_compilation(options.bin / "norm-run", file, cpu)
                    if not times:
                        continue
                    extents = "dynamic" if dynamic else "static"
                    passes, code = times
                    results["cases"].append(
                        {
                            "case": name,
                            "extents": extents,
                            "for": cpu,
                            "passes_ms": passes,
                            "code_ms": code,
                        }
                    )
                    print(
                        f"{name:41} {extents:8} {cpu:10} {passes:7.1f} {code:7.1f} "
                        f"{passes + code:7.1f}",
                        flush=True,
                    )
    for extents in ("static", "dynamic"):
        sums = [
            c["passes_ms"] + c["code_ms"]
            for c in results["cases"]
            if c["extents"] == extents
        ]
        if sums:
            print(f"{extents}: at most {max(sums):.1f} ms")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
