# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which nodes of an FX graph become one kernel.

A region grows from a norm over its elementwise neighbours. It can stand at one
place of the graph, so that nothing is reordered: all that it reads is computed
before the first that reads from it.
"""

import operator

from .fx_scalars import ELEMENTWISE, Unsupported
from .fx_to_mlir import (
    NORMS,
    REDUCTIONS,
    FunctionText,
    StatisticEscapes,
    same_extent,
    tensor_of,
)


class Region:
    """Nodes that compute over one shape, and their function as text."""

    def __init__(self, nodes, shape, position):
        self.nodes = sorted(nodes, key=position.__getitem__)
        self.results = [n for n in self.nodes if any(u not in nodes for u in n.users)]
        readers = [u for n in self.results for u in n.users if u not in nodes]
        if not readers:
            raise Unsupported("nothing reads the result")
        # Where the call of the kernel goes.
        self.reader = min(readers, key=position.__getitem__)
        read = [a for n in self.nodes for a in n.all_input_nodes if a not in nodes]
        if any(position[a] >= position[self.reader] for a in read):
            raise Unsupported("what it reads is computed after its first result is read")
        text = FunctionText(shape)
        for node in self.nodes:
            text.add(node)
        # Views that follow rely on the strides that PyTorch promised.
        if not all(tensor_of(node).is_contiguous() for node in self.results):
            raise Unsupported("a result that is not contiguous")
        self.text = text.text(self.results)
        self.arguments = list(text.arguments)
        self.device = text.device
        self.extents = text.extents()


def _is_of_space(node, shape):
    """Of the shape that is normalized, or a statistic of its rows."""
    tensor = tensor_of(node)
    last = len(shape) - 1
    return tensor.ndim == len(shape) and all(
        same_extent(a, b) or (i == last and same_extent(a, 1))
        for i, (a, b) in enumerate(zip(tensor.shape, shape))
    )


def _can_join(node, shape):
    try:
        return node.op == "call_function" and node.target in ELEMENTWISE and _is_of_space(node, shape)
    except Unsupported:
        return False


def _grow(nodes, shape, position, neighbours):
    """The largest region that adding one neighbour after the other comes to."""
    largest = None
    refused = set()
    while True:
        candidates = {c for n in nodes for c in neighbours(n)} - nodes - refused
        if not candidates:
            return largest
        node = min(candidates, key=position.__getitem__)
        try:
            if not _can_join(node, shape):
                raise Unsupported("not elementwise")
            largest = Region(nodes | {node}, shape, position)
        except StatisticEscapes:
            pass
        except Unsupported:
            refused.add(node)
            continue
        nodes = nodes | {node}


def regions_of(seed, graph):
    """Regions around a norm, or around the mean of one, the largest first."""
    position = {node: i for i, node in enumerate(graph.nodes)}
    nodes = {seed}
    regions = []
    try:
        shape = tuple(tensor_of(seed.all_input_nodes[0]).shape)
        if seed.target in NORMS:
            nodes |= {u for u in seed.users if u.target is operator.getitem}
            regions = [Region(nodes, shape, position)]
    except Unsupported:
        return []
    before = _grow(nodes, shape, position, lambda n: n.all_input_nodes)
    around = _grow(nodes, shape, position, lambda n: [*n.all_input_nodes, *n.users])
    return [region for region in (around, before) if region] + regions


def seeds_of(graph):
    """The nodes that may be a norm, or the mean within one."""
    return [
        node
        for node in graph.nodes
        if node.op == "call_function" and node.target in NORMS | REDUCTIONS
    ]
