from typing import Any, Literal, Protocol, TypeVar, Union

from ._norm import CompileError as CompileError
from ._norm import Function as Function

class DLPackArray(Protocol):
    """NumPy's, PyTorch's, JAX's and other arrays in memory."""

    def __dlpack__(self, *, stream: Any = None) -> Any: ...
    def __dlpack_device__(self) -> tuple[int, int]: ...

_Array = TypeVar("_Array", bound=DLPackArray)

def opt(text: str, pipeline: str) -> str: ...
def compile(
    text: str,
    entry: str = "",
    target: Literal["cpu", "cuda"] = "cpu",
    *,
    fuse: bool = True,
    options: str = "",
) -> Function: ...
def layer_norm(
    x: _Array,
    weight: Union[DLPackArray, None] = None,
    bias: Union[DLPackArray, None] = None,
    eps: float = 1e-5,
    *,
    out: Union[_Array, None] = None,
    stream: Any = None,
) -> _Array: ...
def rms_norm(
    x: _Array,
    weight: Union[DLPackArray, None] = None,
    eps: float = 1e-6,
    *,
    out: Union[_Array, None] = None,
    stream: Any = None,
) -> _Array: ...
def l2_norm(
    x: _Array,
    eps: float = 1e-12,
    *,
    out: Union[_Array, None] = None,
    stream: Any = None,
) -> _Array: ...
def group_norm(
    x: _Array,
    num_groups: int,
    weight: Union[DLPackArray, None] = None,
    bias: Union[DLPackArray, None] = None,
    eps: float = 1e-5,
    *,
    out: Union[_Array, None] = None,
    stream: Any = None,
) -> _Array: ...
