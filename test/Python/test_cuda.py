# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""compile(target="cuda"), on the driver in test/CUDA: what is launched where.

Its kernels run on the PTX interpreter, so that results are real ones.
"""

import gc
import os
import re
import subprocess
import sys

import fake_cuda
import norm_mlir
import numpy as np
import pytest
from fake_cuda import DLPackArray, Tensor
from threads import run_in_threads

NORM = """
func.func @norm(%x: tensor<?x8xf32>, %g: tensor<8xf32>, %s: f32) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%rows) : tensor<?x8xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %p = arith.mulf %a, %s : f32
    linalg.yield %p : f32
  } -> tensor<?x8xf32>
  %y = norm.rms_norm ins(%t : tensor<?x8xf32>) scale(%g : tensor<8xf32>) outs(%e : tensor<?x8xf32>)
      dims = [1] eps = 1.0e-5
  return %y, %t : tensor<?x8xf32>, tensor<?x8xf32>
}
"""

pytestmark = pytest.mark.skipif(
    fake_cuda.load() is None,
    reason="the driver of the tests is not there: LD_LIBRARY_PATH=build/release/test/CUDA/fake",
)


def array(*shape, dtype="float32"):
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def expected(x, g, s=2.0):
    t = s * x.astype("float64")
    return t / np.sqrt((t * t).mean(-1, keepdims=True) + 1e-5) * g, t


@pytest.fixture(scope="module")
def norm():
    return norm_mlir.compile(NORM, target="cuda")


@pytest.fixture
def log(capfd):
    """The lines of the driver since the last call of it, without what is loaded once."""

    def read():
        lines = capfd.readouterr().err.splitlines()
        return [line for line in lines if not re.match("cuModule|cuDevice|cuMemPool|cuMemAlloc |cuFuncSet", line)]

    read()
    return read


@pytest.mark.parametrize("kind", [Tensor, DLPackArray])
def test_results(norm, kind):
    x, g = array(5, 8), array(8)
    for got, want in zip(norm(kind(x), kind(g), 2.0), expected(x, g)):
        if kind is Tensor:
            assert type(got) is Tensor and got.device == 0
            got = got.values
        else:
            # Of no framework; whoever has __array_namespace__ imports it.
            assert got.__dlpack_device__() == (2, 0)
            continue
        np.testing.assert_allclose(got, want, rtol=1e-5)


def test_launch(norm, log):
    """One kernel, on the stream of the framework, that nothing waits for."""
    x, g = Tensor(array(5, 8)), Tensor(array(8))
    outs = Tensor(np.zeros((5, 8), "float32")), Tensor(np.zeros((5, 8), "float32"))
    log()
    assert norm(x, g, 2.0, out=outs) == outs
    (launch,) = [line for line in log() if not line.startswith("cuCtxSetCurrent")]
    assert re.fullmatch(
        rf"cuLaunchKernelEx grid \d+,1,1 block \d+,1,1 shared 0 stream 0x70 argument {x.address.value:#x}", launch
    )
    for got, want in zip(outs, expected(x.values, g.values)):
        np.testing.assert_allclose(got.values, want, rtol=1e-5)


def test_context_is_the_devices(norm, log):
    x, g = Tensor(array(5, 8), device=1), Tensor(array(8), device=1)
    assert [y.device for y in norm(x, g, 2.0)] == [1, 1]
    set_, launch, reset = log()
    assert set_ == "cuCtxSetCurrent" and reset == "cuCtxSetCurrent none"
    assert "stream 0x71" in launch


class Stream:
    def __init__(self, protocol, handle):
        setattr(self, protocol, handle)


@pytest.mark.parametrize(
    "stream",
    [0x99, Stream("cuda_stream", 0x99), Stream("__cuda_stream__", lambda: (0, 0x99))],
)
def test_stream(norm, log, stream):
    x, g, outs = Tensor(array(5, 8)), DLPackArray(array(8)), (Tensor(array(5, 8)), Tensor(array(5, 8)))
    norm(x, g, 2.0, out=outs, stream=stream)
    assert "stream 0x99" in "".join(log())
    assert g.told == [0x99]


def test_default_stream(norm, log):
    """Told by its number; who gets a new array need not know the stream."""
    x, g = DLPackArray(array(5, 8)), DLPackArray(array(8))
    norm(x, g, 2.0)
    lines = log()
    assert x.told == g.told == [1]
    assert any("cuLaunchKernelEx" in line and "stream (nil)" in line for line in lines)
    assert "cuStreamSynchronize (nil)" in lines
    # The results are gone.
    assert sum(line.startswith("cuMemAllocAsync") for line in lines) == 2
    assert sum(line.startswith("cuMemFreeAsync") for line in lines) == 2


def test_frameworks_mixed(norm):
    """The one that has streams says which, wherever it stands."""
    x, g = DLPackArray(array(5, 8)), Tensor(array(8))
    norm(x, g, 2.0)
    assert x.told == [0x70]


def test_namespace_imports_results(norm):
    class Framework(DLPackArray):
        def __array_namespace__(self):
            return self

        @staticmethod
        def from_dlpack(result):
            assert result.__dlpack_device__() == (2, 0)
            return "imported"

    assert norm(Framework(array(5, 8)), Framework(array(8)), 2.0) == ("imported", "imported")


@pytest.mark.parametrize(
    "arguments, keywords, error, message",
    [
        (lambda: (array(5, 8), Tensor(array(8)), 2.0), {}, TypeError,
         "argument 0 is on the CPU, but the function is compiled for CUDA"),
        (lambda: (Tensor(array(5, 8)), Tensor(array(8), device=1), 2.0), {}, TypeError,
         "argument 1 is on CUDA device 1, but argument 0 is on CUDA device 0"),
        (lambda: (Tensor(array(5, 8, dtype="float16")), Tensor(array(8)), 2.0), {}, TypeError, "argument 0 is 5x8xf16"),
        (lambda: (Tensor(array(5, 7)), Tensor(array(8)), 2.0), {}, ValueError, "argument 0 is 5x7xf32"),
        (lambda: (Tensor(array(5, 8)), Tensor(array(8)), 2.0), dict(stream="0"), TypeError, "stream is '0', but"),
        (lambda: (Tensor(array(5, 8)), Tensor(array(8)), 2.0), dict(stream=-1.0), TypeError, "stream is -1.0, but"),
        # PyTorch would hand out memory that another stream still uses.
        (lambda: (Tensor(array(5, 8)), Tensor(array(8)), 2.0), dict(stream=0x99), ValueError,
         "out must be given: stream is not the current one"),
    ],
)
def test_refused(norm, log, arguments, keywords, error, message):
    with pytest.raises(error, match=message):
        norm(*arguments(), **keywords)
    assert not log()


def test_out_refused(norm, log):
    x, g, s = Tensor(array(5, 8)), Tensor(array(8)), 2.0
    out, zeros = Tensor(np.full((5, 8), 7, "float32")), np.zeros((5, 8), "float32")
    for other, error, message in [
        (zeros, TypeError, r"out\[1\] is on the CPU"),
        (Tensor(zeros, device=1), TypeError, r"out\[1\] is on CUDA device 1, but argument 0 is on CUDA device 0"),
        (x, ValueError, r"out\[1\] overlaps argument 0"),
        (out, ValueError, r"out\[1\] overlaps out\[0\]"),
    ]:
        with pytest.raises(error, match=message):
            norm(x, g, s, out=(out, other))
    assert (out.values == 7).all() and not log()


def test_without_arrays():
    fill = norm_mlir.compile(
        """
        func.func @fill(%x: memref<4x8xf32>) {
          %e = tensor.empty() : tensor<4x8xf32>
          %t = bufferization.to_tensor %x restrict : memref<4x8xf32> to tensor<4x8xf32>
          %y = norm.rms_norm ins(%t : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
          bufferization.materialize_in_destination %y in restrict writable %x : (tensor<4x8xf32>, memref<4x8xf32>) -> ()
          return
        }""",
        target="cuda",
    )
    x = Tensor(array(4, 8))
    want = expected(x.values, 1, 1)[0]
    assert fill(x) is None
    np.testing.assert_allclose(x.values, want, rtol=1e-5)


def test_cpu_functions_refuse():
    function = norm_mlir.compile("func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> { return %x : tensor<8xf32> }")
    for kind in (Tensor, DLPackArray):
        with pytest.raises(TypeError, match="argument 0 is on CUDA device 0, but the function is compiled for the CPU"):
            function(kind(array(8)))
    with pytest.raises(TypeError, match="stream is one of CUDA, but"):
        function(array(8), stream=0)


@pytest.mark.parametrize(
    "failing, message",
    [
        ("cuLaunchKernelEx", r"^cuLaunchKernelEx\(.*\): CUDA_ERROR_ILLEGAL_ADDRESS \(700\)$"),
        ("cuModuleLoadDataEx", "cuModuleLoadDataEx: CUDA_ERROR_.*: ptxas: line 7: no such thing$"),
        ("cuModuleGetFunction", "cuModuleGetFunction: CUDA_ERROR_.*: norm_"),
    ],
)
def test_driver_fails(monkeypatch, failing, message):
    """An exception, and the next call is as if nothing had been."""
    norm = norm_mlir.compile(NORM, target="cuda")
    x, g = Tensor(array(5, 8)), Tensor(array(8))
    monkeypatch.setenv("FAKE_CUDA_FAIL", failing)
    with pytest.raises(RuntimeError, match=message):
        norm(x, g, 2.0)
    monkeypatch.delenv("FAKE_CUDA_FAIL")
    np.testing.assert_allclose(norm(x, g, 2.0)[0].values, expected(x.values, g.values)[0], rtol=1e-5)


def test_compiled_for_the_gpu(monkeypatch, capfd):
    x, g = Tensor(array(5, 8)), Tensor(array(8))
    for capability, options, target in [(80, "", "sm_80"), (90, "", "sm_90"), (99, "", "sm_90"), (90, "chip=sm_86", "sm_86")]:
        monkeypatch.setenv("FAKE_CUDA_CAPABILITY", str(capability))
        capfd.readouterr()
        norm_mlir.compile(NORM, target="cuda", options=options)(x, g, 2.0)
        assert f".target {target}" in capfd.readouterr().err
    monkeypatch.setenv("FAKE_CUDA_CAPABILITY", "75")
    with pytest.raises(RuntimeError, match="no code is made for the first GPU, of compute capability 7.5"):
        norm_mlir.compile(NORM, target="cuda")


def test_kernels_go_with_the_function(capfd):
    """On whichever devices they are, once they have ended."""
    norm = norm_mlir.compile(NORM, target="cuda")
    for device in 0, 1:
        norm(Tensor(array(5, 8), device), Tensor(array(8), device), 2.0)
    capfd.readouterr()
    del norm
    gc.collect()
    lines = capfd.readouterr().err.split()
    assert lines == 2 * ["cuCtxSetCurrent", "cuCtxSynchronize", "cuModuleUnload"] + ["cuCtxSetCurrent", "none"]


def test_no_driver():
    code = f"import norm_mlir\nnorm_mlir.compile({NORM!r}, target='cuda')"
    environment = {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    if result.returncode == 0:
        pytest.skip("there is a CUDA driver")
    assert "\nRuntimeError: no CUDA driver: libcuda.so.1: cannot open shared object file" in result.stderr


def test_threads_call_at_once(norm):
    x, g = Tensor(array(40, 8)), Tensor(array(8))
    want = expected(x.values, g.values)[0]
    wrong = []

    def work(_):
        for _ in range(5):
            if not np.allclose(norm(x, g, 2.0)[0].values, want, rtol=1e-5):
                wrong.append(1)

    run_in_threads(work)
    assert not wrong


def test_what_is_no_norm_is_refused():
    with pytest.raises(norm_mlir.CompileError, match="would read or write on the host"):
        norm_mlir.compile(
            """
            func.func @f(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
              %e = tensor.empty() : tensor<4x4xf32>
              %y = linalg.matmul ins(%x, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
              return %y : tensor<4x4xf32>
            }""",
            target="cuda",
        )


def test_buffers_between_kernels(log):
    """Allocated and freed on the stream as well."""
    two = norm_mlir.compile(
        """
        func.func @two(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
          %e = tensor.empty() : tensor<4x8xf32>
          %a = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
          %b = norm.l2_norm ins(%a : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [0] eps = 1.0e-5
          return %b : tensor<4x8xf32>
        }""",
        target="cuda",
    )
    x = Tensor(array(4, 8))
    got = two(x).values
    lines = "\n".join(log())
    assert len(re.findall("cuLaunchKernelEx.*stream 0x70", lines)) == 2
    allocated = len(re.findall("cuMemAllocAsync .* stream 0x70", lines))
    assert allocated == len(re.findall("cuMemFreeAsync stream 0x70", lines)) > 0
    assert "Synchronize" not in lines
    a = expected(x.values, 1, 1)[0]
    np.testing.assert_allclose(got, a / np.sqrt((a * a).sum(0) + 1e-5), rtol=1e-5)


@pytest.fixture(scope="module")
def shared_rows():
    """Blocks share a row, and leave what they know of it in memory of their own."""
    return norm_mlir.compile(
        """
        func.func @norm(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
          %e = tensor.empty() : tensor<4x8xf32>
          %y = norm.layer_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
          return %y : tensor<4x8xf32>
        }""",
        target="cuda",
        options="split-rows-above=4",
    )


def test_rows_shared_by_blocks(shared_rows, log):
    """What these leave for each other is on the stream as well."""
    x, y = Tensor(array(4, 8)), Tensor(array(4, 8))
    log()
    shared_rows(x, out=y)
    calls = [re.sub(" grid.*(stream 0x70).*| [0-9]+ ", r" \1", line) for line in log()]
    assert calls[1:-1] == [
        "cuMemAllocAsync stream 0x70",
        "cuLaunchKernelEx stream 0x70",
        "cuLaunchKernelEx stream 0x70",
        "cuMemFreeAsync stream 0x70",
    ]
    centred = x.values - x.values.mean(1, keepdims=True)
    want = centred / np.sqrt((centred**2).mean(1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(y.values, want, rtol=1e-4, atol=1e-6)


def test_memory_is_freed_after_a_failure(shared_rows, log, monkeypatch):
    """Whoever runs out of memory, and tries again, must not have less of it."""
    x, y = Tensor(array(4, 8)), Tensor(array(4, 8))
    monkeypatch.setenv("FAKE_CUDA_FAIL", "cuLaunchKernelEx")
    log()
    with pytest.raises(RuntimeError, match="cuLaunchKernelEx"):
        shared_rows(x, out=y)
    lines = "\n".join(log())
    assert lines.count("cuMemAllocAsync") == lines.count("cuMemFreeAsync") == 1


def test_f8():
    """DLPack numbers f8E5M2, the upper half of float16, as 12."""
    norm = norm_mlir.compile(
        """
        func.func @norm(%x: tensor<4x8xf32>) -> tensor<4x8xf8E5M2> {
          %e = tensor.empty() : tensor<4x8xf32>
          %y = norm.rms_norm ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) dims = [1] eps = 1.0e-5
          %q = arith.truncf %y : tensor<4x8xf32> to tensor<4x8xf8E5M2>
          return %q : tensor<4x8xf8E5M2>
        }""",
        target="cuda",
        options="chip=sm_90",
    )
    x, y = DLPackArray(array(4, 8)), DLPackArray(np.zeros((4, 8), np.uint8))
    y.tensor.code = 12
    norm(x, out=y)
    got = (y.values.astype(np.uint16) << 8).view(np.float16)
    np.testing.assert_allclose(got, expected(x.values, 1, 1)[0], rtol=0.126, atol=1e-4)


def test_ready_made():
    x, w = array(6, 8), array(8)
    for kind in (Tensor, DLPackArray):
        norm_mlir.rms_norm(kind(x), kind(w))
    got = norm_mlir.rms_norm(Tensor(x), Tensor(w), 1e-5)
    np.testing.assert_allclose(got.values, expected(x, w, 1)[0], rtol=1e-5)
    images = array(2, 6, 4)
    got = norm_mlir.group_norm(Tensor(images), 3)
    np.testing.assert_allclose(got.values, norm_mlir.group_norm(images, 3), rtol=1e-4, atol=1e-5)
