#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The norms of real models: our kernels beside PyTorch eager and Inductor.

    pip install . torch transformers && python bench/torch_norms.py [--threads N]

Model code of transformers with random weights, two layers deep. What becomes a
kernel of ours is cut out of the captured graph and timed in the same process as
a graph of PyTorch's ops and as the code that Inductor makes of that graph, in
turn, on the same data; medians. The whole model is compared too, and its results
must agree.
"""

import argparse
import statistics
import time

import torch
import transformers
from norm_mlir.fx_regions import regions_of, seeds_of
from norm_mlir.torch_backend import _compiled, norm
from torch._dynamo.backends.common import aot_autograd

TOKENS = 512
SIZES = dict(num_hidden_layers=2, hidden_size=768, intermediate_size=3072, num_attention_heads=12)


def models():
    tokens = dict(input_ids=torch.randint(0, 1000, (1, TOKENS)), use_cache=False)
    gpt2 = transformers.GPT2Config(n_layer=2, vocab_size=1000, bos_token_id=0, eos_token_id=0)
    yield "GPT-2", transformers.GPT2Model(gpt2), tokens
    yield "Llama", transformers.LlamaModel(transformers.LlamaConfig(vocab_size=1000, **SIZES)), tokens
    pixels = dict(pixel_values=torch.randn(2, 3, 224, 224))
    yield "ViT", transformers.ViTModel(transformers.ViTConfig(**SIZES)), pixels


def cut_out(region):
    """The region as a graph of PyTorch's ops."""
    graph, copies = torch.fx.Graph(), {}
    for argument in region.arguments:
        copies[argument] = graph.placeholder(argument.name)
    for node in region.nodes:
        copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(tuple(copies[node] for node in region.results))
    return torch.fx.GraphModule({}, graph)


def capture(model, inputs):
    """The regions of the model, as (nodes, text, graph, example arguments)."""
    found = {}

    def compiler(module, _):
        taken = set()
        for seed in seeds_of(module.graph):
            if seed in taken:
                continue
            for region in regions_of(seed, module.graph):
                if _compiled(region.text, "cpu", torch.get_num_threads()):
                    taken |= set(region.nodes)
                    found.setdefault(region.text, [region, 0])[1] += 1
                    break
        return module.forward

    torch._dynamo.reset()
    backend = aot_autograd(fw_compiler=compiler, inference_compiler=compiler)
    torch.compile(model, backend=backend)(**inputs)
    return found


def medians(calls, seconds=0.4):
    """Of each call, in turn."""
    for call in calls.values():
        for _ in range(3):
            call()
    times = {name: [] for name in calls}
    end = time.perf_counter() + seconds * len(calls)
    while time.perf_counter() < end or len(times[next(iter(times))]) < 5:
        for name, call in calls.items():
            begin = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - begin)
    return {name: statistics.median(t) for name, t in times.items()}


def show(label, times):
    ours = times["norm"]
    cells = "  ".join(f"{name} {t * 1e6:9.1f} us ({t / ours:4.2f})" for name, t in times.items())
    print(f"  {label:58} {cells}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    print(f"torch {torch.__version__}, {options.threads} threads; (1.00) is our time")
    for name, model, inputs in models():
        model.eval()
        print(name)
        for text, (region, count) in capture(model, inputs).items():
            arguments = [torch.randn(tuple(a.meta["val"].shape), dtype=a.meta["val"].dtype) for a in region.arguments]
            eager = cut_out(region)
            inductor = torch.compile(eager, backend="inductor")
            ours = _compiled(text, "cpu", options.threads)
            got = ours(*arguments)
            torch.testing.assert_close(got if isinstance(got, tuple) else (got,), eager(*arguments))
            times = medians({
                "norm": lambda: ours(*arguments),
                "eager": lambda: eager(*arguments),
                "inductor": lambda: inductor(*arguments),
            })
            label = "+".join(n.target.__name__.partition(".")[0] for n in region.nodes)
            show(f"{count} x {label}", times)
        torch._dynamo.reset()
        calls = {"norm": torch.compile(model, backend=norm), "eager": model,
                 "inductor": torch.compile(model, backend="inductor"),
                 "norm+inductor": torch.compile(model, backend=norm, options={"rest": "inductor"})}
        expected = model(**inputs).last_hidden_state
        for which, call in calls.items():
            torch.testing.assert_close(call(**inputs).last_hidden_state, expected, rtol=1e-3, atol=1e-4)
        show("the whole model", medians({w: lambda c=c: c(**inputs) for w, c in calls.items()}, seconds=1))


if __name__ == "__main__":
    main()
