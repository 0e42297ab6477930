# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""python -m norm_mlir.export: a module of PyTorch to IR that compiles here."""

import subprocess
import sys

import pytest

ARGUMENTS = ["torch.nn:LayerNorm", "--init", "[64]"]


def export(*arguments, before=""):
    code = f"{before}\nfrom norm_mlir.export import main\nmain({list(arguments)!r})"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_without_torch_mlir():
    result = export(*ARGUMENTS, before="import sys; sys.modules['torch_mlir'] = None")
    assert result.returncode == 1 and result.stdout == ""
    assert "pip install torch torch-mlir" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["torch.nn", "--input", "4xf32"], "write MODULE:NAME"),
        (["torch.nn:Nonsense", "--input", "4xf32"], "no attribute 'Nonsense'"),
        ([*ARGUMENTS, "--input", "4,64"], "an input is written as"),
    ],
)
def test_refused(arguments, message):
    pytest.importorskip("torch_mlir", reason="torch-mlir is not installed")
    result = export(*arguments)
    assert result.returncode == 1 and message in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize("rows", ["4", "?"])
def test_result_compiles(rows):
    pytest.importorskip("torch_mlir", reason="torch-mlir is not installed")
    torch = pytest.importorskip("torch")
    import norm_mlir

    result = export(*ARGUMENTS, "--input", f"{rows}x64xf32")
    assert result.returncode == 0, result.stderr
    assert "norm.layer_norm" in norm_mlir.opt(result.stdout, "norm-raise")
    x = torch.randn(4, 64)
    got = norm_mlir.compile(result.stdout)(x)
    torch.testing.assert_close(got, torch.nn.functional.layer_norm(x, (64,)))
