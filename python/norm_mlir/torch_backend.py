# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`torch.compile(model, backend="norm")`: norms and their neighbours as kernels.

In the graph that PyTorch captured, each layer or RMS norm, in one op or spelled
out, becomes one kernel with the elementwise ops around it: residual, bias,
activation, cast. The rest runs as it would, or is compiled by Inductor:

    torch.compile(model, backend="norm", options={"rest": "inductor"})

Tensors are on the CPU or on NVIDIA GPUs. Sizes that PyTorch makes dynamic are dynamic in the kernels. Where gradients are
recorded, the graph is left as it is. What became of each norm is logged at level
INFO, to the logger `norm_mlir`.
"""

import collections
import functools
import hashlib
import logging
import operator
import re

import torch
from torch._dynamo.backends.common import aot_autograd

from . import CompileError, compile, opt
from .fx_regions import regions_of, seeds_of
from .fx_to_mlir import tensor_of

log = logging.getLogger("norm_mlir")

#: How often each has happened: `kernels` in graphs, `compiled` functions,
#: `left` norms that stayed PyTorch's, `graphs`.
counters = collections.Counter()


@functools.lru_cache(maxsize=None)
def _compiled(text, target, threads):
    """The function, or None if it does not become one kernel."""
    counters["compiled"] += 1
    fused = opt(text, "norm-raise,norm-fuse,canonicalize,cse")
    norms = re.findall(r"\bnorm\.(?:generic|layer_norm|rms_norm|l2_norm)\b", fused)
    if len(norms) != 1 or re.search(r"\blinalg\.\w+", fused):
        log.debug("more than one kernel:\n%s", fused)
        return None
    options = "" if threads == 1 or target == "cuda" else f"threads={threads}"
    return compile(text, target=target, options=options)


_library = torch.library.Library("norm_mlir", "FRAGMENT")


@functools.lru_cache(maxsize=None)
def _operator(text, target, threads, num_arguments, extents, dtypes):
    """For Inductor, which knows a kernel by the name of its operator.

    The name stands for what the kernel computes: Inductor keeps compiled graphs
    on disk, and another process must not find another kernel under it.
    """
    function = _compiled(text, target, threads)
    name = "kernel_" + hashlib.sha256(f"{target} {threads} {text}".encode()).hexdigest()[:32]
    arguments = ", ".join(f"Tensor a{i}" for i in range(num_arguments))
    results = ", ".join("Tensor" for _ in dtypes)
    several = len(dtypes) > 1
    _library.define(f"{name}({arguments}) -> {f'({results})' if several else results}")
    _library.impl(name, lambda *a: function(*a), target.upper())

    def fake(*a):
        sizes = [e if isinstance(e, int) else a[e[0]].shape[e[1]] for e in extents]
        made = tuple(a[0].new_empty(sizes, dtype=dtype) for dtype in dtypes)
        return made if several else made[0]

    torch.library.register_fake(f"norm_mlir::{name}", fake, lib=_library)
    return getattr(torch.ops.norm_mlir, name).default


def _as_operator(region, threads):
    dtypes = tuple(tensor_of(node).dtype for node in region.results)
    return _operator(region.text, region.device.type, threads, len(region.arguments), tuple(region.extents), dtypes)


def _as_callable(function, number):
    """For the code that PyTorch writes for a graph."""

    def kernel(*arguments):
        return function(*arguments)

    kernel.__name__ = kernel.__qualname__ = f"norm_kernel_{number}"
    return kernel


def _replace(graph, region, target):
    """One call in place of the nodes of a region."""
    with graph.inserting_before(region.reader):
        arguments = []
        for argument in region.arguments:
            if not argument.meta["val"].is_contiguous():
                value = argument.meta["val"]
                argument = graph.call_function(
                    torch.ops.aten.clone.default,
                    (argument,),
                    {"memory_format": torch.contiguous_format},
                )
                argument.meta["val"] = value.contiguous()
            arguments.append(argument)
        call = graph.call_function(target, tuple(arguments))
        if len(region.results) == 1:
            results = [call]
        else:
            results = [graph.call_function(operator.getitem, (call, i)) for i in range(len(region.results))]
            call.meta["val"] = tuple(node.meta["val"] for node in region.results)
    for old, new in zip(region.results, results):
        new.meta["val"] = old.meta["val"]
        if isinstance(new.meta["val"], tuple):
            new.meta["val"] = new.meta["val"][0]
        old.replace_all_uses_with(new)
    for node in reversed(region.nodes):
        graph.erase_node(node)


def replace_norms(module, as_operators=False):
    """Puts kernels in place of the norms of an aten graph; returns how many."""
    threads = torch.get_num_threads()
    erased = set()
    kernels = 0
    for seed in seeds_of(module.graph):
        if seed in erased:
            continue
        for region in regions_of(seed, module.graph):
            try:
                function = _compiled(region.text, region.device.type, threads)
            except (CompileError, RuntimeError) as error:
                log.info("%s: does not compile: %s", seed, error)
                continue
            if function is None:
                continue
            target = _as_operator(region, threads) if as_operators else _as_callable(function, kernels)
            log.info("%s: a kernel of %s", seed, ", ".join(map(str, region.nodes)))
            erased |= set(region.nodes)
            _replace(module.graph, region, target)
            kernels += 1
            break
        else:
            counters["left"] += 1
            log.info("%s: left to PyTorch", seed)
    counters["kernels"] += kernels
    counters["graphs"] += 1
    module.graph.lint()
    module.recompile()
    return kernels


def _rest_eager(module, example_inputs):
    replace_norms(module)
    return module.forward


def _with_inductor(module, example_inputs):
    from torch._inductor.compile_fx import compile_fx, compile_fx_inner
    from torch._inductor.decomposition import select_decomp_table

    def inner(graph_module, inputs, **options):
        replace_norms(graph_module, as_operators=True)
        return compile_fx_inner(graph_module, inputs, **options)

    kept = {torch.ops.aten.native_layer_norm.default, torch.ops.aten._fused_rms_norm.default}
    decompositions = {op: f for op, f in select_decomp_table().items() if op not in kept}
    return compile_fx(module, example_inputs, inner_compile=inner, decompositions=decompositions)


def norm(module, example_inputs, **keywords):
    """The backend. options: {"rest": "eager"} or {"rest": "inductor"}."""
    options = dict(keywords.get("options") or {})
    rest = options.pop("rest", "eager")
    if options or rest not in ("eager", "inductor"):
        raise ValueError(f"backend norm: the option is rest='eager' or rest='inductor', not {keywords['options']}")
    tensors = [*example_inputs, *module.parameters()]
    trains = torch.is_grad_enabled() and any(
        isinstance(t, torch.Tensor) and t.requires_grad for t in tensors
    )
    if rest == "inductor":
        if trains:
            from torch._inductor.compile_fx import compile_fx

            return compile_fx(module, example_inputs)
        return _with_inductor(module, example_inputs)
    if trains:
        return module.forward
    return aot_autograd(fw_compiler=_rest_eager, inference_compiler=_rest_eager)(module, example_inputs)
