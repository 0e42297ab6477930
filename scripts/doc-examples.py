#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the examples of the documentation; norm-opt etc. come from PATH.

usage: doc-examples.py FILE.md...

* A ```mlir block must parse and verify. Where it is not whole functions or
  modules, it becomes the body of one: the values it does not define become
  arguments, with the types that its groups `(%a, %b : type, type)` and its
  `op %a, %b : type` say they have. Ops that live in the body of `norm.generic`
  are put in one.
* A block of three backquotes and `sh example` is run by bash in a folder that
  shows the repository; it must succeed.
* A block whose language is followed by the path of a file, as in ```cpp a/b.cpp,
  must be part of that file, word by word.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^( *)```(.*?)\n(.*?)^\1```$", re.M | re.S)
VALUE = re.compile(r"%[\w$.-]+")
TYPE = r"[\w!]+(?:<[^>]*(?:<[^>]*>[^>]*)*>)?"
# (%a[d0], %b : f32, f32)
GROUP = re.compile(rf"\(([^():]*%[^():]*):\s*({TYPE}(?:\s*,\s*{TYPE})*)\s*\)")
# op %a, %b : f32
SAME_TYPE = re.compile(rf"^(?:.*=)?\s*[\w.]+([^:({{]*%[^:({{]*):\s*({TYPE})\s*$", re.M)
# op %a, %b : f32, f32
EACH_TYPE = re.compile(
    rf"^\s*[\w.]+([^:({{=]*%[^:({{=]*):\s*({TYPE}(?:\s*,\s*{TYPE})+)\s*$", re.M
)
IN_BODY = re.compile(r"^(?:.*=)?\s*(norm\.(?:reduce|count|yield))\b", re.M)


def split_types(types):
    """At the commas that are not inside <>."""
    return [t.strip() for t in re.split(r",(?![^<]*>)", types)]


def types_of_values(code):
    types = {}
    for match in SAME_TYPE.finditer(code):
        for value in VALUE.findall(match.group(1)):
            types.setdefault(value, match.group(2))
    for pattern in (EACH_TYPE, GROUP):
        for match in pattern.finditer(code):
            values = VALUE.findall(match.group(1))
            types.update(zip(values, split_types(match.group(2))))
    return types


def defined_values(code):
    """Results, and the arguments of bodies: `(%a, %b) {`."""
    results = re.findall(r"^\s*((?:%[\w:]+\s*,\s*)*%[\w:]+)\s*=", code, re.M)
    arguments = re.findall(r"\(([^()]*)\)\s*{", code)
    return {v for group in results + arguments for v in VALUE.findall(group)}


def to_module(code):
    """The block as a module that can be verified."""
    code = re.sub(r"//.*", "", code)
    if re.search(r"\b(?:func\.func|module|gpu\.module)\b", code):
        return code
    if IN_BODY.search(code) and "norm.generic" not in code:
        return to_module(in_generic(code))
    defined = defined_values(code)
    types = types_of_values(code)
    free = [v for v in dict.fromkeys(VALUE.findall(code)) if v not in defined]
    for value in free:
        if value not in types:
            raise ValueError(f"the block does not say the type of {value}")
    arguments = ", ".join(f"{value}: {types[value]}" for value in free)
    return f"func.func @example({arguments}) {{\n{code}\n  return\n}}\n"


def in_generic(code):
    """A norm.generic around ops that may stand only there."""
    ends = re.search(r"norm\.yield[^:]*:(.*)$", code, re.M)
    types = split_types(ends.group(1)) if ends else ["f32"]
    outs = ", ".join(f"%out{i}[d0, d1]" for i in range(len(types)))
    tensors = ", ".join(f"tensor<4x8x{type_}>" for type_ in types)
    results = ", ".join(f"%result{i}" for i in range(len(types)))
    end = "" if ends else "norm.yield %element : f32"
    return f"""
{results} = norm.generic (d0: parallel, d1: reduction)
    ins(%input[d0, d1] : tensor<4x8xf32>) outs({outs} : {tensors}) (%element) {{
{code}
{end}
}}
"""


def run_mlir(code):
    return subprocess.run(
        ["norm-opt"], input=to_module(code), capture_output=True, text=True
    )


def run_sh(code):
    with tempfile.TemporaryDirectory() as folder:
        for entry in ROOT.iterdir():
            pathlib.Path(folder, entry.name).symlink_to(entry)
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", code],
            cwd=folder,
            capture_output=True,
            text=True,
        )


def check_quotation(path, code):
    if " ".join(code.split()) in " ".join((ROOT / path).read_text().split()):
        return None
    return f"{path} does not have these lines"


RUNNERS = {"mlir": run_mlir, "sh example": run_sh}


def main(files):
    if not files:
        sys.exit(__doc__)
    ran = failed = 0
    for file in files:
        text = pathlib.Path(file).read_text()
        for match in FENCE.finditer(text):
            info, code = match.group(2).strip(), match.group(3)
            runner = RUNNERS.get(info)
            quoted = re.fullmatch(r"\w+ (\S+/\S+)", info)
            if not runner and not quoted:
                continue
            where = f"{file}:{text.count(chr(10), 0, match.start()) + 1}"
            ran += 1
            try:
                if quoted:
                    error = check_quotation(quoted.group(1), code)
                else:
                    result = runner(code)
                    output = result.stderr + result.stdout
                    error = output if result.returncode else None
            except (OSError, ValueError) as exception:
                error = str(exception)
            if error is not None:
                failed += 1
                print(f"{where}: example failed\n{error}\n")
    print(f"{ran - failed} examples passed, {failed} failed")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
