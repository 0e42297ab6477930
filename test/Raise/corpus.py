# RUN: %python %s norm-opt %S/corpus
#
# Raises every module that exporters wrote and compares what it is raised to
# with corpus/expected.txt, in which each line is a file and its ops in order:
#
#   torch-mlir/ln_stats.mlir: layer_norm [2] eps=1e-05
#
# Op, dims, ε, and what is not the default. `none` is for what is no norm, and
# for gradients. With --update, the file is written anew. Fusing what is
# elementwise beforehand, into the bodies of contractions too, hides no norm:
# the same ops are found, though maybe on other dims.

import os
import re
import subprocess
import sys

OP = re.compile(r"norm\.(\w+_norm) .*?\)((?: \w+ = ).*)$")


def describe(line):
    name, rest = OP.search(line).groups()
    words = [name]
    for key, value in re.findall(r"(\w+) = (\[[^\]]*\]|[^ :]+)", rest):
        if key == "dims":
            words.append(value.replace(" ", ""))
            continue
        if key in ("eps", "scale_offset"):
            value = f"{float(value):.6g}"
        words.append(f"{key}={value.replace(' ', '')}")
    return " ".join(words)


def raise_file(norm_opt, path, *passes):
    result = subprocess.run(
        [norm_opt, path, *passes, "--norm-raise"], capture_output=True, text=True)
    if result.returncode:
        return "failed: " + result.stderr.splitlines()[0]
    found = [describe(line) for line in result.stdout.splitlines()
             if OP.search(line)]
    return "; ".join(found) or "none"


def names(found):
    return sorted(re.findall(r"\w+_norm", found))


def main():
    norm_opt, corpus = sys.argv[1:3]
    table = os.path.join(corpus, "expected.txt")
    if "--update" in sys.argv:
        files = sorted(
            os.path.relpath(os.path.join(folder, name), corpus)
            for folder, _, names in os.walk(corpus)
            for name in names if name.endswith(".mlir"))
        with open(table, "w") as out:
            for file in files:
                found = raise_file(norm_opt, os.path.join(corpus, file))
                out.write(f"{file}: {found}\n")
        return 0
    failed = 0
    with open(table) as lines:
        expectations = [line.rstrip("\n").split(": ", 1) for line in lines]
    for file, expected in expectations:
        found = raise_file(norm_opt, os.path.join(corpus, file))
        if found != expected:
            failed += 1
            print(f"{file}: expected {expected}, found {found}")
            continue
        found = raise_file(norm_opt, os.path.join(corpus, file),
                           "--linalg-fuse-elementwise-ops")
        if names(found) != names(expected) or found.startswith("failed"):
            failed += 1
            print(f"{file}: expected {expected}, found {found} when fused")
    print(f"{len(expectations) - failed} passed, {failed} failed")
    return failed != 0 or not expectations


if __name__ == "__main__":
    sys.exit(main())
