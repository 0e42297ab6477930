from typing import Any

class CompileError(ValueError):
    """Text does not compile. `diagnostics` has what MLIR said, one string each."""

    diagnostics: list[str]

class Function:
    """A compiled function; see `norm_mlir.compile`."""

    @property
    def name(self) -> str: ...
    def __call__(self, *arguments: Any, out: Any = None, stream: Any = None) -> Any: ...

def opt(text: str, pipeline: str) -> str: ...
def compile(text: str, entry: str, target: str, fuse: bool, options: str) -> Function: ...
