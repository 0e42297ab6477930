#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Finds lit tests that cannot fail: checks that nothing reads.

usage: runline-lint.py TEST-OR-FOLDER...

A check line (`// PREFIX:`, `// PREFIX-NEXT:` ...) must have a FileCheck with
that prefix in a RUN line of its file; an `expected-error` (warning, remark,
note) must have -verify-diagnostics; and a failure must be neither expected nor
swallowed.
"""

import pathlib
import re
import sys

SUFFIXES = {".c", ".mlir", ".test", ".py"}
LIT_KEYWORDS = {
    "RUN", "DEFINE", "REDEFINE", "REQUIRES", "UNSUPPORTED", "XFAIL", "COM",
    "ALLOW_RETRIES", "END",
}  # fmt: skip

COMMAND = re.compile(r"^\s*(?://|#)\s*(?:RUN|DEFINE|REDEFINE):(.*)$")
CHECK = re.compile(
    r"^\s*(?://|#)\s*([A-Z][A-Z0-9_-]{2,}?)"
    r"(?:-(?:LABEL|NEXT|SAME|NOT|DAG|EMPTY|COUNT-\d+))?(?:\{LITERAL\})?:"
)
PREFIXES = re.compile(r"-check-prefix(?:es)?[= ]([^\s|]+)")
EXPECTED = re.compile(r"expected-(?:error|warning|remark|note)")


def lint(text):
    """Yields (line number, complaint)."""
    lines = text.splitlines()
    commands = " ".join(m.group(1) for m in map(COMMAND.match, lines) if m)
    commands = commands.replace("\\", " ")
    read = set()
    for filecheck in commands.split("FileCheck")[1:]:
        # Up to the next command of the pipeline.
        arguments = re.split(r"[|;]|&&|FileCheck", filecheck)[0]
        named = PREFIXES.findall(arguments)
        read.update(p for group in named for p in group.split(","))
        if not named:
            read.add("CHECK")
    substituted = any("%{" in prefix for prefix in read)
    verified = "-verify-diagnostics" in commands

    if "|| true" in commands:
        yield 1, "`|| true` swallows a failure; use `not`"
    for number, line in enumerate(lines, 1):
        if re.match(r"^\s*(?://|#)\s*XFAIL:", line):
            yield number, "XFAIL: fix the failure, or test what happens instead"
        check = CHECK.match(line)
        if check and check.group(1) not in LIT_KEYWORDS:
            if check.group(1) not in read and not substituted:
                yield number, f"no FileCheck reads the prefix {check.group(1)}"
        if EXPECTED.search(line) and not COMMAND.match(line) and not verified:
            yield number, "no RUN line has -verify-diagnostics"


def tests_of(path):
    if path.is_file():
        return [path]
    return sorted(
        file
        for file in path.rglob("*")
        if file.suffix in SUFFIXES
        and file.name != "lit.cfg.py"
        and "Inputs" not in file.relative_to(path).parts
    )


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    tests = [test for path in arguments for test in tests_of(pathlib.Path(path))]
    if not tests:
        sys.exit("runline-lint: no test found in " + " ".join(arguments))
    complaints = [
        f"{test}:{number}: {complaint}"
        for test in tests
        for number, complaint in lint(test.read_text())
    ]
    print("\n".join(complaints or [f"{len(tests)} tests, each can fail"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
