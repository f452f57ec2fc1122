"""The types a notebook parameter may have, and turning what a person or a YAML file gave into them."""

import ast
import math
import re
from collections.abc import Callable
from typing import Any, Protocol

_WHOLE = re.compile(r"[+-]?[0-9]+")
_TRUE, _FALSE, _NONE = {"true", "yes"}, {"false", "no"}, {"none", "null"}
SUPPORTED = "str, int, float, bool, list[…] or tuple[…] of these, and any of them `| None`"


class Converter(Protocol):
    """A type: turns a value or its command-line text into the typed value; ValueError says what it is not."""

    def __call__(self, value: Any) -> Any: ...


def converter(annotation: str) -> Converter:
    """The converter for a type written as Python, such as `int`, `tuple[int, int, int]` or `str | None`.

    ValueError: the type is not one of those supported.
    """
    return _converter(ast.parse(annotation, mode="eval").body)


def _converter(node: ast.expr) -> Converter:
    match node:
        case ast.BinOp(left=some, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _optional(_converter(some))
        case ast.Subscript(value=ast.Name(id="Optional"), slice=some):
            return _optional(_converter(some))
        case ast.Subscript(value=ast.Name(id="list"), slice=element):
            return _sequence(list, _scalar(element))
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=[element, ast.Constant(value=end)])) if end is ...:
            return _sequence(tuple, _scalar(element))
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=elements)):
            return _fixed([_scalar(element) for element in elements])
        case ast.Subscript(value=ast.Name(id="tuple"), slice=element):
            return _fixed([_scalar(element)])
    return _scalar(node)


def _scalar(node: ast.expr) -> Converter:
    if isinstance(node, ast.Name) and node.id in _SCALARS:
        return _SCALARS[node.id]
    raise ValueError(f"type {ast.unparse(node)} is not supported; use {SUPPORTED}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text (in YAML, put it in quotes)")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError(f"{value!r} is not valid Unicode text")  # bytes of another encoding, which no notebook can hold
    return value


def _whole_number(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise ValueError(f"{value!r} is not a whole number")


def _number(value: Any) -> float:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{value!r} is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not a finite number")
    return number


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"{value!r} is not true or false")


_SCALARS: dict[str, Converter] = {"str": _text, "int": _whole_number, "float": _number, "bool": _truth}


def _optional(some: Converter) -> Converter:
    def convert(value: Any) -> Any:
        if value is None or (isinstance(value, str) and value.strip().lower() in _NONE):
            return None
        return some(value)

    return convert


def _sequence(kind: Callable[[list[Any]], Any], element: Converter) -> Converter:
    return lambda value: kind([element(item) for item in _items(value)])


def _fixed(elements: list[Converter]) -> Converter:
    def convert(value: Any) -> tuple[Any, ...]:
        items = _items(value)
        if len(items) != len(elements):
            raise ValueError(f"{value!r} has {len(items)} values instead of {len(elements)}")
        return tuple(element(item) for element, item in zip(elements, items, strict=True))

    return convert


def _items(value: Any) -> list[Any]:
    """The elements of a list, of `1,2,3`, or of `[1, 2, 3]` as text."""
    if isinstance(value, list | tuple):
        return list(value)
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a list")
    text = value.strip()
    if (text[:1], text[-1:]) in {("[", "]"), ("(", ")")}:
        try:
            return list(ast.literal_eval(f"[{text[1:-1]}]"))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            text = text[1:-1]  # names without quotes, as in [liver, pancreas]
    return [item.strip() for item in text.split(",")] if text.strip() else []
