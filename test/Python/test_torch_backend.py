# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""torch.compile(backend="norm"): which nodes become kernels, and same results."""

import logging

import fake_cuda
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from norm_mlir.torch_backend import counters, norm, replace_norms  # noqa: E402

functional = torch.nn.functional
N = 48


class Layer(torch.nn.Module):
    """Pre-norm with a residual before and an activation behind."""

    def __init__(self):
        super().__init__()
        self.norm, self.linear = torch.nn.LayerNorm(N), torch.nn.Linear(N, N)

    def forward(self, x, y):
        x = x + y
        return x + self.linear(functional.gelu(self.norm(x)))


class SpelledOut(torch.nn.Module):
    """As Llama writes RMS norm, in f32 whatever the data."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(N))

    def forward(self, x, y):
        h = (x + y).to(torch.float32)
        h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + 1e-6)
        return self.weight * h.to(x.dtype) @ self.weight


@pytest.fixture(autouse=True)
def fresh():
    torch._dynamo.reset()
    counters.clear()
    torch.manual_seed(0)


def data(rows=6, dtype=torch.float32):
    return torch.randn(2, rows, N, dtype=dtype), torch.randn(2, rows, N, dtype=dtype)


def compare(module, *inputs, options=None, kernels=1, left=0, exact=False):
    compiled = torch.compile(module, backend=norm, options=options)
    with torch.no_grad():
        got, expected = compiled(*inputs), module(*inputs)
    torch.testing.assert_close(got, expected)
    assert (counters["kernels"], counters["left"]) == (kernels, left)
    return compiled


@pytest.mark.parametrize("options", [None, {"rest": "inductor"}])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("module", [Layer, SpelledOut])
def test_same_results(module, dtype, options):
    compare(module().to(dtype), *data(dtype=dtype), options=options)


def test_neighbours_are_in_the_kernel(caplog):
    caplog.set_level(logging.INFO, "norm_mlir")
    compare(Layer(), *data())
    assert "a kernel of add, native_layer_norm, getitem, gelu" in caplog.text


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: functional.layer_norm(x, (N,)),
        lambda x, y: functional.silu(functional.layer_norm(x - 2 * y, (N,), x[0, 0])) * y,
        lambda x, y: functional.layer_norm(torch.sub(x, y, alpha=3), (6, N)),
        lambda x, y: functional.rms_norm(x.neg() / 3, (N,), y[0, 0], 1e-3).tanh(),
        lambda x, y: functional.layer_norm(x.transpose(0, 1), (N,)).sigmoid(),
        lambda x, y: functional.layer_norm(x, (N,)).to(torch.float16).relu(),
        lambda x, y: functional.layer_norm(functional.gelu(x, approximate="tanh"), (N,)) * 0.5 + 1,
        lambda x, y: functional.layer_norm(x + y[0], (N,)),
        lambda x, y: functional.layer_norm(x.double(), (N,)).float(),
    ],
)
def test_spellings(function):
    compare(function, *data())


@pytest.mark.parametrize(
    "function",
    [
        # Not the statistics of one norm.
        lambda x, y: x.mean(-1, keepdim=True) * x,
        lambda x, y: x * torch.rsqrt(x.mean(-1, keepdim=True) + 1e3),
        # Statistics that are used elsewhere.
        lambda x, y: torch.native_layer_norm(x, (N,), None, None, 1e-5)[1],
    ],
)
def test_left_to_pytorch(function):
    compare(function, *data(), kernels=0, left=1)


def test_what_needs_the_result_stays_outside():
    """The cumsum reads the norm, and the product reads both."""

    def function(x, y):
        normed = functional.layer_norm(x, (N,))
        return normed * normed.cumsum(-1)

    compare(function, *data())


def test_order_of_effects_stays():
    def function(x, y):
        normed = functional.layer_norm(x, (N,))
        y.mul_(2)
        return normed * y

    x, y = data()
    twin = y.clone()
    with torch.no_grad():
        got = torch.compile(function, backend=norm)(x, y)
        torch.testing.assert_close(got, function(x, twin))
    torch.testing.assert_close(y, twin)


@pytest.mark.parametrize("options", [None, {"rest": "inductor"}])
def test_dynamic_rows_compile_once(options):
    module = Layer()
    compiled = torch.compile(module, backend=norm, dynamic=True, options=options)
    with torch.no_grad():
        for rows in (5, 6, 7, 30):
            inputs = data(rows)
            torch.testing.assert_close(compiled(*inputs), module(*inputs))
    assert counters["graphs"] == 1


def test_operators_are_named_by_what_they_compute():
    """Inductor finds compiled graphs again, by the names in them."""
    for eps in (1e-5, 1.0):
        compare(lambda x, y: functional.layer_norm(x, (N,), eps=eps) + y, *data(),
                options={"rest": "inductor"}, kernels=1)
        counters.clear()
        torch._dynamo.reset()


@pytest.mark.parametrize("options", [None, {"rest": "inductor"}])
def test_training_falls_back(options):
    module, (x, y) = Layer(), data()
    compiled = torch.compile(module, backend=norm, options=options)
    gradients = []
    for f in (compiled, module):
        module.zero_grad()
        f(x, y).square().sum().backward()
        gradients.append([p.grad.clone() for p in module.parameters()])
    for got, expected in zip(*gradients):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-4)
    assert counters["kernels"] == 0
    # Without gradients the same module has kernels.
    compare(module, x, y, options=options)


def graph_on(devices, function):
    """What PyTorch captures of tensors that are there, with no memory behind them."""
    from torch._subclasses import FakeTensorMode
    from torch.fx.experimental.proxy_tensor import make_fx

    with FakeTensorMode(), torch.no_grad():
        inputs = [torch.empty(4, N, device=device) for device in devices]
        module = make_fx(function)(*inputs)
    module.graph.eliminate_dead_code()
    return module


@pytest.mark.skipif(fake_cuda.load() is None, reason="the CUDA driver of the tests is not there")
def test_kernels_are_where_the_tensors_are():
    def function(x, y):
        return functional.gelu(functional.layer_norm(x + y, (N,)))

    module = graph_on(["cuda", "cuda"], function)
    assert replace_norms(module) == 1
    (call,) = [node for node in module.graph.nodes if node.op == "call_function"]
    x, y = torch.randn(2, 4, N)
    got = call.target(fake_cuda.Tensor(x.numpy()), fake_cuda.Tensor(y.numpy()))
    torch.testing.assert_close(torch.from_numpy(got.values.copy()), function(x, y))


def test_two_devices_are_left_to_pytorch():
    def function(x, y):
        return functional.layer_norm(x, (N,), y[0].to("cuda"))

    module = graph_on(["cuda", "cpu"], function)
    for node in module.graph.nodes:
        if node.target is torch.ops.aten._to_copy.default:
            node.replace_all_uses_with(node.args[0])
    assert replace_norms(module) == 0


def test_on_cuda():
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    module, (x, y) = Layer().cuda(), data()
    compare(module, x.cuda(), y.cuda())


def test_unknown_option():
    with pytest.raises(Exception, match="the option is rest='eager' or rest='inductor'"):
        torch.compile(Layer(), backend=norm, options={"rest": "nobody"})(*data())


def test_entry_point():
    from importlib.metadata import entry_points

    found = entry_points()
    found = found.select(group="torch_dynamo_backends", name="norm") if hasattr(found, "select") else []
    if not list(found):
        pytest.skip("the package is not installed")
    torch.compile(Layer(), backend="norm")(*data())


def transformers_models():
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    sizes = dict(num_hidden_layers=2, hidden_size=64, intermediate_size=128, num_attention_heads=4)
    tokens = torch.randint(0, 100, (2, 16))
    return {
        "gpt2": (
            transformers.GPT2Model(
                transformers.GPT2Config(
                    n_layer=2, n_embd=64, n_head=4, vocab_size=100, bos_token_id=0, eos_token_id=0
                )
            ),
            dict(input_ids=tokens, use_cache=False),
        ),
        "llama": (
            transformers.LlamaModel(transformers.LlamaConfig(vocab_size=100, **sizes)),
            dict(input_ids=tokens, use_cache=False),
        ),
        "vit": (
            transformers.ViTModel(transformers.ViTConfig(image_size=32, **sizes)),
            dict(pixel_values=torch.randn(2, 3, 32, 32)),
        ),
    }


@pytest.mark.parametrize("name", ["gpt2", "llama", "vit"])
def test_transformers(name):
    """Model code as it is, with random weights: every norm becomes a kernel."""
    model, inputs = transformers_models()[name]
    model.eval()
    compiled = torch.compile(model, backend=norm)
    with torch.no_grad():
        got, expected = compiled(**inputs), model(**inputs)
    torch.testing.assert_close(got.last_hidden_state, expected.last_hidden_state, rtol=1e-4, atol=1e-5)
    assert (counters["kernels"], counters["left"]) == (5, 0)
