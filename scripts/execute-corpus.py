#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Raises every module of the corpus, gradients too, and executes it.

usage: execute-corpus.py [--fused] [--filter TEXT] [--jobs N]

The raised module has to compute what the module means: its error against the
module as exported, evaluated in f64, is within the bound that follows from the
types, or no more than twice that of the module as exported, compiled without
raising. With --fused, the same after linalg-fuse-elementwise-ops, which puts
norms into the bodies of other ops. What has no norm is left out.
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).resolve().parent.parent / "test/Raise/corpus"


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True)


def errors(module, original, inputs):
    """The largest error of each result and its bound, or why there is none."""
    result = run("norm-run", module, f"--verify-against={original}", "--json",
                 "--dynamic-size=5", *inputs)
    try:
        outputs = json.loads(result.stdout)["outputs"]
    except (ValueError, KeyError):
        return None, (result.stderr.strip() or f"exit code {result.returncode}")[:300]
    return [o for o in outputs if "right" in o], ""


def check(original, fused, folder):
    """Whether the raised module is right; None if it has no norm."""
    raised = pathlib.Path(folder, str(original.relative_to(CORPUS)).replace("/", "__"))
    passes = ["--linalg-fuse-elementwise-ops"] if fused else []
    result = run("norm-opt", original, *passes, "--norm-raise", "-o", raised)
    if result.returncode:
        return f"norm-opt failed: {result.stderr[:300]}"
    text = raised.read_text()
    if not re.search(r"\bnorm\.\w+_norm ", text):
        return None
    # Random numbers are no variances.
    inputs = [f"--input={number}=2.5"
              for number in re.findall(r" variance\(%arg(\d+) ", text)]
    outputs, problem = errors(raised, original, inputs)
    if outputs is None:
        return problem
    if all(output["right"] for output in outputs):
        return ""
    plain, problem = errors(original, original, inputs)
    if plain is None:
        return problem
    for number, (output, other) in enumerate(zip(outputs, plain)):
        error, allowed = output["max_error"], other["max_error"]
        if not output["right"] and not (
                error is not None and allowed is not None and error <= 2 * allowed):
            return f"result {number} is off by {error}, unraised by {allowed}"
    return ""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fused", action="store_true")
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    files = sorted(f for f in CORPUS.rglob("*.mlir") if options.filter in str(f))
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        verdicts = pool.map(lambda f: check(f, options.fused, folder), files)
        for file, verdict in zip(files, verdicts):
            if verdict is None:
                continue
            passed += not verdict
            failed += bool(verdict)
            if verdict:
                print(f"{file.relative_to(CORPUS)}: {verdict}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
