# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Aten nodes of an FX graph, as the text of an MLIR function.

The function stands for one iteration space, the shape of what is normalized.
A value has the dims of it that it varies along: a row statistic that PyTorch
keeps as [batch, 1] is a tensor<?xf32> of dim 0 here.

PyTorch computes an op on f16 or bf16 in f32, and rounds its result; so does the
text: norm-raise decides what of that a norm may leave away.
"""

import operator

import torch

from .fx_scalars import ELEMENTWISE, Body, Unsupported

aten = torch.ops.aten

ELEMENT_TYPES = {
    torch.float16: "f16",
    torch.bfloat16: "bf16",
    torch.float32: "f32",
    torch.float64: "f64",
}


class StatisticEscapes(Unsupported):
    """A row statistic is used elsewhere; a larger region may hold all uses."""


NORMS = {aten.native_layer_norm.default, aten._fused_rms_norm.default}
REDUCTIONS = {aten.mean.dim}


def tensor_of(node):
    """What is known of the result of a node."""
    value = node.meta.get("val")
    if isinstance(value, (tuple, list)):
        value = value[0]
    if not isinstance(value, torch.Tensor):
        raise Unsupported(f"{node} is no tensor")
    if value.dtype not in ELEMENT_TYPES:
        raise Unsupported(f"{node} is of {value.dtype}")
    if value.device.type not in ("cpu", "cuda"):
        raise Unsupported(f"{node} is on {value.device}")
    return value


def same_extent(a, b):
    """Provably, for all sizes that the graph is for."""
    if isinstance(a, int) and isinstance(b, int):
        return a == b
    return not isinstance(a, int) and not isinstance(b, int) and a.node.expr == b.node.expr


class FunctionText:
    """A function over one iteration space; nodes are added in graph order."""

    def __init__(self, shape):
        self.shape = list(shape)
        self.device = None
        self.arguments, self.lines = {}, []
        # Of each node: its SSA name, its dims of the space, its element type.
        self.values = {}
        self.count = 0

    def type_of(self, dims, element):
        extents = [str(self.shape[d]) if isinstance(self.shape[d], int) else "?" for d in dims]
        return f"tensor<{'x'.join(extents + [element])}>"

    def name(self):
        self.count += 1
        return f"%v{self.count}"

    def dims_of(self, tensor, reduced=()):
        """Where the dims of a tensor lie; broadcasting aligns the last ones."""
        first = len(self.shape) - tensor.ndim
        if first < 0:
            raise Unsupported("a tensor of more dims than what is normalized")
        dims = []
        for i, extent in enumerate(tensor.shape):
            if first + i in reduced:
                continue
            if not same_extent(extent, self.shape[first + i]):
                raise Unsupported(f"a shape of {tuple(tensor.shape)} beside {tuple(self.shape)}")
            dims.append(first + i)
        return tuple(dims)

    def value(self, node):
        """An operand: computed here, or an argument from now on."""
        if node not in self.values:
            tensor = tensor_of(node)
            self.device = self.device or tensor.device
            if tensor.device != self.device:
                raise Unsupported(f"{node} is on {tensor.device}, and what it meets on {self.device}")
            self.arguments[node] = f"%a{len(self.arguments)}"
            element = ELEMENT_TYPES[tensor.dtype]
            self.values[node] = (self.arguments[node], self.dims_of(tensor), element)
        return self.values[node]

    def empty(self, dims, element):
        """Sizes are those of an argument that has the dim."""
        sizes = []
        for dim in dims:
            if isinstance(self.shape[dim], int):
                continue
            for node, name in self.arguments.items():
                _, of_argument, type_ = self.values[node]
                if dim in of_argument:
                    index, size = self.name(), self.name()
                    self.lines.append(
                        f"  {index} = arith.constant {of_argument.index(dim)} : index\n"
                        f"  {size} = tensor.dim {name}, {index} : {self.type_of(of_argument, type_)}"
                    )
                    sizes.append(size)
                    break
            else:
                raise Unsupported("a size that no argument has")
        name = self.name()
        self.lines.append(f"  {name} = tensor.empty({', '.join(sizes)}) : {self.type_of(dims, element)}")
        return name

    def generic(self, operands, dims, reduced, init, element, body_lines, yielded):
        """One linalg.generic over `dims`; the result drops the reduced ones."""
        position = {d: f"d{i}" for i, d in enumerate(dims)}
        space = ", ".join(position.values())
        kept = tuple(d for d in dims if d not in reduced)

        def map_of(of_operand):
            return f"affine_map<({space}) -> ({', '.join(position[d] for d in of_operand)})>"

        maps = [map_of(of_operand) for _, of_operand, _ in operands] + [map_of(kept)]
        iterators = [f'"{"reduction" if d in reduced else "parallel"}"' for d in dims]
        names = ", ".join(name for name, _, _ in operands)
        types = ", ".join(self.type_of(d, e) for _, d, e in operands)
        block = ", ".join(f"%i{i}: {e}" for i, (_, _, e) in enumerate(operands))
        result = self.name()
        self.lines.append(
            f"  {result} = linalg.generic {{indexing_maps = [{', '.join(maps)}],\n"
            f"      iterator_types = [{', '.join(iterators)}]}}\n"
            f"      ins({names} : {types}) outs({init} : {self.type_of(kept, element)}) {{\n"
            f"  ^bb0({block}, %o: {element}):\n"
            + "\n".join(body_lines)
            + f"\n    linalg.yield {yielded} : {element}\n  }} -> {self.type_of(kept, element)}"
        )
        return result, kept, element

    def add_elementwise(self, node):
        tensors = [a for a in node.args if isinstance(a, torch.fx.Node)]
        operands = [self.value(a) for a in tensors]
        element = ELEMENT_TYPES[tensor_of(node).dtype]
        body = Body("f64" if element == "f64" else "f32")
        inputs = iter(range(len(operands)))
        values = []
        for argument in node.args:
            if isinstance(argument, torch.fx.Node):
                i = next(inputs)
                values.append(body.cast(f"%i{i}", operands[i][2], body.type))
            elif isinstance(argument, torch.dtype) or not isinstance(argument, (int, float)):
                values.append(argument)
            elif node.target is aten.pow.Tensor_Scalar:
                values.append(argument)
            elif isinstance(argument, bool):
                raise Unsupported("a boolean operand")
            else:
                values.append(body.constant(argument))
        result = ELEMENTWISE[node.target](body, *values, **node.kwargs)
        result = body.cast(result, body.type, element)
        dims = tuple(sorted({d for _, of_operand, _ in operands for d in of_operand}))
        init = self.empty(dims, element)
        self.values[node] = self.generic(operands, dims, (), init, element, body.lines, result)

    def add_mean(self, node):
        source, dims, keep, *dtype = (*node.args, *node.kwargs.values())
        last = len(self.shape) - 1
        operand = self.value(source)
        if [d % len(self.shape) for d in dims] != [last] or keep is not True:
            raise Unsupported("a mean over other dims than the last, or that drops it")
        if operand[1] != tuple(range(last + 1)) or any(d is not None for d in dtype):
            raise Unsupported("a mean of something else than rows")
        if not isinstance(self.shape[last], int):
            raise Unsupported("rows of dynamic size")
        element = operand[2]
        computed_in = "f64" if element == "f64" else "f32"
        rows = operand[1][:-1]
        zero, init = self.name(), self.empty(rows, computed_in)
        filled = self.name()
        type_ = self.type_of(rows, computed_in)
        self.lines.append(
            f"  {zero} = arith.constant 0.0 : {computed_in}\n"
            f"  {filled} = linalg.fill ins({zero} : {computed_in}) outs({init} : {type_}) -> {type_}"
        )
        body = Body(computed_in)
        value = body.cast("%i0", element, computed_in)
        total = self.generic([operand], operand[1], (last,), filled, computed_in,
                             [*body.lines, f"    %t = arith.addf %o, {value} : {computed_in}"], "%t")
        body = Body(computed_in)
        mean = body.cast(body("arith.divf", "%i0", body.constant(self.shape[last])), computed_in, element)
        init = self.empty(rows, element)
        self.values[node] = self.generic([total], rows, (), init, element, body.lines, mean)

    def add_norm(self, node):
        layer = node.target is aten.native_layer_norm.default
        if layer:
            x, normalized, weight, bias, eps = node.args
        else:
            (x, normalized, weight, eps), bias = node.args, None
        name, dims, element = self.value(x)
        reduced = list(range(len(self.shape) - len(normalized), len(self.shape)))
        if dims != tuple(range(len(self.shape))) or not all(isinstance(n, int) for n in normalized):
            raise Unsupported("a norm of something else than static rows")
        if eps is None:
            eps = torch.finfo(tensor_of(x).dtype).eps
        clauses = ""
        for clause, parameter in (("scale", weight), ("shift", bias)):
            if parameter is not None:
                of_parameter = self.value(parameter)
                if of_parameter[1] != tuple(reduced):
                    raise Unsupported(f"a {clause} of other dims than the row's")
                clauses += f" {clause}({of_parameter[0]} : {self.type_of(of_parameter[1], of_parameter[2])})"
        type_ = self.type_of(dims, element)
        init, result = self.empty(dims, element), self.name()
        self.lines.append(
            f"  {result} = norm.{'layer_norm' if layer else 'rms_norm'} ins({name} : {type_}){clauses}\n"
            f"      outs({init} : {type_}) dims = {reduced} eps = {float(eps):.17e}"
        )
        self.values[node] = (result, dims, element)

    def add(self, node):
        if node.target is operator.getitem:
            if node.args[1] != 0:
                raise Unsupported("statistics that are used elsewhere")
            self.values[node] = self.values[node.args[0]]
        elif node.target in NORMS:
            self.add_norm(node)
        elif node.target in REDUCTIONS:
            self.add_mean(node)
        else:
            self.add_elementwise(node)

    def extents(self):
        """Of each dim its size, or an argument and the dim of that."""
        extents = []
        for dim, extent in enumerate(self.shape):
            if not isinstance(extent, int):
                extent = next(
                    (i, self.values[node][1].index(dim))
                    for i, node in enumerate(self.arguments)
                    if dim in self.values[node][1]
                )
            extents.append(extent)
        return extents

    def text(self, results):
        every = tuple(range(len(self.shape)))
        values = [self.values[node] for node in results]
        if any(dims != every for _, dims, _ in values):
            raise StatisticEscapes("a row statistic that is used elsewhere")
        arguments = ", ".join(
            f"{name}: {self.type_of(*self.values[node][1:])}" for node, name in self.arguments.items()
        )
        types = ", ".join(self.type_of(dims, element) for _, dims, element in values)
        names = ", ".join(name for name, _, _ in values)
        return (
            f"func.func @region({arguments}) -> ({types}) {{\n"
            + "\n".join(self.lines)
            + f"\n  return {names} : {types}\n}}\n"
        )
