#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Executes a tutorial: its ```diff blocks are a patch of this project.

usage: run-tutorial.py TUTORIAL.md [PRESET]

Applies the patch to a copy under build/, builds norm-opt there, without
optimization, and runs the tests that the patch adds or changes. With a preset
of CMake everything is built as it says, and all tests are run: the patch must
break none. The copy is kept, so that a second run rebuilds only what has changed.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DIFF = re.compile(r"^```diff\n(.*?)^```$", re.M | re.S)


def run(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, **options)


def update(source, destination):
    """Makes destination equal to source, touching only what differs."""
    wanted = {f.relative_to(source) for f in source.rglob("*") if f.is_file()}
    for file in wanted:
        target = destination / file
        content = (source / file).read_bytes()
        if not target.exists() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / file, target)
    for file in [f for f in destination.rglob("*") if f.is_file()]:
        if file.relative_to(destination) not in wanted:
            file.unlink()


def main(tutorial, preset=None):
    patch = "".join(DIFF.findall(tutorial.read_text()))
    tests = re.findall(r"^\+\+\+ b/(test/.*\.mlir)$", patch, re.M)
    if not tests:
        sys.exit(f"{tutorial}: no ```diff block has a test")
    work = ROOT / "build/tutorials" / tutorial.stem
    source, binary = work / "source", work / (preset or "build")

    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        for entry in ROOT.iterdir():
            if not entry.name.startswith((".", "build")):
                copy_one = shutil.copytree if entry.is_dir() else shutil.copy
                copy_one(entry, copy / entry.name)
        run("patch", "-p1", "--no-backup-if-mismatch", cwd=copy, input=patch.encode())
        update(copy, source)

    if preset:
        run("cmake", "--preset", preset, "-B", binary, cwd=source)
        run("cmake", "--build", binary)
    else:
        run(
            "cmake", "-S", source, "-B", binary, "-G", "Ninja",
            "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0",
            "-DCMAKE_C_COMPILER=clang-22", "-DCMAKE_CXX_COMPILER=clang++-22",
            "-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld",
        )  # fmt: skip
        run("cmake", "--build", binary, "--target", "norm-opt")
    config = (binary / "test/lit.site.cfg.py").read_text()
    tools = re.search(r'llvm_tools_dir = "(.*)"', config).group(1)
    if preset:
        suite = binary / "test"
        run(f"{tools}/lit", "-sv", "--output", suite / "lit.json", suite)
    else:
        run(f"{tools}/lit", "-v", *[binary / test for test in tests])


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    try:
        main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
