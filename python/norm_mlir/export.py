# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The IR of a PyTorch module or function, for norm-opt and norm-run.

usage: python -m norm_mlir.export MODULE:NAME [--init ARGS] --input 4x64xf32 ...

MODULE:NAME is a torch.nn.Module, a class of one (which `--init` calls with a
Python list of arguments), or a function of tensors. Inputs are random; `?` is a
size that may vary. Goes through torch-mlir, and prints linalg on tensors:

    python -m norm_mlir.export torch.nn:LayerNorm --init '[64]' --input ?x64xf32 |
      norm-opt --norm-raise --norm-fuse
"""

import argparse
import ast
import importlib
import sys


def _parse_input(torch, text):
    """`?x64xf32` as an example tensor, and which of its sizes may vary."""
    dtypes = {"f16": "float16", "bf16": "bfloat16", "f32": "float32", "f64": "float64", "i64": "int64", "i32": "int32"}
    *extents, element = text.split("x")
    if element not in dtypes or not all(e == "?" or e.isdigit() for e in extents):
        raise SystemExit(f"export: --input {text}: an input is written as 4x?xf32, of {', '.join(dtypes)}")
    # A size that may vary must not look like one that may not: 1 is special.
    sizes = [7 if e == "?" else int(e) for e in extents]
    dynamic = {i: torch.export.Dim.AUTO for i, e in enumerate(extents) if e == "?"}
    return torch.ones(sizes, dtype=getattr(torch, dtypes[element])), dynamic


def _load(torch, target, init):
    module, _, name = target.partition(":")
    if not name:
        raise SystemExit(f"export: {target}: write MODULE:NAME, as in torch.nn:LayerNorm")
    try:
        found = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise SystemExit(f"export: {target}: {error}") from None
    if isinstance(found, type):
        found = found(*init)
    if isinstance(found, torch.nn.Module):
        return found.eval()

    class Function(torch.nn.Module):
        def forward(self, *arguments):
            return found(*arguments)

    return Function()


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m norm_mlir.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", metavar="MODULE:NAME")
    parser.add_argument("--init", default="[]", type=ast.literal_eval, metavar="ARGS")
    parser.add_argument("--input", action="append", default=[], metavar="4x64xf32")
    options = parser.parse_args(arguments)
    try:
        import torch
        from torch_mlir import fx
    except ImportError as error:
        raise SystemExit(
            f"export: {error}. PyTorch and torch-mlir are needed:\n  pip install torch torch-mlir"
        ) from None
    sys.path.insert(0, "")
    module = _load(torch, options.target, options.init)
    inputs = [_parse_input(torch, text) for text in options.input]
    exported = torch.export.export(
        module,
        tuple(tensor for tensor, _ in inputs),
        dynamic_shapes=[dynamic for _, dynamic in inputs] if any(d for _, d in inputs) else None,
    )
    print(fx.export_and_import(exported, output_type="linalg-on-tensors"))


if __name__ == "__main__":
    main()
