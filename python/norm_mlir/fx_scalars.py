# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What elementwise aten ops compute, as scalar ops of MLIR."""

import math

import torch

aten = torch.ops.aten


class Unsupported(Exception):
    """Why a node is not ours."""


class Body:
    """Emits the scalar ops of one linalg.generic."""

    def __init__(self, computed_in):
        self.lines, self.type, self.count = [], computed_in, 0

    def name(self):
        self.count += 1
        return f"%s{self.count}"

    def __call__(self, op, *operands):
        name = self.name()
        self.lines.append(f"    {name} = {op} {', '.join(operands)} : {self.type}")
        return name

    def constant(self, number):
        # A number is rounded to the type that is computed in, as PyTorch does.
        name = self.name()
        literal = f"{float(number):.17e}"
        if not math.isfinite(float(number)):
            raise Unsupported(f"the number {number}")
        self.lines.append(f"    {name} = arith.constant {literal} : {self.type}")
        return name

    def cast(self, value, from_, to):
        width = {"f16": 16, "bf16": 16, "f32": 32, "f64": 64}
        if from_ == to:
            return value
        if width[from_] == width[to]:
            raise Unsupported(f"{from_} to {to}")
        op = "extf" if width[from_] < width[to] else "truncf"
        name = self.name()
        self.lines.append(f"    {name} = arith.{op} {value} : {from_} to {to}")
        return name


# How each op computes its result, in a Body. Operands are SSA names; what is a
# number to the op (an exponent, a factor) is a number here.


def _binary(op):
    return lambda emit, a, b: emit(f"arith.{op}", a, b)


def _scaled(op):
    """add and sub have a third operand, the factor of the second."""

    def build(emit, a, b, alpha=1):
        if alpha != 1:
            b = emit("arith.mulf", b, emit.constant(alpha))
        return emit(f"arith.{op}", a, b)

    return build


def _math(op):
    return lambda emit, a: emit(f"math.{op}", a)


def _pow(emit, a, exponent):
    if exponent == 2:
        return emit("arith.mulf", a, a)
    if exponent == 3:
        return emit("arith.mulf", emit("arith.mulf", a, a), a)
    if exponent == 0.5:
        return emit("math.sqrt", a)
    raise Unsupported(f"pow with exponent {exponent}")


def _sigmoid(emit, a):
    one = emit.constant(1)
    return emit("arith.divf", one, emit("arith.addf", one, emit("math.exp", emit("arith.negf", a))))


def _gelu(emit, a, approximate="none"):
    half, one = emit.constant(0.5), emit.constant(1)
    if approximate == "tanh":
        cube = emit("arith.mulf", emit("arith.mulf", a, a), a)
        inner = emit("arith.addf", a, emit("arith.mulf", cube, emit.constant(0.044715)))
        inner = emit("arith.mulf", inner, emit.constant(math.sqrt(2 / math.pi)))
        bell = emit("math.tanh", inner)
    else:
        bell = emit("math.erf", emit("arith.mulf", a, emit.constant(math.sqrt(0.5))))
    return emit("arith.mulf", emit("arith.mulf", a, half), emit("arith.addf", one, bell))


ELEMENTWISE = {
    aten.add.Tensor: _scaled("addf"),
    aten.add.Scalar: _scaled("addf"),
    aten.sub.Tensor: _scaled("subf"),
    aten.sub.Scalar: _scaled("subf"),
    aten.mul.Tensor: _binary("mulf"),
    aten.mul.Scalar: _binary("mulf"),
    aten.div.Tensor: _binary("divf"),
    aten.div.Scalar: _binary("divf"),
    aten.neg.default: lambda emit, a: emit("arith.negf", a),
    aten.pow.Tensor_Scalar: _pow,
    aten.rsqrt.default: _math("rsqrt"),
    aten.sqrt.default: _math("sqrt"),
    aten.exp.default: _math("exp"),
    aten.tanh.default: _math("tanh"),
    aten.erf.default: _math("erf"),
    aten.sigmoid.default: _sigmoid,
    aten.silu.default: lambda emit, a: emit("arith.mulf", a, _sigmoid(emit, a)),
    aten.gelu.default: _gelu,
    aten.relu.default: lambda emit, a: emit("arith.maximumf", a, emit.constant(0)),
    aten._to_copy.default: lambda emit, a, **options: _cast(a, options),
    torch.ops.prims.convert_element_type.default: lambda emit, a, dtype: a,
}


def _cast(a, options):
    changed = set(options) - {"dtype"}
    if changed:
        raise Unsupported(f"a copy that changes {', '.join(changed)}")
    return a
