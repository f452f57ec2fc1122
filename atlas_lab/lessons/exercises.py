"""Exercise checkers: each tries the student's answer on cases it can explain, and says what is wrong with it."""

from typing import Any

from atlas_lab.errors import InputError, nearest
from atlas_lab.lessons.checkers import CHECKERS
from atlas_lab.lessons.verdict import Answer, Checker, Verdict


def check(name: str, answer: Answer) -> Verdict:
    """Try the answer to the exercise `name` and print the verdict. InputError: there is no such exercise."""
    if name not in CHECKERS:
        raise InputError(f"unknown exercise {name!r}: {nearest(name, CHECKERS)}known are {', '.join(CHECKERS)}")
    verdict = _try(CHECKERS[name], answer)
    print(verdict)  # noqa: T201 - the verdict is for the student, in the cell's output
    return verdict


def unsolved(answer: Answer, *trial: Any) -> bool:
    """Whether an exercise's function still returns `...`, called with the arguments `trial`."""
    try:
        return answer(*trial) is ...
    except Exception:  # an attempt that fails is an attempt
        return False


def _try(checker: Checker, answer: Answer) -> Verdict:
    if not callable(answer):
        return Verdict(False, f"the answer is a function, not {type(answer).__name__}")
    try:
        return checker(answer)
    except Exception as error:  # whatever the student's code raises is the student's to see
        return Verdict(False, f"your function raised {type(error).__name__}: {error}")
