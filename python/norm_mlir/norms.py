# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ready-made norms: one compiled function per signature, whatever the rows."""

import math
import operator
import threading

import numpy

from ._norm import compile as _compile

# By signature: dtypes, rank, normalized extents, eps, target.
_functions = {}
# The last one that was called of a norm, whatever the signature.
_latest = {}
_lock = threading.Lock()

_DTYPES = {"float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64"}
_CLAUSES = {"weight": "scale", "bias": "shift"}


def forget():
    """Compiles anew from now on."""
    _functions.clear()
    _latest.clear()


def _element_type(array, what):
    """NumPy, JAX and PyTorch print dtypes as float32 or torch.float32."""
    name = str(array.dtype).rpartition(".")[2]
    if name not in _DTYPES:
        raise TypeError(f"{what} has dtype {array.dtype}; norms take {', '.join(_DTYPES)}")
    return _DTYPES[name]


def _module(op, x, parameters, num_dims, attributes):
    """The module of one norm over the last num_dims dims of x."""
    element = _element_type(x, "x")
    rows = x.ndim - num_dims
    of_row = "".join(f"{extent}x" for extent in x.shape[rows:])
    tensor = f"tensor<{'?x' * rows}{of_row}{element}>"
    arguments = [f"%x: {tensor}"]
    clauses = []
    for name, parameter in parameters:
        extents = "".join(f"{extent}x" for extent in parameter.shape)
        type_ = f"tensor<{extents}{_element_type(parameter, name)}>"
        arguments.append(f"%{name}: {type_}")
        clauses.append(f"{_CLAUSES[name]}(%{name} : {type_})")
    sizes = "".join(
        f"  %c{i} = arith.constant {i} : index\n  %d{i} = tensor.dim %x, %c{i} : {tensor}\n"
        for i in range(rows)
    )
    extents = ", ".join(f"%d{i}" for i in range(rows))
    dims = list(range(rows, x.ndim))
    return f"""func.func @{op}({", ".join(arguments)}) -> {tensor} {{
{sizes}  %e = tensor.empty({extents}) : {tensor}
  %y = norm.{op} ins(%x : {tensor}) {" ".join(clauses)} outs(%e : {tensor})
      dims = {dims} {attributes}
  return %y : {tensor}
}}
"""


def _check_parameters(x, parameters, shape, meaning):
    for name, parameter in parameters:
        if tuple(parameter.shape) != shape:
            raise ValueError(
                f"{name} has shape {tuple(parameter.shape)}, but x has shape {tuple(x.shape)}: {meaning}"
            )


def _check_rows(x, parameters):
    """How many dims a row has: those of the parameters, or one."""
    if x.ndim == 0:
        raise ValueError("x has no dims, so that there is nothing to normalize over")
    num_dims = parameters[0][1].ndim if parameters else 1
    if num_dims == 0:
        raise ValueError(f"{parameters[0][0]} has no dims")
    shape = tuple(x.shape[-num_dims:])
    _check_parameters(x, parameters, shape, "parameters have the shape of the last dims of x")
    return num_dims


def _check_groups(x, parameters, num_groups):
    """All dims but the first are of the row, of which a group takes a part."""
    if x.ndim < 2:
        raise ValueError(f"x has shape {tuple(x.shape)}; its dims are batch, channels, and any others")
    channels = x.shape[1]
    if num_groups <= 0 or channels % num_groups:
        raise ValueError(f"num_groups is {num_groups}, which does not divide the {channels} channels of x")
    _check_parameters(x, parameters, (channels,), "parameters have one value per channel, which dim 1 counts")
    return x.ndim - 1


def _is_on_cuda(x):
    if type(x) is numpy.ndarray:
        return False
    on_cuda = getattr(x, "is_cuda", None)
    if on_cuda is None:
        on_cuda = hasattr(x, "__dlpack_device__") and x.__dlpack_device__()[0] == 2
    return on_cuda


def _compiled(op, x, parameters, eps, num_groups, on_cuda):
    if num_groups is None:
        num_dims = _check_rows(x, parameters)
        attributes = "eps = {:.16e}" + (" eps_mode = max" if op == "l2_norm" else "")
    else:
        num_dims = _check_groups(x, parameters, num_groups)
        attributes = f"channel_dim = 1 groups = {num_groups} eps = {{:.16e}}"
    eps = float(eps)
    if not (math.isfinite(eps) and eps >= 0):
        raise ValueError(f"eps is {eps}; it must be finite and not negative")
    text = _module(op, x, parameters, num_dims, attributes.format(eps))
    return _compile(text, op, "cuda" if on_cuda else "cpu", True, "")


def _lookup(op, x, parameters, eps, num_groups):
    """The function for these arguments, compiled if it is not there yet."""
    # What the module is made of, and what is checked before it is made.
    try:
        num_dims = x.ndim - 1 if num_groups is not None else parameters[0][1].ndim if parameters else 1
        on_cuda = _is_on_cuda(x)
        key = (
            op,
            num_groups,
            on_cuda,
            x.dtype,
            x.ndim,
            x.shape[x.ndim - num_dims :],
            tuple((name, p.dtype, p.shape) for name, p in parameters),
            eps,
        )
    except AttributeError as error:
        raise TypeError(f"norms take arrays: {error}") from None
    function = _functions.get(key)
    if function is None:
        # Threads that want the same function wait for one compilation.
        with _lock:
            function = _functions.get(key)
            if function is None:
                function = _compiled(op, x, parameters, eps, num_groups, on_cuda)
                _functions[key] = function
    return function


def _norm(op, x, weight, bias, eps, out, stream, num_groups=None):
    if bias is not None:
        arguments = (x, bias) if weight is None else (x, weight, bias)
    else:
        arguments = (x,) if weight is None else (x, weight)
    # A function knows in less time than a key takes whether it is the one.
    norm = (op, weight is None, bias is None, eps, num_groups)
    latest = _latest.get(norm)
    if latest is not None:
        result = latest._call_if_fits(*arguments, out=out, stream=stream)
        if result is not NotImplemented:
            return result
    parameters = [(n, p) for n, p in (("weight", weight), ("bias", bias)) if p is not None]
    function = _lookup(op, x, parameters, eps, num_groups)
    _latest[norm] = function
    return function(*arguments, out=out, stream=stream)


def layer_norm(x, weight=None, bias=None, eps=1e-5, *, out=None, stream=None):
    """(x - mean) / sqrt(variance + eps) * weight + bias, over the last dims.

    x: [..., *row], contiguous; float16, bfloat16, float32 or float64.
    weight, bias: [*row], of any of these dtypes; without both, a row is the last
        dim.
    eps: finite, not negative.
    out: like x, not overlapping it; by default a new array.
    stream: of CUDA, where x is there, as for `compile`.

    Statistics are two-pass, in float32, or float64 for float64. Compiled once
    per signature (dtypes, rank, row, eps), for any number of rows; threads may
    call it at once. Errors are those of `compile`; arrays that require a
    gradient are refused, since the result would have none.

    >>> norm_mlir.layer_norm(numpy.eye(4, 8, dtype="float32"))
    """
    return _norm("layer_norm", x, weight, bias, eps, out, stream)


def rms_norm(x, weight=None, eps=1e-6, *, out=None, stream=None):
    """x / sqrt(mean(x * x) + eps) * weight, over the last dims.

    Shapes, dtypes and errors are those of `layer_norm`.
    """
    return _norm("rms_norm", x, weight, None, eps, out, stream)


def l2_norm(x, eps=1e-12, *, out=None, stream=None):
    """x / max(sqrt(sum(x * x)), eps), over the last dim.

    What torch.nn.functional.normalize(x, dim=-1) computes. Shapes, dtypes and
    errors are those of `layer_norm`.
    """
    return _norm("l2_norm", x, None, None, eps, out, stream)


def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5, *, out=None, stream=None):
    """layer_norm over groups of channels, and all dims behind the channels.

    What torch.nn.functional.group_norm computes.

    x: [batch, channels, ...], contiguous.
    num_groups: divides the number of channels; a group is of neighbours.
    weight, bias: [channels].

    Compiled once per signature (dtypes, shape of x but for the batch, eps). The
    rest is as in `layer_norm`.

    >>> norm_mlir.group_norm(numpy.ones((2, 6, 4, 4), dtype="float32"), 3)
    """
    return _norm("group_norm", x, weight, bias, eps, out, stream, operator.index(num_groups))
