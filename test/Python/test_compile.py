# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""norm_mlir.compile: what a function takes, refuses, writes and returns."""

import subprocess
import sys

import norm_mlir
import numpy as np
import pytest
from threads import run_in_threads

SCALE = """
func.func @scale(%x: tensor<?x?xf32>, %g: tensor<?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>,
                                        affine_map<(i, j) -> (j)>,
                                        affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %g : tensor<?x?xf32>, tensor<?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
"""


@pytest.fixture(scope="module")
def scale():
    return norm_mlir.compile(SCALE)


def array(*shape, dtype="float32"):
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def identity(type_):
    return norm_mlir.compile(f"func.func @f(%x: {type_}) -> {type_} {{ return %x : {type_} }}")


def test_result_is_new_or_given(scale):
    x, g = array(3, 5), array(5)
    np.testing.assert_array_equal(scale(x, g), x * g)
    out = np.zeros((3, 5), "float32")
    assert scale(x, g, out=out) is out
    np.testing.assert_array_equal(out, x * g)


@pytest.mark.parametrize("shape", [(0, 5), (3, 0), (1, 1)])
def test_few_elements(scale, shape):
    x, g = array(*shape), array(shape[1])
    np.testing.assert_array_equal(scale(x, g), x * g)


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        (lambda: (array(3, 5),), TypeError, "takes 2 arguments, but 1"),
        (lambda: (array(3, 5, dtype="float64"), array(5)), TypeError, "argument 0 is 3x5xf64"),
        (lambda: (array(3, 5), array(5, 1)), ValueError, "argument 1 is 5x1xf32, but.*takes .xf32"),
        (lambda: (array(3, 10)[:, ::2], array(5)), ValueError, "argument 0 is not contiguous"),
        (lambda: (array(5, 3).T, array(5)), ValueError, r"strides are \(1, 3\) elements"),
        (lambda: (array(3, 5), array(10)[::-2]), ValueError, "argument 1 is not contiguous"),
        (lambda: (array(3, 5), np.frombuffer(b"." * 21, "float32", 5, offset=1)), ValueError, "not aligned"),
        (lambda: (array(3, 5).astype(">f4"), array(5)), TypeError, "format '>f'"),
        (lambda: (array(3, 5), [1.0] * 5), TypeError, "neither a buffer nor __dlpack__"),
        (lambda: (array(3, 5), 1.0), TypeError, "argument 1 is a .*float"),
        (lambda: (array(3, 5), array(4)), ValueError, "'linalg.generic' dimension #0"),
        (lambda: (array(3, 5, dtype="complex64"), array(5)), TypeError, "format 'Zf'"),
        (lambda: (np.array([[1, "a"]], object), array(2)), TypeError, "argument 0"),
    ],
)
def test_argument_refused(scale, arguments, error, message):
    out = np.full((3, 5), 7, "float32")
    with pytest.raises(error, match=message):
        scale(*arguments(), out=out)
    assert (out == 7).all()


def read_only():
    out = np.full((3, 5), 7, "float32")
    out.flags.writeable = False
    return out


@pytest.mark.parametrize(
    "out, error, message",
    [
        (read_only, ValueError, "out is read-only"),
        (lambda: np.full((3, 4), 7, "float32"), ValueError, "out is 3x4xf32, but the result is 3x5"),
        (lambda: np.full((3, 5), 7, "float16"), TypeError, "out is 3x5xf16"),
        (lambda: np.full((3, 10), 7, "float32")[:, ::2], ValueError, "out"),
        (lambda: (), TypeError, "out must be one array"),
        (lambda: b"7" * 60, ValueError, "out is read-only"),
    ],
)
def test_out_refused(scale, out, error, message):
    given = out()
    with pytest.raises(error, match=message):
        scale(array(3, 5), array(5), out=given)
    assert not isinstance(given, np.ndarray) or (given == 7).all()


def test_overlap_refused(scale):
    memory = np.arange(20, dtype="float32")
    before = memory.copy()
    x = memory[:15].reshape(3, 5)
    with pytest.raises(ValueError, match="out overlaps argument 0"):
        scale(x, array(5), out=x)
    with pytest.raises(ValueError, match="out overlaps argument 1"):
        scale(array(3, 5), memory[12:17], out=x)
    with pytest.raises(ValueError, match="out overlaps argument 0"):
        scale(memory[5:].reshape(3, 5), array(5), out=x)
    np.testing.assert_array_equal(memory, before)
    # Side by side is not overlapping.
    scale(array(3, 5), memory[15:], out=x)


def test_several_results():
    f = norm_mlir.compile(
        "func.func @f(%x: tensor<4xf32>, %n: i64) -> (tensor<4xf32>, i64, tensor<4xf32>) {"
        "  return %x, %n, %x : tensor<4xf32>, i64, tensor<4xf32> }"
    )
    x = array(4)
    first, number, second = f(x, 42)
    assert number == 42
    np.testing.assert_array_equal(first, x)
    np.testing.assert_array_equal(second, x)
    outs = np.zeros((2, 4), "float32")
    f(x, 42, out=(outs[0], outs[1]))
    np.testing.assert_array_equal(outs, [x, x])
    with pytest.raises(ValueError, match=r"out\[1\] overlaps out\[0\]"):
        f(x, 42, out=(outs[0], outs[0]))
    with pytest.raises(TypeError, match="out must be a tuple of 2 arrays"):
        f(x, 42, out=outs[0])


@pytest.mark.parametrize(
    "type_, value, result",
    [("f32", 0.1, np.float32(0.1)), ("f16", 0.1, np.float16(0.1)), ("bf16", 3, 3.0), ("f64", 0.1, 0.1),
     ("i8", -128, -128), ("i8", 255, -1), ("i32", -7, -7), ("index", 1 << 40, 1 << 40), ("i1", True, True)],
)
def test_scalar(type_, value, result):
    assert identity(type_)(value) == result


@pytest.mark.parametrize(
    "type_, value, error",
    [("i8", 256, ValueError), ("i32", 1.5, TypeError), ("f32", "1", TypeError), ("i64", 1 << 70, TypeError)],
)
def test_scalar_refused(type_, value, error):
    with pytest.raises(error, match="argument 0"):
        identity(type_)(value)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint8", "int16", "int32", "int64", "bool"])
def test_dtypes(dtype):
    x = (array(6) > 0).astype(dtype)
    element = {"float16": "f16", "float32": "f32", "float64": "f64", "bool": "i1"}.get(dtype, "i" + dtype.strip("uint"))
    y = identity(f"tensor<6x{element}>")(x)
    np.testing.assert_array_equal(y, x)


def test_memref_is_written_and_may_be_strided():
    f = norm_mlir.compile(
        """
        func.func @f(%x: tensor<4xf32>, %m: memref<4xf32, strided<[?], offset: ?>>) {
          bufferization.materialize_in_destination %x in restrict writable %m
              : (tensor<4xf32>, memref<4xf32, strided<[?], offset: ?>>) -> ()
          return
        }"""
    )
    x, m = array(4), np.zeros(8, "float32")
    assert f(x, m[::2]) is None
    np.testing.assert_array_equal(m[::2], x)
    assert (m[1::2] == 0).all()
    with pytest.raises(ValueError, match="argument 1 overlaps argument 0"):
        f(m[:4], m[::2])
    with pytest.raises(ValueError, match="argument 1 is read-only"):
        f(x, np.frombuffer(b"1234" * 4, "float32"))


def test_assert_is_an_exception():
    f = norm_mlir.compile(
        """
        func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
          %c0 = arith.constant 0 : index
          %c4 = arith.constant 4 : index
          %n = tensor.dim %x, %c0 : tensor<?xf32>
          %ok = arith.cmpi eq, %n, %c4 : index
          cf.assert %ok, "four, please"
          return %x : tensor<?xf32>
        }"""
    )
    assert f(array(4)).shape == (4,)
    with pytest.raises(ValueError, match="four, please"):
        f(array(5))


@pytest.mark.parametrize(
    "text, message",
    [
        ("func.func @f( {", "input:1:14: error"),
        ("func.func @f(%x: tensor<*xf32>) { return }", "cannot be passed"),
        ("func.func private @f()", "no public function"),
        ("func.func @f(%m: memref<4xf32>) -> memref<4xf32> { return %m : memref<4xf32> }", "@f returns memory"),
        (
            "func.func @f(%x: tensor<1xi1>) { %c = arith.constant 0 : index\n"
            " %p = tensor.extract %x[%c] : tensor<1xi1>\n cf.assert %p, \"data\"\n return }",
            "input:2:7: error:.*not known before the call",
        ),
    ],
)
def test_does_not_compile(text, message):
    with pytest.raises(norm_mlir.CompileError, match=message):
        norm_mlir.compile(text)


def test_options():
    with pytest.raises(norm_mlir.CompileError, match="no function 'g'.*scale"):
        norm_mlir.compile(SCALE, entry="g")
    with pytest.raises(norm_mlir.CompileError, match="target 'tpu'.*'cpu' and 'cuda'"):
        norm_mlir.compile(SCALE, target="tpu")
    with pytest.raises(norm_mlir.CompileError, match="road"):
        norm_mlir.compile(SCALE, options="road=nonsense")
    x, g = array(300, 500), array(500)
    for options in ("road=linalg", "threads=2"):
        np.testing.assert_array_equal(norm_mlir.compile(SCALE, options=options)(x, g), x * g)
    assert "scale(tensor<?x?xf32>, tensor<?xf32>)" in repr(norm_mlir.compile(SCALE))


def test_threads_call_and_compile_at_once(scale):
    x, g = array(300, 500), array(500)
    wrong = []

    def work(_):
        own = norm_mlir.compile(SCALE)
        for f in [scale, own] * 20:
            if not (f(x, g) == x * g).all():
                wrong.append(f)

    run_in_threads(work)
    assert not wrong


class Foreign:
    """An array that has only `__dlpack__`."""

    def __init__(self, data):
        self.data = data

    def __dlpack__(self, **keywords):
        return self.data.__dlpack__(**keywords)

    def __dlpack_device__(self):
        return self.data.__dlpack_device__()

    def __array_namespace__(self):
        class Namespace:
            @staticmethod
            def from_dlpack(array):
                return Foreign(np.from_dlpack(array))

        return Namespace


def test_any_dlpack_array(scale):
    x, g = array(3, 5), array(5)
    y = scale(Foreign(x), Foreign(g))
    assert isinstance(y, Foreign)
    np.testing.assert_array_equal(y.data, x * g)
    out = np.zeros((3, 5), "float32")
    scale(Foreign(x), g, out=Foreign(out))
    np.testing.assert_array_equal(out, x * g)
    with pytest.raises(ValueError, match="out is read-only"):
        scale(x, g, out=Foreign(read_only()))
    with pytest.raises(ValueError, match="argument 0 is not contiguous"):
        scale(Foreign(array(5, 3).T), g)


def test_llvm_stays_local():
    """Another package's LLVM would be linked into one that is visible to all."""
    code = """
import ctypes, numpy, norm_mlir
for options in ("", "threads=2"):
    f = norm_mlir.compile("func.func @f(%x: tensor<4xf16>) -> tensor<4xf16> { return %x : tensor<4xf16> }",
                          options=options)
    f(numpy.ones(4, "float16"))
process = ctypes.CDLL(None)
assert not hasattr(process, "LLVMContextCreate")
assert not hasattr(process, "memrefCopy")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
