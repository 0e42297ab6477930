# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ready-made norms: one compiled function per signature, whatever the rows."""

import math
import threading

from ._norm import compile as _compile

# By signature: dtypes, rank, normalized extents, eps.
_functions = {}
_lock = threading.Lock()

_DTYPES = {"float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64"}


def _element_type(array, what):
    """NumPy, JAX and PyTorch print dtypes as float32 or torch.float32."""
    name = str(array.dtype).rpartition(".")[2]
    if name not in _DTYPES:
        raise TypeError(f"{what} has dtype {array.dtype}; norms take {', '.join(_DTYPES)}")
    return _DTYPES[name]


def _module(op, x, parameters, row, eps, attributes):
    """The module of one norm over the last len(row) dims of x."""
    element = _element_type(x, "x")
    rows = x.ndim - len(row)
    of_row = "x".join(map(str, row))
    tensor = f"tensor<{'?x' * rows}{of_row}x{element}>"
    arguments = [f"%x: {tensor}"]
    clauses = []
    for name, parameter in parameters:
        type_ = f"tensor<{of_row}x{_element_type(parameter, name)}>"
        arguments.append(f"%{name}: {type_}")
        clauses.append(f"{name}(%{name} : {type_})")
    sizes = "".join(
        f"  %c{i} = arith.constant {i} : index\n  %d{i} = tensor.dim %x, %c{i} : {tensor}\n"
        for i in range(rows)
    )
    extents = ", ".join(f"%d{i}" for i in range(rows))
    dims = list(range(rows, x.ndim))
    return f"""func.func @{op}({", ".join(arguments)}) -> {tensor} {{
{sizes}  %e = tensor.empty({extents}) : {tensor}
  %y = norm.{op} ins(%x : {tensor}) {" ".join(clauses)} outs(%e : {tensor})
      dims = {dims} eps = {eps:.16e} {attributes}
  return %y : {tensor}
}}
"""


def _compiled(op, x, parameters, eps, attributes):
    if x.ndim == 0:
        raise ValueError("x has no dims, so that there is nothing to normalize over")
    row = tuple(parameters[0][1].shape) if parameters else tuple(x.shape[-1:])
    if not row:
        raise ValueError(f"{parameters[0][0]} has no dims")
    for name, parameter in parameters:
        shape = tuple(parameter.shape)
        if tuple(x.shape[-len(row) :]) != row or shape != row:
            raise ValueError(
                f"{name} has shape {shape}, but x has shape {tuple(x.shape)}: "
                "parameters have the shape of the last dims of x"
            )
    eps = float(eps)
    if not (math.isfinite(eps) and eps >= 0):
        raise ValueError(f"eps is {eps}; it must be finite and not negative")
    text = _module(op, x, parameters, row, eps, attributes)
    return _compile(text, op, "cpu", True, "")


def _norm(op, x, weight, bias, eps, out, attributes=""):
    parameters = [(n, p) for n, p in (("scale", weight), ("shift", bias)) if p is not None]
    # What the module is made of, and what is checked before it is made.
    try:
        key = (
            op,
            attributes,
            x.dtype,
            x.ndim,
            x.shape[-1:] if not parameters else x.shape[x.ndim - parameters[0][1].ndim :],
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
                function = _compiled(op, x, parameters, eps, attributes)
                _functions[key] = function
    return function(x, *(p for _, p in parameters), out=out)


def layer_norm(x, weight=None, bias=None, eps=1e-5, *, out=None):
    """(x - mean) / sqrt(variance + eps) * weight + bias, over the last dims.

    x: [..., *row], contiguous; float16, bfloat16, float32 or float64.
    weight, bias: [*row], of any of these dtypes; without both, a row is the last
        dim.
    eps: finite, not negative.
    out: like x, not overlapping it; by default a new array.

    Statistics are two-pass, in float32, or float64 for float64. Compiled once
    per signature (dtypes, rank, row, eps), for any number of rows; threads may
    call it at once. Errors are those of `compile`; arrays that require a
    gradient are refused, since the result would have none.

    >>> norm_mlir.layer_norm(numpy.eye(4, 8, dtype="float32"))
    """
    return _norm("layer_norm", x, weight, bias, eps, out)


def rms_norm(x, weight=None, eps=1e-6, *, out=None):
    """x / sqrt(mean(x * x) + eps) * weight, over the last dims.

    Shapes, dtypes and errors are those of `layer_norm`.
    """
    return _norm("rms_norm", x, weight, None, eps, out)


def l2_norm(x, eps=1e-12, *, out=None):
    """x / max(sqrt(sum(x * x)), eps), over the last dim.

    What torch.nn.functional.normalize(x, dim=-1) computes. Shapes, dtypes and
    errors are those of `layer_norm`.
    """
    return _norm("l2_norm", x, None, None, eps, out, "eps_mode = max")
