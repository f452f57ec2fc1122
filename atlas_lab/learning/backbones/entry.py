"""One line of the registry: how a backbone is made, in which sizes, and where it comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from atlas_lab.learning.backbones.base import Backbone


@dataclass(frozen=True)
class Entry:
    """`make(classes, channels, **sizes[size])` is the network; `licence` is that of the code that it is made with."""

    make: Callable[..., Backbone]
    sizes: dict[str, dict[str, Any]]
    paper: str
    year: int
    licence: str
    note: str = ""
