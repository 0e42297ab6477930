# RUN: %python %s --seeds 12
#
# Norms in random spellings, as written and with one change of meaning. A
# spelling has to be raised to its op; a mutant has to be refused, or what it is
# raised to has to compute the same. Both are executed where norm-run is found:
# the raised module against the unraised one, evaluated in f64.
#
#   python3 spellings.py --seeds 2000 --first 0
#
# prints `N passed, N failed` and, for each failure, the seed that makes it.

import argparse
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile


class Program:
    """linalg on tensors, one op per generic; `raise` sees it as it is or after
    linalg-fuse-elementwise-ops."""

    def __init__(self, choice, shape, dims, dynamic):
        self.choice, self.shape, self.dims = choice, shape, dims
        self.dynamic = dynamic
        self.lines, self.count = [], 0
        self.keepdims = choice("keepdims", [True, False])

    def name(self):
        self.count += 1
        return f"%v{self.count}"

    def emit(self, text):
        self.lines.append(text)

    def constant(self, value, type):
        name = self.name()
        text = str(value) if type in ("index", "i64") else f"{value:.17e}"
        self.emit(f"{name} = arith.constant {text} : {type}")
        return name

    def all(self):
        return list(range(len(self.shape)))

    def tensor(self, domain, type):
        sizes = [self.size(d) if d is not None else "1" for d in domain]
        return "tensor<" + "".join(f"{s}x" for s in sizes) + type + ">"

    def merged(self, domain, type):
        """Dims 1 and 2, group and channel, as one."""
        sizes = [str(self.shape[d]) for d in domain]
        at = domain.index(1)
        sizes[at : at + 2] = [str(self.shape[1] * self.shape[2])]
        return "tensor<" + "".join(f"{s}x" for s in sizes) + type + ">"

    def groups(self, domain):
        at = domain.index(1)
        parts = [[i] for i in range(at)] + [[at, at + 1]]
        return str(parts + [[i] for i in range(at + 2, len(domain))])

    def regrouped(self, name, domain, type):
        """The argument with group and channel as dims of their own."""
        sizes = [self.shape[d] for d in domain]
        return (f"{name} = tensor.expand_shape {name}c {self.groups(domain)} output_shape "
                f"{sizes} : {self.merged(domain, type)} into {self.tensor(domain, type)}")

    def merge(self, name, domain, type):
        result = self.name()
        self.emit(f"{result} = tensor.collapse_shape {name} {self.groups(domain)} : "
                  f"{self.tensor(domain, type)} into {self.merged(domain, type)}")
        return (result, domain, type)

    def size(self, dim):
        return "?" if dim in self.dynamic else str(self.shape[dim])

    def empty(self, domain, type):
        sizes = ", ".join(f"%dim{d}" for d in domain if d in self.dynamic)
        name = self.name()
        self.emit(f"{name} = tensor.empty({sizes}) : {self.tensor(domain, type)}")
        return name

    def elementwise(self, domain, type, operands, body):
        """operands: (name, domain, type); body: result of lines over %a, %b."""
        init = self.empty(domain, type)
        loops = len(domain)
        ins = ", ".join(f"d{i}" for i in range(loops))
        maps = []
        for _, value_domain, _ in operands:
            results = []
            for position, dim in enumerate(value_domain):
                if dim is None:
                    results.append("0")
                else:
                    results.append(f"d{domain.index(dim)}")
            maps.append(f"affine_map<({ins}) -> ({', '.join(results)})>")
        maps.append(f"affine_map<({ins}) -> ({ins})>")
        names = ", ".join(o[0] for o in operands)
        types = ", ".join(self.tensor(o[1], o[2]) for o in operands)
        args = ", ".join(
            f"%{c}: {o[2]}" for c, o in zip("abcdef", operands)
        )
        iterators = ", ".join(['"parallel"'] * loops)
        result = self.name()
        ins_text = f"ins({names} : {types}) " if operands else ""
        args = args + ", " if args else ""
        self.emit(
            f"{result} = linalg.generic {{indexing_maps = [{', '.join(maps)}], "
            f"iterator_types = [{iterators}]}} {ins_text}"
            f"outs({init} : {self.tensor(domain, type)}) {{\n"
            f"^bb0({args}%out: {type}):\n{body}\n"
            f"}} -> {self.tensor(domain, type)}"
        )
        return (result, domain, type)

    def unary(self, op, a, type=None):
        type = type or a[2]
        return self.elementwise(
            a[1], type, [a], f"%r = {op.format(a='%a')}\nlinalg.yield %r : {type}"
        )

    def binary(self, op, a, b):
        """Over the wider domain; the other is broadcast."""
        if len(a[1]) == len(b[1]) == len(self.shape):
            domain = [d if d is not None else e for d, e in zip(a[1], b[1])]
        elif self.keepdims and len(self.shape) in (len(a[1]), len(b[1])):
            domain = a[1] if len(a[1]) > len(b[1]) else b[1]
            missing = set(a[1] + b[1]) - set(domain)
            domain = [d if d is not None or i not in missing else i
                      for i, d in enumerate(domain)]
        else:
            domain = sorted(set(a[1] + b[1]))
        a, b = self.broadcast(a, domain), self.broadcast(b, domain)
        text = f"%r = arith.{op} %a, %b : {a[2]}\nlinalg.yield %r : {a[2]}"
        return self.elementwise(domain, a[2], [a, b], text)

    def broadcast(self, a, domain):
        if a[1] == domain or not self.choice("broadcast", [False, True]):
            return a
        return self.elementwise(
            domain, a[2], [a], f"linalg.yield %a : {a[2]}"
        )

    def with_constant(self, op, a, value, swap=False):
        constant = self.constant(value, a[2])
        order = f"{constant}, %a" if swap else f"%a, {constant}"
        text = f"%r = arith.{op} {order} : {a[2]}\nlinalg.yield %r : {a[2]}"
        return self.elementwise(a[1], a[2], [a], text)

    def cast(self, a, type):
        if a[2] == type:
            return a
        width = {"f16": 16, "bf16": 16, "f32": 32, "f64": 64}
        op = "extf" if width[type] > width[a[2]] else "truncf"
        text = f"%r = arith.{op} %a : {a[2]} to {type}\nlinalg.yield %r : {type}"
        return self.elementwise(a[1], type, [a], text)

    def sum(self, a, dims):
        kept = [d for d in self.all() if d not in dims]
        domain = [d if d in kept else None for d in self.all()]
        domain = domain if self.keepdims else kept
        type = a[2]
        zero = self.constant(0, type)
        init = self.empty(domain, type)
        filled = self.name()
        self.emit(
            f"{filled} = linalg.fill ins({zero} : {type}) outs({init} : "
            f"{self.tensor(domain, type)}) -> {self.tensor(domain, type)}"
        )
        ins = ", ".join(f"d{i}" for i in self.all())
        outs = ", ".join("0" if d is None else f"d{d}" for d in domain)
        iterators = ", ".join(
            '"reduction"' if d in dims else '"parallel"' for d in self.all()
        )
        order = self.choice("sum order", ["%out, %a", "%a, %out"])
        result = self.name()
        self.emit(
            f"{result} = linalg.generic {{indexing_maps = [affine_map<({ins}) -> "
            f"({ins})>, affine_map<({ins}) -> ({outs})>], iterator_types = "
            f"[{iterators}]}} ins({a[0]} : {self.tensor(a[1], type)}) outs("
            f"{filled} : {self.tensor(domain, type)}) {{\n"
            f"^bb0(%a: {type}, %out: {type}):\n"
            f"%r = arith.addf {order} : {type}\nlinalg.yield %r : {type}\n"
            f"}} -> {self.tensor(domain, type)}"
        )
        return (result, domain, type)


MUTATIONS = [
    "mean divisor", "variance divisor", "both divisors", "eps outside",
    "cube", "other mean", "cross product", "clamp", "other dims", "eps argument",
    "no root", "exponent", "scale twice", "shift scaled", "half of the mean",
    "not centred", "negative", "added row", "rows swapped",
]


def build(rng, mutation):
    log = []

    def choice(axis, options):
        picked = rng.choice(options)
        log.append((axis, picked))
        return picked

    family = choice("family", ["row"] * 6 + ["group", "batch"])
    if family == "batch":
        return build_batch(choice, mutation, log)
    rank = choice("rank", [1, 2, 3, 4])
    shape = [rng.choice([2, 3, 4, 8]) for _ in range(rank)]
    dims = choice("dims", [
        d for d in ([rank - 1], [0], [rank // 2], list(range(rank // 2, rank)),
                    [0, rank - 1])
    ])
    dims = sorted(set(dims))
    for d in dims:
        shape[d] = rng.choice([5, 8, 12, 16])
    if mutation == "rows swapped":
        rank, dims = 3, [2]
        shape = [3, 3, 8]
    grouped = family == "group" and mutation != "rows swapped"
    if grouped:
        # Batch, group, channel of the group, and maybe pixels; in memory, group
        # and channel are one dim.
        pixels = choice("pixels", [True, False])
        rank, dims = 3 + pixels, [2, 3][: 1 + pixels]
        shape = [2, 3, 4] + [5] * pixels
    dynamic = choice("dynamic", [[], [], [0], list(range(rank))])
    if mutation == "rows swapped" or grouped:
        dynamic = []
    p = Program(choice, shape, dims, dynamic)
    n = 1
    for d in dims:
        n *= shape[d]

    kind = choice("kind", ["layer_norm", "layer_norm", "rms_norm", "l2_norm"])
    if grouped:
        kind = "layer_norm"
    data = choice("data", ["f32", "f32", "f32", "f16", "bf16", "f64"])
    acc = data if data in ("f32", "f64") else "f32"
    x = ("%data", p.all(), data)
    z = ("%other", p.all(), data)
    parameter_dims = choice("parameter dims", [
        dims, dims, [d for d in p.all() if d not in dims][:1]
    ])
    if not parameter_dims:
        parameter_dims = dims
    if grouped:
        parameter_dims = [1, 2]
    gamma = ("%gamma", parameter_dims, data)
    beta = ("%beta", parameter_dims, data)

    row_count = None
    if any(d in dynamic for d in dims):
        # A literal n says nothing about a dynamic row; only its own extent does.
        row_count = p.constant(1, "index")
        for d in dims:
            extent = f"%dim{d}" if d in dynamic else p.constant(shape[d], "index")
            product = p.name()
            p.emit(f"{product} = arith.muli {row_count}, {extent} : index")
            row_count = product
        integer = p.name()
        p.emit(f"{integer} = arith.index_cast {row_count} : index to i64")
        row_count = integer

    def divide(a, off):
        if row_count is not None and off == 0:
            text = (
                f"%n = arith.sitofp {row_count} : i64 to {a[2]}\n"
                f"%r = arith.divf %a, %n : {a[2]}\nlinalg.yield %r : {a[2]}"
            )
            return p.elementwise(a[1], a[2], [a], text)
        if choice("mean", ["divide", "multiply"]) == "divide":
            return p.with_constant("divf", a, n + off)
        import struct
        inverse = 1.0 / (n + off)
        if a[2] == "f32":
            inverse = struct.unpack("f", struct.pack("f", inverse))[0]
        return p.with_constant("mulf", a, inverse)

    def square(a):
        if mutation == "cube":
            return p.binary("mulf", p.binary("mulf", a, a), a)
        if mutation == "cross product":
            return p.binary("mulf", a, p.cast(z, a[2]))
        how = choice("square", ["mul", "powf", "fpowi", "abs"])
        if how == "mul":
            return p.binary("mulf", a, a)
        if how == "fpowi":
            two = p.constant(2, "i64")
            return p.unary("math.fpowi {a}, " + f"{two} : {a[2]}, i64", a)
        if how == "abs":
            a = p.unary("math.absf {a} : " + a[2], a)
        two = p.constant(2, a[2])
        return p.unary("math.powf {a}, " + f"{two} : {a[2]}", a)

    residual = choice("residual", [False, False, True])
    if residual:
        x = p.binary("addf", x, z)
        if mutation in ("other mean", "cross product"):
            z = p.binary("addf", z, z)
    a = p.cast(x, acc)
    other = [d for d in p.all() if d not in dims]
    mean_dims = dims
    if mutation == "other dims" and other:
        mean_dims = other[:1]
    centred, mean = a, None
    variance_form = choice("variance", ["two-pass", "recomputed", "moments",
                                        "clamped moments", "f64"])
    if kind == "layer_norm":
        off = 1 if mutation in ("mean divisor", "both divisors") else 0
        source = p.cast(z, acc) if mutation == "other mean" else a
        mean = divide(p.sum(source, mean_dims), off)
        if mutation == "half of the mean":
            mean = p.with_constant("mulf", mean, 0.5)
        centred = p.binary("subf", a, mean)
    off = -1 if mutation == "variance divisor" else 0
    off = 1 if mutation == "both divisors" else off
    total_dims = dims
    if mutation == "other dims" and kind != "layer_norm" and other:
        total_dims = other[:1]

    def variance_of(v):
        total = p.sum(v, total_dims)
        return total if kind == "l2_norm" and off == 0 else divide(total, off)

    plain = mutation in ("cube", "cross product", "not centred")
    if kind == "layer_norm" and "moments" in variance_form and not plain:
        q = p.binary("subf", variance_of(square(a)), p.binary("mulf", mean, mean))
        if variance_form == "clamped moments":
            q = p.with_constant("maximumf", q, 0.0, choice("max order", [True, False]))
    elif kind == "layer_norm" and variance_form == "f64" and acc == "f32" and not plain:
        wide = p.cast(a, "f64")
        wide_mean = divide(p.sum(wide, dims), 0)
        q = p.cast(variance_of(square(p.binary("subf", wide, wide_mean))), acc)
    elif kind == "layer_norm" and variance_form == "recomputed" and not plain:
        again = p.binary("subf", a, divide(p.sum(a, dims), 0))
        q = variance_of(square(again))
    else:
        q = variance_of(square(a if mutation == "not centred" else centred))
    if mutation == "clamp":
        q = p.with_constant("maximumf", q, 1e-1)
    if mutation == "added row":
        q = p.binary("addf", q, ("%row", *q[1:])) if q[1] else q

    eps = choice("eps", [1e-5, 1e-6, 1e-12, 0.1])
    eps_form = choice("eps form", ["literal", "f64 literal", "max", "none"])
    clamps = eps_form == "max" and kind == "l2_norm" and mutation != "eps outside"
    if mutation == "eps argument":
        q = p.elementwise(q[1], q[2], [q],
                          f"%r = arith.addf %a, %epsarg : {q[2]}\n"
                          f"linalg.yield %r : {q[2]}") if acc == "f32" else q
    elif clamps or eps_form == "none" or mutation == "eps outside":
        pass
    elif eps_form == "f64 literal" and q[2] != "f64":
        wide = p.constant(eps, "f64")
        q = p.elementwise(q[1], q[2], [q],
                          f"%e = arith.truncf {wide} : f64 to {q[2]}\n"
                          f"%r = arith.addf %a, %e : {q[2]}\n"
                          f"linalg.yield %r : {q[2]}")
    else:
        q = p.with_constant("addf", q, eps, choice("eps order", [True, False]))

    how = choice("rstd", ["rsqrt", "1/sqrt", "/sqrt", "powf"])
    divides = False
    if mutation == "no root":
        rstd = p.with_constant("divf", q, 1.0, swap=True)
    elif mutation == "exponent":
        exponent = p.constant(-0.4999, q[2])
        rstd = p.unary("math.powf {a}, " + f"{exponent} : {q[2]}", q)
    elif clamps or mutation == "eps outside" or how in ("1/sqrt", "/sqrt"):
        rstd = p.unary("math.sqrt {a} : " + q[2], q)
        if clamps:
            rstd = p.with_constant("maximumf", rstd, eps)
        if mutation == "eps outside":
            rstd = p.with_constant("addf", rstd, 0.1)
        divides = how == "/sqrt"
        if not divides:
            rstd = p.with_constant("divf", rstd, 1.0, swap=True)
    elif how == "rsqrt":
        rstd = p.unary("math.rsqrt {a} : " + q[2], q)
    else:
        exponent = p.constant(-0.5, q[2])
        rstd = p.unary("math.powf {a}, " + f"{exponent} : {q[2]}", q)

    if mutation == "rows swapped":
        rstd = (rstd[0], [1, 0] + rstd[1][2:], rstd[2])
    has_scale = choice("scale", [True, True, False, "offset"])
    has_shift = choice("shift", [True, False])
    before = data != acc and choice("rounding", ["before", "after"]) == "before"
    distributed = (kind == "layer_norm" and not before and not divides
                   and has_scale and choice("affine", [False, True]))
    if distributed:
        scale = p.cast(gamma, acc)
        if has_scale == "offset":
            scale = p.with_constant("addf", scale, 1.0)
        scale = p.binary("mulf", rstd, scale)
        offset = p.binary("mulf", mean, scale)
        y = p.binary("subf", p.binary("mulf", a, scale), offset)
    else:
        y = p.binary("divf" if divides else "mulf", centred, rstd)
        if before:
            y = p.cast(y, data)
        if has_scale:
            scale = p.cast(gamma, y[2])
            if has_scale == "offset":
                scale = p.with_constant("addf", scale, 1.0)
            y = p.binary("mulf", y, scale)
            if mutation == "scale twice":
                y = p.binary("mulf", y, scale)
    if has_shift:
        shift = p.cast(beta, y[2])
        if mutation == "shift scaled":
            shift = p.with_constant("mulf", shift, 2.0)
        y = p.binary("addf", y, shift)
    if mutation == "negative":
        y = p.with_constant("mulf", y, -1.0)
    y = p.cast(y, data)

    if grouped:
        y = p.merge(*y)
    epsarg = ", %epsarg: f32"
    row_domain = [d if d not in dims else None for d in p.all()]
    row_domain = row_domain if p.keepdims else [d for d in p.all() if d not in dims]
    signature = (
        f"%data: {p.tensor(p.all(), data)}, %other: {p.tensor(p.all(), data)}, "
        f"%gamma: {p.tensor(parameter_dims, data)}, %beta: {p.tensor(parameter_dims, data)}, "
        f"%row: {p.tensor(row_domain, acc)}{epsarg}"
    )
    dimensions = []
    for d in dynamic:
        dimensions.append(f"%c{d} = arith.constant {d} : index")
        dimensions.append(
            f"%dim{d} = tensor.dim %data, %c{d} : {p.tensor(p.all(), data)}")
    if grouped:
        names = {"%data": p.all(), "%other": p.all(), "%gamma": [1, 2], "%beta": [1, 2]}
        expansions = [p.regrouped(name, domain, data) for name, domain in names.items()]
        signature = ", ".join(
            f"{name}c: {p.merged(domain, data)}" for name, domain in names.items()
        ) + f", %row: {p.tensor(row_domain, acc)}{epsarg}"
        dimensions += expansions
    result = p.merged(p.all(), data) if grouped else p.tensor(p.all(), data)
    text = (
        f"func.func @main({signature}) -> {result} {{\n"
        + "\n".join(dimensions + p.lines)
        + f"\nreturn {y[0]} : {result}\n}}\n"
    )
    shapes = [shape, shape, [shape[d] for d in parameter_dims],
              [shape[d] for d in parameter_dims],
              [1 if d is None else shape[d] for d in row_domain]]
    if grouped:
        shapes[:4] = [[2, 12, *shape[3:]]] * 2 + [[12]] * 2
        # A sum that has group and channel apart is normalized as it is.
        kind = "layer_norm" if residual else "group_norm"
    fuse = choice("fused", [False, True])
    # Every row has to have a length that n is not mistaken for.
    return text, kind, log, fuse, shapes, []


def build_batch(choice, mutation, log):
    """(x − m)·ρ(v)·γ + β per channel, m and v being arguments."""
    rank = choice("rank", [2, 3, 4])
    channel = choice("channel", [0, 1, rank - 1])
    shape = [4] * rank if mutation == "other dims" else [2, 3, 5, 7][:rank]
    # A parameter is as long as the channel: it must be known to be.
    p = Program(choice, shape, [], choice("dynamic", [[], [0]] if channel else [[]]))
    p.keepdims = False
    data = choice("data", ["f32", "f32", "f16", "bf16"])
    x = p.cast(("%data", p.all(), data), "f32")
    mean, variance, gamma, beta = (
        (name, [channel], "f32") for name in ("%mean", "%variance", "%gamma", "%beta"))
    if mutation == "other dims":
        mean = ("%mean", [(channel + 1) % rank], "f32")
    if mutation == "half of the mean":
        mean = p.with_constant("mulf", mean, 0.5)
    if mutation == "other mean":
        mean = p.binary("addf", mean, beta)
    if mutation == "eps argument":
        variance = p.elementwise(
            [channel], "f32", [variance],
            "%r = arith.addf %a, %epsarg : f32\nlinalg.yield %r : f32")
    elif mutation != "eps outside":
        variance = p.with_constant("addf", variance, choice("eps", [1e-5, 1e-3]))
    how = choice("rstd", ["rsqrt", "1/sqrt", "powf"])
    if mutation == "no root":
        rstd = p.with_constant("divf", variance, 1.0, swap=True)
    elif mutation == "exponent":
        rstd = p.unary("math.powf {a}, " + f"{p.constant(-0.4999, 'f32')} : f32", variance)
    elif how == "rsqrt" and mutation != "eps outside":
        rstd = p.unary("math.rsqrt {a} : f32", variance)
    elif how == "powf" and mutation != "eps outside":
        rstd = p.unary("math.powf {a}, " + f"{p.constant(-0.5, 'f32')} : f32", variance)
    else:
        root = p.unary("math.sqrt {a} : f32", variance)
        if mutation == "eps outside":
            root = p.with_constant("addf", root, 0.1)
        rstd = p.with_constant("divf", root, 1.0, swap=True)
    has_shift = choice("shift", [True, False])
    if choice("affine", [True, False]) and mutation != "not centred":
        scale = p.binary("mulf", rstd, gamma)
        offset = p.binary("mulf", mean, scale)
        if mutation == "scale twice":
            scale = p.binary("mulf", scale, gamma)
        y = p.binary("subf", p.binary("mulf", x, scale), offset)
    else:
        y = x if mutation == "not centred" else p.binary("subf", x, mean)
        y = p.binary("mulf", p.binary("mulf", y, rstd), gamma)
        if mutation == "scale twice":
            y = p.binary("mulf", y, gamma)
    if has_shift:
        if mutation == "shift scaled":
            beta = p.with_constant("mulf", beta, 2.0)
        y = p.binary("addf", y, beta)
    if mutation == "negative":
        y = p.with_constant("mulf", y, -1.0)
    y = p.cast(y, data)
    size = shape[channel]
    mean_dim = (channel + 1) % rank if mutation == "other dims" else channel
    mean_size = "?" if p.dynamic and mean_dim == 0 else shape[mean_dim]
    text = (
        f"func.func @main(%data: {p.tensor(p.all(), data)}, %mean: tensor<{mean_size}xf32>, "
        f"%variance: tensor<{size}xf32>, %gamma: tensor<{size}xf32>, "
        f"%beta: tensor<{size}xf32>, %epsarg: f32) -> {p.tensor(p.all(), data)} {{\n"
    )
    if p.dynamic:
        text += ("%c0 = arith.constant 0 : index\n"
                 f"%dim0 = tensor.dim %data, %c0 : {p.tensor(p.all(), data)}\n")
    text += "\n".join(p.lines)
    text += f"\nreturn {y[0]} : {p.tensor(p.all(), data)}\n}}\n"
    fuse = choice("fused", [False, True])
    per_channel = [shape[channel]]
    # What is random is no variance.
    return (text, "batch_norm", log, fuse,
            [shape, [shape[mean_dim]], [], per_channel, per_channel],
            ["--input=2=2.5"])


def run(arguments, **options):
    return subprocess.run(arguments, capture_output=True, text=True, **options)


def check(seed, tools, directory, keep):
    rng = random.Random(seed)
    mutation = rng.choice(MUTATIONS) if seed % 2 else None
    text, kind, log, fuse, shapes, inputs = build(rng, mutation)
    source = os.path.join(directory, f"spelling{seed}.mlir")
    raised = os.path.join(directory, f"spelling{seed}.raised.mlir")
    with open(source, "w") as file:
        file.write(text)
    passes = ["--canonicalize", "--linalg-fuse-elementwise-ops"] if fuse else []
    result = run([tools["norm-opt"], source, *passes, "--norm-raise", "-o", raised])
    if result.returncode:
        return f"norm-opt failed: {result.stderr[:400]}", log
    with open(raised) as file:
        found = re.findall(r"norm\.(\w+_norm) ", file.read())
    if mutation is None and found != [kind]:
        return f"expected norm.{kind}, found {found}", log
    if found and tools["norm-run"]:
        arguments = [f"--shape={i}={'x'.join(map(str, s))}"
                     for i, s in enumerate(shapes) if s] + inputs
        result = run([tools["norm-run"], raised, f"--verify-against={source}",
                      *arguments])
        if result.returncode:
            return f"{mutation}: computes something else: " \
                   f"{(result.stdout + result.stderr)[-300:]}", log
    if found and mutation and not tools["norm-run"]:
        return None, log
    if not keep:
        os.remove(source)
        os.remove(raised)
    return None, log


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--norm-opt", default="norm-opt")
    parser.add_argument("--norm-run", default="norm-run")
    parser.add_argument("--keep", help="keep the modules in this directory")
    options = parser.parse_args()
    tools = {"norm-opt": shutil.which(options.norm_opt),
             "norm-run": shutil.which(options.norm_run)}
    if not tools["norm-opt"]:
        sys.exit("norm-opt is not on the PATH")
    passed = failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.keep or temporary
        seeds = range(options.first, options.first + options.seeds)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            verdicts = pool.map(
                lambda seed: check(seed, tools, directory, bool(options.keep)), seeds)
            verdicts = list(zip(seeds, verdicts))
        for seed, (error, log) in verdicts:
            if error is None:
                passed += 1
                continue
            failed += 1
            print(f"seed {seed}: {error}")
            print("   ", ", ".join(f"{axis}: {pick}" for axis, pick in log
                                   if axis not in ("broadcast", "sum order")))
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
