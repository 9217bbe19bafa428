"""How the compiled loops are compiled: at import, cached on disk, without the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., Any])


def kernel(signature: str) -> Callable[[Loop], Loop]:
    """Compile a function for one signature when its module is imported, so that no solve ever waits for it."""

    def compiled(function: Loop) -> Loop:
        return cast("Loop", njit(signature, cache=True, nogil=True, error_model="numpy")(function))

    return compiled
