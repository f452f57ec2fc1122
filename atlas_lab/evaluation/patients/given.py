"""A table of patients, checked at the door: one row a patient, whether there is a tumour, and the model's score."""

from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

from atlas_lab.errors import InputError, nearest
from atlas_lab.evaluation.statistics.given import check_numbers

_TUNING = ("validation", "val", "tune")
_NAMED = 5


def check_patients(patients: Any, score: str) -> pd.DataFrame:
    """The table as it is. InputError: no table, an id twice, no column `tumour` (bool) or `score`, NaN."""
    if not isinstance(patients, pd.DataFrame):
        raise InputError(f"patients: give a DataFrame with one row a patient, not {type(patients).__name__}")
    for column in ("tumour", score):
        if column not in patients:
            close = nearest(column, map(str, patients.columns)) or f"there are {', '.join(map(str, patients.columns))}"
            raise InputError(f"patients: there is no column {column!r}: {close.rstrip()}")
    if patients["tumour"].dtype != bool:
        raise InputError(f"patients: column 'tumour' must be True or False, not {patients['tumour'].dtype}")
    twice = patients.index[patients.index.duplicated()]
    if len(twice):
        raise InputError(f"patients: {named(twice)} more than once; give one row a patient, the index being the id")
    check_numbers(patients[score], f"patients: column {score!r}")
    return patients


def count_classes(patients: pd.DataFrame) -> tuple[int, int]:
    """How many patients have a tumour and how many have none. InputError: one class only."""
    tumours = int(patients["tumour"].sum())
    if tumours in (0, len(patients)):
        raise InputError(f"patients: {tumours} of {len(patients)} have a tumour; patients with and without are needed")
    return tumours, len(patients) - tumours


def localised(patients: pd.DataFrame, score: str) -> pd.Series | None:
    """The column `localised_<score>` where there is one: the score of what hit the lesion, never above the score itself.

    InputError: NaN, above the score, other than the score where there is no tumour.
    """
    column = f"localised_{score}"
    if column not in patients:
        return None
    check_numbers(patients[column], f"patients: column {column!r}")
    above = patients.index[patients[column] > patients[score]]
    if len(above):
        raise InputError(f"patients: {column!r} is above {score!r} for {named(above)}; what hit the lesion cannot score more")
    other = patients.index[~patients["tumour"] & (patients[column] != patients[score])]
    if len(other):
        raise InputError(f"patients: {column!r} must equal {score!r} without a tumour; it does not for {named(other)}")
    return patients[column]


def check_split(patients: pd.DataFrame, declared: str | None) -> None:
    """InputError: the table is of a test set or another split, or nothing says that it is for validation.

    Says so: the column `split`, `attrs["split"]`, or what the caller declares; all that speak must agree.
    """
    said = {str(split) for split in patients["split"]} if "split" in patients else set()
    said |= {str(split) for split in (patients.attrs.get("split"), declared) if split is not None}
    if not said:
        raise InputError("which split are these patients? declare it: split='validation', a column 'split', or attrs['split']")
    if wrong := sorted(split for split in said if split.lower() not in _TUNING):
        raise InputError(f"a threshold is chosen on validation patients, not on {', '.join(wrong)}; the test set only judges it")


def named(ids: Iterable[Hashable]) -> str:
    """The first few ids, and how many more."""
    names = [str(id) for id in ids]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
