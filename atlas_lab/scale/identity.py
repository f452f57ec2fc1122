"""Whether two functions are the same: their code, and what it reaches."""

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # another one in each process


def identity(function: Callable[..., Any], seen: frozenset[str] = frozenset()) -> str:
    """A text that changes when the function's code, defaults, bound arguments, closed-over values or globals do.

    Functions of the same module that it calls are followed, those of other modules go by their names.
    """
    if isinstance(function, functools.partial):
        return f"{identity(function.func, seen)}{_plain(function.args)}{_plain(sorted(function.keywords.items()))}"
    name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(function))}"
    if not inspect.isfunction(function) or name in seen:
        return _plain(name)
    try:
        source = inspect.getsource(function)
    except OSError:
        source = function.__code__.co_code.hex() + _plain(function.__code__.co_consts)
    reached = inspect.getclosurevars(function)
    parts = [name, source, _plain(function.__defaults__), _plain(function.__kwdefaults__)]
    for key, value in sorted({**reached.globals, **reached.nonlocals}.items()):
        followed = inspect.isfunction(value) and value.__module__ == function.__module__
        parts.append(f"{key}={identity(value, seen | {name}) if followed else _plain(value)}")
    return "\0".join(parts)


def _plain(value: Any) -> str:
    return _ADDRESS.sub("", repr(value))
