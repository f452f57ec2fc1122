"""Which cases belong together, and what went wrong: nothing that is missing is passed over."""

from collections.abc import Iterator

import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.folders.pair import Pair
from atlas_lab.evaluation.folders.sources import Side
from atlas_lab.scale import CaseResults

COLUMNS = ("id", "structure", "problem", "reason", "consequence")
WORST, OUT = "scored as if nothing was predicted", "left out"


def match(predictions: Side, truth: Side) -> list[Pair]:
    """A pair for each case of the truth. InputError: no prediction has the id of a case."""
    if not truth.sources.keys() & predictions.sources.keys():
        raise InputError(
            f"no id is in both folders: predictions have {_some(predictions)}, the truth has {_some(truth)}; name the files alike"
        )
    return [Pair(id, source, predictions.sources.get(id)) for id, source in truth.sources.items()]


def problems_of(pairs: list[Pair], found: CaseResults, predictions: Side, truth: Side, table: pd.DataFrame) -> pd.DataFrame:
    """A row a problem: the case, the structure (empty: all of it), what is wrong, why, and what was done."""
    rows = [*_of_cases(pairs, found), *_of_folders(predictions, truth), *_of_structures(found, table)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_cases(pairs: list[Pair], found: CaseResults) -> Iterator[tuple[str, str, str, str, str]]:
    for pair in pairs:
        if pair.id in found.errors:
            yield pair.id, "", "cannot be scored", found.errors[pair.id], OUT
            continue
        if pair.prediction is None:
            yield pair.id, "", "no prediction", "there is no file for this case", WORST
        scored = found.values[pair.id]
        for name, reason in scored.unread_prediction.items():
            yield pair.id, name, "prediction cannot be used", reason, WORST
        for name, reason in scored.unread_truth.items():
            yield pair.id, name, "truth cannot be read", reason, OUT
        if scored.table is None:
            yield pair.id, "", "nothing to score", "the truth has none of the structures", OUT


def _of_folders(predictions: Side, truth: Side) -> Iterator[tuple[str, str, str, str, str]]:
    for id in predictions.sources:
        if id not in truth.sources:
            yield id, "", "no truth", "there is no truth for this case", OUT
    for side, what in ((predictions, "predictions"), (truth, "truth")):
        for id, reason in side.problems.items():
            yield id, "", f"{what}: not a case", reason, OUT


def _of_structures(found: CaseResults, table: pd.DataFrame) -> Iterator[tuple[str, str, str, str, str]]:
    """Structures of the truth that no prediction says anything of: a model that was never meant to, or another name."""
    read = [id for id, scored in found.values.items() if scored.predicted]
    rows = table[table.index.get_level_values("id").isin(read) & ~table["flag"].isin(["absent", "not annotated"])]
    for name, flags in rows["flag"].groupby(level="structure", sort=False):
        if (flags == "not predicted").all():
            reason = "no prediction has a mask of this name; choose others with structures= if it was not asked for"
            yield "", str(name), "never predicted", reason, WORST


def _some(side: Side) -> str:
    ids = list(side.sources)
    return f"{', '.join(ids[:3])}{', …' if len(ids) > 3 else ''} ({len(ids)})"
