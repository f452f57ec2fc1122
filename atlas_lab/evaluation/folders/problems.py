"""Which cases belong together, and what went wrong: nothing that is missing is passed over."""

from collections.abc import Iterable, Iterator

import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.folders.naming import Names
from atlas_lab.evaluation.folders.opening import Held
from atlas_lab.evaluation.folders.pair import Pair, Scored
from atlas_lab.evaluation.folders.sources import Side
from atlas_lab.scale import CaseResults

COLUMNS = ("id", "structure", "problem", "reason", "consequence")
WORST, OUT = "scored as if nothing was predicted", "left out"

Row = tuple[str, str, str, str, str]


def match(predictions: Side, truth: Side) -> list[Pair]:
    """A pair for each case of the truth. InputError: no prediction has the id of a case."""
    if not truth.sources.keys() & predictions.sources.keys():
        raise InputError(
            f"no id is in both folders: predictions have {_some(predictions)}, the truth has {_some(truth)}; name the files alike"
        )
    return [Pair(id, source, predictions.sources.get(id)) for id, source in truth.sources.items()]


def check_named(found: CaseResults, names: Names) -> None:
    """InputError: of the files of one side none holds an id that has a name; it says which ids there are."""
    for what in ("truth", "prediction"):
        files = [ids for ids in (_held(scored, what) for scored in found.values.values()) if ids is not None]
        nameless = {id for ids in files for id in ids.nameless}
        if nameless and not any(ids.named for ids in files):
            named = {id for _, ids in names.ids or () for id in ids}
            raise InputError(
                f"{what}: no file holds an id that {names.where} names ({_listed(named)}), they hold {_ids(nameless)}; "
                "name what they hold, such as labels={'liver': 1} (--labels 1=liver)"
            )


def problems_of(
    pairs: list[Pair], found: CaseResults, predictions: Side, truth: Side, table: pd.DataFrame, names: Names
) -> pd.DataFrame:
    """A row a problem: the case, the structure (empty: all of it), what is wrong, why, and what was done."""
    rows = [*_of_cases(pairs, found, names), *_of_folders(predictions, truth), *_of_structures(found, table)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_cases(pairs: list[Pair], found: CaseResults, names: Names) -> Iterator[Row]:
    for pair in pairs:
        if pair.id in found.errors:
            yield pair.id, "", "cannot be scored", found.errors[pair.id], OUT
            continue
        scored: Scored = found.values[pair.id]
        if scored.table is None:
            yield pair.id, "", "nothing to score", "the truth has none of the structures", OUT
        else:
            if pair.prediction is None:
                yield pair.id, "", "no prediction", "there is no file for this case", WORST
            for name, reason in scored.unread_prediction.items():
                yield pair.id, name, "prediction cannot be used", reason, WORST
        for name, reason in scored.unread_truth.items():
            yield pair.id, name, "truth cannot be read", reason, OUT
        for what in ("prediction", "truth"):
            ids = _held(scored, what)
            if ids is not None and ids.nameless:
                reason = f"holds {_ids(ids.nameless)} that {names.where} does not name"
                yield pair.id, "", f"{what}: ids without a name", reason, "these voxels are background"


def _of_folders(predictions: Side, truth: Side) -> Iterator[Row]:
    for id in predictions.sources:
        if id not in truth.sources:
            yield id, "", "no truth", "there is no truth for this case", OUT
    for side, what in ((predictions, "predictions"), (truth, "truth")):
        for id, reason in side.problems.items():
            yield id, "", f"{what}: not a case", reason, OUT
        for (id, name), reason in side.doubles.items():
            yield id, name, f"{what}: two files of one name", reason, "the .nii.gz is scored"


def _of_structures(found: CaseResults, table: pd.DataFrame) -> Iterator[Row]:
    """Structures of the truth that no prediction says anything of: a model that was never meant to, or another name."""
    read = [id for id, scored in found.values.items() if scored.predicted]
    rows = table[table.index.get_level_values("id").isin(read) & ~table["flag"].isin(["absent", "not annotated"])]
    for name, flags in rows["flag"].groupby(level="structure", sort=False):
        if flags.str.endswith("not predicted").all():
            reason = "no prediction has a mask of this name; choose others with structures= if it was not asked for"
            yield "", str(name), "never predicted", reason, WORST


def _held(scored: Scored, what: str) -> Held | None:
    return scored.held_truth if what == "truth" else scored.held_prediction


def _ids(ids: Iterable[int]) -> str:
    ids = sorted(ids)
    return f"{'id' if len(ids) == 1 else 'ids'} {_listed(ids)}"


def _listed(ids: Iterable[int]) -> str:
    ids = sorted(ids)
    return ", ".join(map(str, ids[:8])) + (", …" if len(ids) > 8 else "")


def _some(side: Side) -> str:
    ids = list(side.sources)
    return f"{', '.join(ids[:3])}{', …' if len(ids) > 3 else ''} ({len(ids)})"
