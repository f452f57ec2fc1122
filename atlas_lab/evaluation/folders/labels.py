"""What a user writes for `labels`, read and checked before a file is."""

from collections.abc import Mapping
from typing import Any

from atlas_lab import anatomy
from atlas_lab.errors import InputError, ParameterError, nearest

Labels = str | Mapping[str, int] | Mapping[int, str]


def read_labels(labels: Labels) -> str | dict[str, int]:
    """Name → id out of `{"liver": 1}`, `{1: "liver"}` or `"1=liver,2=spleen"`; a release or label set stays its name.

    ParameterError: another text, a name or an id twice, an id outside 1..255, no label at all.
    """
    if isinstance(labels, str):
        if labels in anatomy.RELEASES or labels in anatomy.LABEL_SETS:
            return labels
        pairs = [_pair(part.strip(), labels) for part in labels.split(",")]
    else:
        pairs = [_turned(key, value) for key, value in labels.items()]
    if not pairs:
        raise ParameterError("labels: names no label; write which is which: labels={'liver': 1}")
    found: dict[str, int] = {}
    for name, id in pairs:
        if name in found:
            raise ParameterError(f"labels: {name!r} is the name of {found[name]} and of {id}; give each id a name of its own")
        found[name] = id
    try:
        return anatomy.class_map(found)
    except InputError as error:
        raise ParameterError(f"labels: {error}") from None


def _turned(key: Any, value: Any) -> tuple[str, int]:
    return (value, key) if isinstance(value, str) else (str(key), value)


def _pair(part: str, whole: str) -> tuple[str, int]:
    first, _, second = (piece.strip() for piece in part.partition("="))
    id, name = (first, second) if first.isdecimal() else (second, first)
    if id.isdecimal() and name:
        return name, int(id)
    known = (*anatomy.RELEASES, *anatomy.LABEL_SETS)
    raise ParameterError(
        f"labels: {nearest(whole, known)}{part!r} is not ID=NAME, such as 1=liver,2=spleen, nor a release "
        f"({', '.join(anatomy.RELEASES)}) or label set ({', '.join(anatomy.LABEL_SETS)})"
    )
