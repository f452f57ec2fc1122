"""The methods by name."""

import importlib
from typing import Any

from atlas_lab.errors import InputError, nearest
from atlas_lab.synthesis.method import Method

METHODS = {"handcrafted": "Handcrafted", "automaton": "Automaton", "diffusion": "Diffusion"}


def method_of(method: "str | Method", settings: dict[str, Any] | None = None) -> Method:
    """A method by its name with these settings, or the one that is given. InputError: an unknown name or setting."""
    if not isinstance(method, str):
        if isinstance(method, type) or not (hasattr(method, "grow") and hasattr(method, "settings")):
            raise InputError(f"method={method!r}: give {', '.join(METHODS)}, or one such as Handcrafted(capsule=True)")
        return method
    if method not in METHODS:
        raise InputError(f"method {method!r}: {nearest(method, METHODS)}give one of {', '.join(METHODS)}")
    kind = getattr(importlib.import_module(f"atlas_lab.synthesis.{method}"), METHODS[method])
    try:
        made: Method = kind(**(settings or {}))
    except TypeError as error:
        raise InputError(f"{method}: {error}; its settings are {', '.join(kind.__dataclass_fields__)}") from None
    return made


def weights_of(method: Method) -> str | None:
    """The SHA-256 of what a trained method has learned: what lies under a model's name may change. None: it learned nothing.

    InputError: its model cannot be opened.
    """
    weights: str | None = getattr(method, "weights", None)
    return weights
