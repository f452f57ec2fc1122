"""`${step.artefact}`: a parameter whose value another step leaves behind."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from atlas_lab.errors import ParameterError

_WHOLE = re.compile(r"\$\{\s*([^.{}\s]+)\.([^{}\s]+)\s*\}")


@dataclass(frozen=True)
class Reference:
    """The artefact of a step: a file, or a folder of files, in that step's run folder."""

    step: str
    artefact: str

    def __str__(self) -> str:
        return f"${{{self.step}.{self.artefact}}}"


def parsed(value: Any, where: str) -> Any:
    """`value` with each `${step.artefact}` in it as a `Reference`, in lists too.

    ParameterError names `where`: a reference that is only a part of a text, or is not written like that.
    """
    if isinstance(value, list):
        return [parsed(item, where) for item in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    whole = _WHOLE.fullmatch(value.strip())
    if whole is None:
        raise ParameterError(f"{where}: write {value!r} as ${{step.artefact}} with nothing around it")
    return Reference(whole[1], whole[2])


def references_in(value: Any) -> Iterator[Reference]:
    """Every reference in a parsed value."""
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from references_in(item)


def replaced(value: Any, replace: Callable[[Reference], Any]) -> Any:
    """A parsed value with `replace(reference)` in place of each reference."""
    if isinstance(value, Reference):
        return replace(value)
    if isinstance(value, list):
        return [replaced(item, replace) for item in value]
    return value
