"""`compare`: by how much two models differ on the same cases, and whether that is more than chance."""

import os
from collections.abc import Mapping
from typing import Any

import pandas as pd

from atlas_lab.errors import InputError, nearest
from atlas_lab.evaluation.comparing.comparison import Comparison
from atlas_lab.evaluation.comparing.rows import adjusted, row_of
from atlas_lab.evaluation.folders import Evaluation, evaluate
from atlas_lab.evaluation.folders.sources import Folder
from atlas_lab.evaluation.scoring.measured import COUNTED, CUT
from atlas_lab.evaluation.scoring.summary import METRICS
from atlas_lab.evaluation.statistics.given import check_share

Scores = pd.DataFrame | Evaluation

# which choices a metric depends on
_CHOICES = {
    "nsd": ("surface", "nsd", "tolerance_mm"),
    "hd": ("surface", "direction"),
    "hd95": ("surface", "direction", "percentile"),
    "assd": ("surface", "assd"),
}


def compare(
    a: Scores | Folder,
    b: Scores | Folder,
    truth: Folder | None = None,
    *,
    metric: str = "dsc",
    names: tuple[str, str] = ("a", "b"),
    margin: float | None = None,
    cut: bool = False,
    confidence: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
    **scoring: Any,
) -> Comparison:
    """Compare two models on the cases that both were scored on; a case is a patient.

    `a` and `b` are tables indexed by (id, structure), as `evaluate(…)`, `read_scores` or several of `score` below each
    other, or, with `truth`, two folders of predictions, scored by `evaluate` with the options `scoring`. Only cases
    whose truth has the whole structure count, those that a model missed included (with `cut` also those that the field of
    view cuts). `margin` declares the difference that
    does not matter, in the unit of the metric: two one-sided tests then say whether the models are equivalent.

    Intervals are bootstraps of patients, p-values Wilcoxon's and of a permutation test, adjusted by Holm over the
    structures. InputError: tables made by different conventions that the metric depends on (they are named), no shared case,
    an id and structure twice, a metric that a table lacks, folders without a truth, tables with one.
    """
    check_share(confidence, "confidence")
    if metric not in METRICS:
        raise InputError(f"metric={metric!r}: {nearest(metric, METRICS)}choose one of {', '.join(METRICS)}")
    tables = [_scores(given, truth, name, scoring) for given, name in zip((a, b), names, strict=True)]
    for table, name in zip(tables, names, strict=True):
        _check(table, metric, name)
    _check_conventions(tables[0].attrs, tables[1].attrs, metric)
    ids = [set(table.index.get_level_values("id")) for table in tables]
    shared = tables[0].index.intersection(tables[1].index, sort=False)
    if shared.empty:
        raise InputError(f"no case and structure is in both tables: {_some(tables[0])} and {_some(tables[1])}")
    both = pd.DataFrame({side: table.loc[shared, metric] for side, table in zip("ab", tables, strict=True)})
    flags = pd.DataFrame({side: table.loc[shared, "flag"] for side, table in zip("ab", tables, strict=True)})
    counted = flags.isin([*COUNTED, *CUT] if cut else COUNTED).all(axis=1)
    rows = {
        str(name): row_of(part, flags.loc[part.index], counted[part.index], metric, margin, confidence, n_resamples, seed)
        for name, part in both.groupby(level="structure", sort=False)
    }
    found = adjusted(pd.DataFrame.from_dict(rows, orient="index").rename_axis("structure"))
    only = [tuple(sorted(map(str, mine - other))) for mine, other in (ids, ids[::-1])]
    return Comparison(found, both[counted], metric, names, only[0], only[1], confidence, margin)


def _scores(given: Any, truth: Folder | None, name: str, scoring: Mapping[str, Any]) -> pd.DataFrame:
    given = given.table if isinstance(given, Evaluation) else given
    if isinstance(given, pd.DataFrame):
        if truth is not None or scoring:
            raise InputError(f"{name}: is a table of scores already; leave truth and the options of scoring out")
        return given
    if not isinstance(given, str | os.PathLike) and not hasattr(given, "ids"):
        raise InputError(f"{name}: give a table of scores or a folder of predictions, not {type(given).__name__}")
    if truth is None:
        raise InputError(f"{name}: is a folder of predictions; say what is right with truth=, or give read_scores(…)")
    return evaluate(given, truth, **scoring).table


def _check(table: pd.DataFrame, metric: str, name: str) -> None:
    if list(table.index.names) != ["id", "structure"]:
        raise InputError(f"{name}: its index is {list(table.index.names)}, it must be ['id', 'structure']")
    for column in (metric, "flag"):
        if column not in table:
            advice = "; score with tolerance_mm=" if column == "nsd" else ""
            raise InputError(f"{name}: has no column {column!r}{advice}")
    if table.index.has_duplicates:
        raise InputError(
            f"{name}: has {table.index[table.index.duplicated()][0]} more than once; give one row a case and structure"
        )


def _check_conventions(a: Mapping[Any, Any], b: Mapping[Any, Any], metric: str) -> None:
    for key in _CHOICES.get(metric, ()):
        if key in a and key in b and a[key] != b[key]:
            raise InputError(f"the tables differ in {key}: {a[key]} and {b[key]}; score both by one convention")


def _some(table: pd.DataFrame) -> str:
    pairs = [f"{id} {structure}" for id, structure in table.index[:2]]
    return f"{', '.join(pairs)}{', …' if len(table) > 2 else ''} ({len(table)} rows)"
