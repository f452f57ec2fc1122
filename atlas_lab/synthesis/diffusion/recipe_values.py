"""The values in a recipe's file: each of the kind that its place asks for."""

import dataclasses
from collections.abc import Callable
from typing import Any

from atlas_lab.errors import InputError


def check_values(kind: Any, content: dict[str, Any], place: str) -> None:
    """InputError: a value that the dataclass `kind` cannot take; `place` is where it stands. Names are checked already."""
    for field in dataclasses.fields(kind):
        if field.name in content and field.type in _KINDS:
            wanted, fits = _KINDS[field.type]
            if not fits(content[field.name]):
                raise InputError(f"{place}.{field.name}={content[field.name]!r}: give {wanted}")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_above_zero(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def _list_of(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and bool(value) and all(map(fits, value))


_KINDS: dict[Any, tuple[str, Callable[[object], bool]]] = {
    int: ("a whole number, 1 or more", _is_count),
    float: ("a number above 0", _is_above_zero),
    tuple[int, ...]: ("a list of whole numbers, 1 or more each", _list_of(_is_count)),
    tuple[bool, ...]: ("a list of true and false", _list_of(lambda value: isinstance(value, bool))),
}
