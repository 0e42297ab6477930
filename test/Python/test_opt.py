# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""norm_mlir.opt: text to text, and errors with MLIR's diagnostics."""

import norm_mlir
import pytest

MODULE = """
func.func @f(%x: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
  return %y : tensor<4x8xf32>
}
"""


@pytest.mark.parametrize("pipeline", ["norm-generalize,cse", "builtin.module(norm-generalize)"])
def test_pipeline(pipeline):
    text = norm_mlir.opt(MODULE, pipeline)
    assert "norm.generic" in text and "norm.layer_norm" not in text


def test_does_not_parse():
    with pytest.raises(norm_mlir.CompileError) as info:
        norm_mlir.opt("func.func @f( {", "cse")
    assert info.value.diagnostics[0].startswith("input:1:14: error: ")
    assert info.value.diagnostics[0] in str(info.value)
    assert isinstance(info.value, ValueError)


def test_does_not_verify():
    text = MODULE.replace("dims = [1]", "dims = [2]")
    with pytest.raises(norm_mlir.CompileError, match="input:3:8: error: 'norm.layer_norm' op"):
        norm_mlir.opt(text, "cse")


def test_unknown_pass():
    with pytest.raises(norm_mlir.CompileError, match="norm-nonsense"):
        norm_mlir.opt(MODULE, "norm-nonsense")


def test_all_diagnostics():
    with pytest.raises(norm_mlir.CompileError) as info:
        norm_mlir.opt("func.func @f() { return }\nfunc.func @f() { return }", "cse")
    kinds = [text.split(": ")[1] for text in info.value.diagnostics]
    assert kinds[0] == "error" and set(kinds[1:]) == {"note"}
