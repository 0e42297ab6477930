#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the `// RUN:` line of every ```mlir block; the tools come from PATH.

usage: run-examples.py FILE.md...
"""

import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```mlir\n(.*?)^```$", re.M | re.S)
RUN = re.compile(r"^// RUN: (.*)$", re.M)


def run(block, folder):
    source = pathlib.Path(folder, "example.mlir")
    source.write_text(block)
    commands = RUN.findall(block)
    if not commands:
        return "the block has no RUN line"
    for command in commands:
        command = "set -o pipefail; " + command.replace("%s", str(source))
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
        if done.returncode != 0:
            return done.stderr
    return None


def main():
    passed = failed = 0
    for name in sys.argv[1:]:
        text = pathlib.Path(name).read_text()
        for match in BLOCK.finditer(text):
            with tempfile.TemporaryDirectory() as folder:
                error = run(match.group(1), folder)
            if error is None:
                passed += 1
                continue
            failed += 1
            line = text.count("\n", 0, match.start()) + 1
            print(f"{name}:{line}: example failed\n{error}")
    print(f"{passed} examples passed, {failed} failed")
    return failed != 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main())
