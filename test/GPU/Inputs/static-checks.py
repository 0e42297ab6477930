#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is known of kernels without running them, against a table.

usage: static-checks.py [--update] TABLE FILE.mlir

The table has a line per kernel and chip: accesses to global memory of 16 bytes
and of fewer, shuffles and barriers, which must be as they were; and registers,
of which ptxas may use no more. No kernel may use local memory or spill. Without
a ptxas that knows the chip, registers and spills are not checked, which is said.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

CHIPS = ["sm_80", "sm_90", "sm_100"]
COLUMNS = ["ld16", "ld", "st16", "st", "shfl", "bar", "registers"]
KERNEL = re.compile(r"\.visible \.entry (\w+)\(.*?\n}", re.S)
WIDTH = {"v2": 2, "v4": 4, "v8": 8}


def find_ptxas():
    roots = [os.environ.get(name) for name in ("CUDA_ROOT", "CUDA_HOME", "CUDA_PATH")]
    for root in filter(None, roots + ["/usr/local/cuda"]):
        if os.access(f"{root}/bin/ptxas", os.X_OK):
            return f"{root}/bin/ptxas"
    return shutil.which("ptxas")


def make_ptx(file, chip):
    pipeline = f"--norm-gpu-pipeline=chip={chip}"
    module = subprocess.run(
        ["norm-opt", file, "--norm-fuse", pipeline], stdout=subprocess.PIPE, check=True
    ).stdout
    translate = ["norm-translate", "--norm-to-ptx"]
    done = subprocess.run(translate, input=module, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def count_accesses(text, kind):
    """Those of at least 16 bytes, and the others."""
    wide = narrow = 0
    for modifiers in re.findall(rf"\b{kind}\.global([.\w]*)", text):
        parts = modifiers.split(".")
        count = next((WIDTH[part] for part in parts if part in WIDTH), 1)
        if count * int(re.sub(r"\D", "", parts[-1])) >= 128:
            wide += 1
        else:
            narrow += 1
    return [wide, narrow]


def count(text):
    accesses = count_accesses(text, "ld") + count_accesses(text, "st")
    shuffles = len(re.findall(r"\bshfl\.", text))
    barriers = len(re.findall(r"\b(?:bar|barrier)\.(?:sync|cluster\.wait)", text))
    return accesses + [shuffles, barriers]


def assemble(ptxas, chip, ptx):
    """Registers and bytes spilled of each kernel, or None."""
    if not ptxas:
        print(f"{chip}: no ptxas: registers and spills are not checked")
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".ptx") as file:
        file.write(ptx)
        file.flush()
        command = [ptxas, f"-arch={chip}", "-v", file.name, "-o", "/dev/null"]
        done = subprocess.run(command, capture_output=True, text=True)
    if "is not defined for option" in done.stderr or "nsupported .version" in done.stderr:
        print(f"{chip}: {ptxas} does not know it: registers and spills are not checked")
        return None
    if done.returncode != 0:
        sys.exit(f"{chip}: {done.stderr}")
    usage = {}
    for part in done.stderr.split("Compiling entry function '")[1:]:
        spilled = sum(map(int, re.findall(r"(\d+) bytes spill", part)))
        registers = int(re.search(r"Used (\d+) registers", part).group(1))
        usage[part.split("'")[0]] = registers, spilled
    return usage


def measure(file):
    """A list of (kernel, chip, numbers), and the problems found on the way."""
    rows, problems = [], []
    ptxas = find_ptxas()
    for chip in CHIPS:
        ptx = make_ptx(file, chip)
        usage = assemble(ptxas, chip, ptx)
        for match in KERNEL.finditer(ptx):
            name, text = match.group(1), match.group(0)
            registers, spilled = usage[name] if usage else (None, 0)
            if ".local" in text:
                problems.append(f"{name} {chip}: uses local memory")
            if ".extern" in text or re.search(r"\bcall\b", text):
                problems.append(f"{name} {chip}: calls a function")
            if spilled:
                problems.append(f"{name} {chip}: spills {spilled} bytes")
            rows.append((name, chip, count(text) + [registers]))
    rows.sort(key=lambda row: (row[0], CHIPS.index(row[1])))
    return rows, problems


def compare(rows, table):
    expected = {}
    for line in open(table).read().splitlines():
        if line and not line.startswith("#"):
            name, chip, *numbers = line.split()
            expected[name, chip] = [int(number) for number in numbers]
    problems = []
    for name, chip, numbers in rows:
        allowed = expected.pop((name, chip), None)
        if allowed is None:
            problems.append(f"{name} {chip}: not in the table")
            continue
        for column, number, limit in zip(COLUMNS, numbers, allowed):
            if column == "registers" and (number is None or number <= limit):
                continue
            if number != limit:
                problems.append(f"{name} {chip}: {column} {number}, not {limit}")
    return problems + [f"{name} {chip}: is gone" for name, chip in expected]


def write(rows, table):
    with open(table, "w") as file:
        print("# Made by static-checks.py --update; it says what the columns are.", file=file)
        form = "{:28} {:7}" + " {:>5}" * (len(COLUMNS) - 1) + " {:>10}"
        print(form.format("# kernel", "chip", *COLUMNS), file=file)
        for name, chip, numbers in rows:
            print(form.format(name, chip, *numbers), file=file)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--update", action="store_true")
    parser.add_argument("table")
    parser.add_argument("file")
    options = parser.parse_args()
    rows, problems = measure(options.file)
    if options.update:
        write(rows, options.table)
    else:
        problems += compare(rows, options.table)
    for problem in problems:
        print(problem)
    print(f"{len(rows)} kernels, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
