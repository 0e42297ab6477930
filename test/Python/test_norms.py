# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The ready-made norms, beside their formulas in float64."""

import time

import norm_mlir
import numpy as np
import pytest
from threads import run_in_threads

TOLERANCE = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-14}


def array(*shape, dtype="float32", seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def layer_norm(x, weight=1, bias=0, eps=1e-5, dims=(-1,)):
    x = x.astype("float64")
    variance = x.var(dims, keepdims=True)
    return (x - x.mean(dims, keepdims=True)) / np.sqrt(variance + eps) * weight + bias


def rms_norm(x, weight=1, eps=1e-6):
    x = x.astype("float64")
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight


def l2_norm(x, eps=1e-12):
    x = x.astype("float64")
    return x / np.maximum(np.sqrt((x * x).sum(-1, keepdims=True)), eps)


def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    groups = x.astype("float64").reshape(len(x), num_groups, int(np.prod(x.shape[1:])) // num_groups)
    y = layer_norm(groups, eps=eps).reshape(x.shape)
    channels = (1, -1) + (1,) * (x.ndim - 2)
    y = y if weight is None else y * weight.reshape(channels)
    return y if bias is None else y + bias.reshape(channels)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", [(768,), (5, 16), (2, 3, 100), (0, 8)])
def test_against_formula(shape, dtype):
    x, w, b = array(*shape, dtype=dtype), array(shape[-1]), array(shape[-1], seed=1)
    w, b = w.astype(dtype), b.astype(dtype)
    close = dict(rtol=TOLERANCE[dtype], atol=8 * TOLERANCE[dtype])
    for got, expected in [
        (norm_mlir.layer_norm(x), layer_norm(x)),
        (norm_mlir.layer_norm(x, w), layer_norm(x, w)),
        (norm_mlir.layer_norm(x, None, b), layer_norm(x, 1, b)),
        (norm_mlir.layer_norm(x, w, b, 0.1), layer_norm(x, w, b, 0.1)),
        (norm_mlir.rms_norm(x, w), rms_norm(x, w)),
        (norm_mlir.l2_norm(x), l2_norm(x)),
    ]:
        assert got.dtype == x.dtype and got.shape == x.shape
        np.testing.assert_allclose(got.astype("float64"), expected, **close)


def test_row_of_two_dims_and_other_dtype():
    x, w = array(4, 3, 8, dtype="float16"), array(3, 8)
    got = norm_mlir.layer_norm(x, w)
    expected = layer_norm(x, w, dims=(-2, -1))
    np.testing.assert_allclose(got.astype("float64"), expected, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize(
    "shape, dtype",
    [((2, 12), "float32"), ((3, 6, 20), "float16"), ((2, 6, 5, 7), "float32"), ((2, 6, 5, 7), "float64"), ((0, 6, 5), "float32")],
)
def test_groups_against_formula(shape, dtype):
    x, w, b = array(*shape, dtype=dtype), array(shape[1]), array(shape[1], seed=1)
    close = dict(rtol=TOLERANCE[dtype], atol=8 * TOLERANCE[dtype])
    for num_groups, parameters in [(1, ()), (3, (w,)), (6, (None, b, 0.1))]:
        got = norm_mlir.group_norm(x, num_groups, *parameters)
        assert got.dtype == x.dtype and got.shape == x.shape
        expected = group_norm(x, num_groups, *parameters)
        np.testing.assert_allclose(got.astype("float64"), expected, **close)
    out = np.empty_like(x)
    assert norm_mlir.group_norm(x, 3, w, b, out=out) is out
    np.testing.assert_allclose(out.astype("float64"), group_norm(x, 3, w, b), **close)


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        (dict(num_groups=4), ValueError, "num_groups is 4, which does not divide the 6 channels"),
        (dict(num_groups=0), ValueError, "num_groups is 0"),
        (dict(num_groups=-3), ValueError, "num_groups is -3"),
        (dict(num_groups=2.0), TypeError, "float"),
        (dict(x=array(6)), ValueError, r"x has shape \(6,\); its dims are batch, channels"),
        (dict(weight=array(5)), ValueError, r"weight has shape \(5,\).*one value per channel"),
        (dict(bias=array(6, 4)), ValueError, "bias has shape"),
        (dict(weight=array(6).astype(int)), TypeError, "weight has dtype int64"),
        (dict(eps=float("nan")), ValueError, "eps is nan"),
        (dict(x=array(2, 4, 6).transpose(0, 2, 1)), ValueError, "argument 0 is not contiguous"),
        (dict(out=np.zeros((2, 6, 5), "float32")), ValueError, "out is 2x6x5xf32"),
    ],
)
def test_groups_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        norm_mlir.group_norm(**{"x": array(2, 6, 4), "num_groups": 3, **arguments})


def test_out():
    x = array(4, 8)
    out = np.empty_like(x)
    assert norm_mlir.layer_norm(x, out=out) is out
    np.testing.assert_allclose(out, layer_norm(x), atol=1e-5)


def test_compiled_once_for_any_rows():
    norm_mlir.norms.forget()
    for rows in (1, 7, 100):
        norm_mlir.rms_norm(array(rows, 24), array(24))
    assert len(norm_mlir.norms._functions) == 1
    norm_mlir.rms_norm(array(rows, 24), array(24), eps=0.5)
    assert len(norm_mlir.norms._functions) == 2


def test_signatures_in_turn():
    """What the last call was says nothing about this one."""
    x, y, w = array(4, 24), array(4, 24, dtype="float64"), array(24)
    for _ in range(2):
        for a in (x, y, x[:, :8].copy(), x[0], x.reshape(2, 2, 24)):
            row = a.shape[-1]
            got = norm_mlir.layer_norm(a, w[:row])
            assert got.dtype == a.dtype and got.shape == a.shape
            np.testing.assert_allclose(got, layer_norm(a, w[:row]), rtol=1e-5, atol=1e-5)
            with pytest.raises(ValueError, match="weight has shape"):
                norm_mlir.layer_norm(a, w[: row - 1])


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        (dict(x=array(4, 8), eps=float("nan")), ValueError, "eps is nan"),
        (dict(x=array(4, 8), eps=-1.0), ValueError, "eps is -1.0"),
        (dict(x=array(4, 8), eps=float("inf")), ValueError, "eps is inf"),
        (dict(x=array(4, 8), weight=array(4)), ValueError, r"weight has shape \(4,\)"),
        (dict(x=array(4, 8), weight=array(1)), ValueError, "weight has shape"),
        (dict(x=array(4, 8), bias=array(4, 4, 8)), ValueError, "bias has shape"),
        (dict(x=array(4, 8), weight=array(8), bias=array(4, 8)), ValueError, "bias has shape"),
        (dict(x=array(4, 8).astype(int)), TypeError, "x has dtype int64"),
        (dict(x=array(4, 8), weight=array(8).astype(int)), TypeError, "weight has dtype int64"),
        (dict(x=array(4, 16)[:, ::2]), ValueError, "argument 0 is not contiguous"),
        (dict(x=np.float32(1)), ValueError, "no dims"),
        (dict(x=[1.0, 2.0]), TypeError, "norms take arrays|neither a buffer nor __dlpack__"),
        (dict(x=array(4, 8), out=np.zeros((4, 7), "float32")), ValueError, "out is 4x7xf32"),
    ],
)
def test_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        norm_mlir.layer_norm(**arguments)


def test_threads_want_the_same(monkeypatch):
    """They wait for one compilation, however long it takes."""
    compiled = []

    def slowly(*arguments):
        compiled.append(arguments)
        time.sleep(0.1)
        return norm_mlir._norm.compile(*arguments)

    monkeypatch.setattr(norm_mlir.norms, "_compile", slowly)
    norm_mlir.norms.forget()
    x = array(64, 40)
    results = [None] * 4

    def work(i):
        results[i] = norm_mlir.layer_norm(x)

    run_in_threads(work)
    assert len(compiled) == 1
    for result in results:
        np.testing.assert_array_equal(result, results[0])
