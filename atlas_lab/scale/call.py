"""One function on one case: its value, or in one line why there is none."""

import zlib
from collections.abc import Callable
from typing import Any, Protocol

from atlas_lab.errors import InputError


class HasId(Protocol):
    """What can be mapped over: a Case, or anything with an id that can name a file."""

    @property
    def id(self) -> str: ...


Computed = tuple[str, Any, str | None]  # id, value, error


def call(function: Callable[..., Any], case: HasId, seed: int | None) -> Computed:
    """`function(case)`, with a generator of the case's own when there is a seed; an error is an answer too."""
    id = case.id
    try:
        if seed is None:
            return id, function(case), None
        import numpy as np

        return id, function(case, np.random.default_rng([seed, zlib.crc32(id.encode())])), None
    except InputError as error:
        return id, None, " ".join(str(error).split())
    except Exception as error:  # one case must not take the others with it
        return id, None, one_line(error)


def one_line(error: Exception) -> str:
    """An error's type and message on one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")
