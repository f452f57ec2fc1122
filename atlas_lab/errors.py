"""The one exception a user can cause."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """What a user gave is wrong: a file, a parameter, a name.

    The message is one line that names the thing, says what is wrong with it and what to do. The command line prints
    it without a traceback; any other exception is a bug of ours.
    """


class ParameterError(InputError):
    """A parameter or option is unknown, missing or of the wrong type, found before anything starts.

    The command line exits with status 2 instead of 1.
    """


class MissingExtra(InputError, ImportError):
    """An optional package is needed; the message names the extra that brings it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional package: pip install 'atlas-lab[{extra}]'")


def nearest(name: str, known: Iterable[str]) -> str:
    """`"did you mean 'source'? "` when a known name is close to `name`, else an empty string."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}? " if close else ""
