"""The answer of a checker: right, or what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Answer = Callable[..., Any]  # what a student wrote


@dataclass(frozen=True)
class Verdict:
    """True when the exercise is solved; `message` says what is wrong, or what was shown."""

    ok: bool
    message: str

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return f"{'right' if self.ok else 'not yet'}: {self.message}"

    __repr__ = __str__


Checker = Callable[[Answer], Verdict]
