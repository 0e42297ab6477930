# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""PyTorch tensors, and one process for all LLVMs."""

import subprocess
import sys

import norm_mlir
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
functional = torch.nn.functional


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_norms(dtype):
    x, w, b = torch.randn(3, 5, 64, dtype=dtype), torch.randn(64, dtype=dtype), torch.randn(64, dtype=dtype)
    torch.testing.assert_close(norm_mlir.layer_norm(x, w, b), functional.layer_norm(x, (64,), w, b))
    torch.testing.assert_close(norm_mlir.rms_norm(x, w), functional.rms_norm(x, (64,), w, 1e-6))
    torch.testing.assert_close(norm_mlir.l2_norm(x), functional.normalize(x, dim=-1))
    x, w, b = x.reshape(3, 32, 10), w[:32], b[:32]
    torch.testing.assert_close(norm_mlir.group_norm(x, 8, w, b), functional.group_norm(x, 8, w, b))


def test_zero_copy_out():
    x, out = torch.randn(4, 8), torch.zeros(4, 8)
    assert norm_mlir.layer_norm(x, out=out) is out
    torch.testing.assert_close(out, functional.layer_norm(x, (8,)))
    view = torch.zeros(6, 8)
    norm_mlir.layer_norm(x, out=view[1:5])
    torch.testing.assert_close(view[1:5], out)
    assert (view[0] == 0).all() and (view[5] == 0).all()


def test_gradients_are_not_lost_silently():
    x, w = torch.randn(4, 8), torch.nn.Parameter(torch.ones(8))
    with pytest.raises(TypeError, match="argument 1 requires a gradient"):
        norm_mlir.layer_norm(x, w)
    with torch.no_grad():
        torch.testing.assert_close(norm_mlir.layer_norm(x, w), functional.layer_norm(x, (8,), w))
    with torch.inference_mode():
        norm_mlir.layer_norm(torch.randn(4, 8), w)
    with pytest.raises(TypeError, match="out requires a gradient"):
        norm_mlir.layer_norm(x, out=torch.zeros(4, 8, requires_grad=True))
    torch.testing.assert_close(norm_mlir.layer_norm(x, w.detach()), functional.layer_norm(x, (8,)))


def test_refused():
    x = torch.randn(4, 8)
    with pytest.raises(ValueError, match="not contiguous"):
        norm_mlir.layer_norm(torch.randn(8, 4).T)
    with pytest.raises(ValueError, match="out overlaps argument 0"):
        norm_mlir.layer_norm(x, out=x)
    with pytest.raises(ValueError, match="out overlaps argument 0"):
        norm_mlir.layer_norm(x, out=x.numpy())
    with pytest.raises((TypeError, RuntimeError)):
        norm_mlir.layer_norm(torch.randn(4, 8, device="meta"))
    with torch._subclasses.FakeTensorMode():
        fake = torch.randn(4, 8)
    with pytest.raises((TypeError, RuntimeError)):
        norm_mlir.layer_norm(fake)


def test_cuda():
    """The kernels of test_cuda.py, on a GPU."""
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    x, w = torch.randn(40, 768, device="cuda"), torch.randn(768, device="cuda")
    expected = functional.layer_norm(x, (768,), w)
    torch.testing.assert_close(norm_mlir.layer_norm(x, w), expected)
    out = torch.zeros_like(x)
    with torch.cuda.stream(torch.cuda.Stream()):
        assert norm_mlir.layer_norm(x, w, out=out) is out
    torch.cuda.synchronize()
    torch.testing.assert_close(out, expected)
    with pytest.raises(TypeError, match="argument 1 is on the CPU, but the function is compiled for CUDA"):
        norm_mlir.layer_norm(x, w.cpu())


def test_wrong_device():
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    x = torch.randn(4, 8)
    function = norm_mlir.compile("func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> { return %x : tensor<8xf32> }")
    with pytest.raises(TypeError, match="argument 0 is on CUDA device 0, but the function is compiled for the CPU"):
        function(x[0].cuda())


MODULES = ["norm_mlir", "torch", "triton", "jax"]


@pytest.mark.parametrize("order", [MODULES, MODULES[::-1], ["torch", "norm_mlir", "jax", "triton"]])
def test_one_process(order):
    """Their LLVMs do not meet, whatever comes first; each is used."""
    code = f"""
import importlib, sys
loaded = []
for name in {order}:
    try:
        importlib.import_module(name)
        loaded.append(name)
    except ImportError:
        assert name not in ("norm_mlir", "torch"), name
import torch, norm_mlir
x = torch.randn(4, 8)
def check():
    torch.testing.assert_close(norm_mlir.layer_norm(x), torch.nn.functional.layer_norm(x, (8,)))
check()
if "triton" in loaded:
    from triton._C.libtriton import ir
    context = ir.context()
    ir.load_dialects(context)
if "jax" in loaded:
    import jax
    y = norm_mlir.rms_norm(jax.jit(lambda v: v + 1)(jax.numpy.ones((4, 8))))
    assert isinstance(y, jax.Array) and abs(float(y[0, 0]) - 1) < 1e-5
norm_mlir.norms.forget()
check()
print(*loaded)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    print("in one process:", result.stdout)
