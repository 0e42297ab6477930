# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What docs/Python.md says is run; its blocks share one namespace."""

import pathlib
import re

import pytest

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/Python.md"
NAMESPACE = {}
BLOCKS = re.findall(r"^```python(.*)\n((?:.*\n)*?)```$", PAGE.read_text(), re.M)


def test_page_has_blocks():
    assert len(BLOCKS) == 3


@pytest.mark.parametrize("needs, code", BLOCKS, ids=[needs.strip() or "numpy" for needs, _ in BLOCKS])
def test_block(needs, code):
    if needs.strip():
        torch = pytest.importorskip("torch", reason="PyTorch is not installed")
        if needs.strip() == "cuda" and not torch.cuda.is_available():
            pytest.skip("there is no CUDA device")
        from importlib.metadata import entry_points

        if not list(entry_points(group="torch_dynamo_backends", name="norm")):
            pytest.skip("the package is not installed")
    exec(compile(code, str(PAGE), "exec"), NAMESPACE)
