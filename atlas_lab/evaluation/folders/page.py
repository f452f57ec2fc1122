"""The page of an evaluation: its parts, in the order in which a reader asks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.evaluation.folders.problems import WORST
from atlas_lab.evaluation.folders.result import Evaluation
from atlas_lab.evaluation.folders.worst import Worst, worst_cases
from atlas_lab.evaluation.lesions import Detections
from atlas_lab.evaluation.scoring.measured import COUNTED
from atlas_lab.evaluation.statistics.intervals import Interval
from atlas_lab.figures.charts import distribution_chart, sensitivity_chart
from atlas_lab.figures.names import display
from atlas_lab.reports.evaluation import Card, EvaluationReport, Lesions, evaluation_page

_CHARTS = {"dsc": "DSC", "nsd": "NSD", "hd95": "HD95 in mm", "assd": "ASSD in mm"}
_SUMMARY = ["n", "missed", "left_out", "dsc", "nsd", "hd95_median", "assd", "precision", "recall"]
_SCORES = ["flag", "dsc", "nsd", "hd95", "assd", "volume_ml", "truth_volume_ml"]
_COLOURS = "Green is right, orange missed, blue extra; each plane is the one with most errors."
_NO_CT = " There is no CT beside the truth, so the background is empty."
_MOST_ROWS = 2000  # on the page; scores.csv has all of them
_WORDS = {
    "surface": "Surface", "direction": "HD and HD95 of the two directions", "percentile": "Percentile", "assd": "ASSD",
    "nsd": "NSD", "resample": "Predictions resampled", "labels": "Names from", "empty": "Empty masks", "atlas_lab": "atlas_lab",
}  # fmt: skip


def page_of(evaluation: Evaluation, worst: int, files: Sequence[str]) -> str:
    """The HTML of report.html, with links to `files` beside it."""
    table, attrs = evaluation.table, evaluation.table.attrs
    summary = evaluation.summary
    report = EvaluationReport(
        title=f"Evaluation of {Path(attrs['predictions']).name}",
        facts=_facts(evaluation),
        conventions={words: _said(attrs[key]) for key, words in _WORDS.items()},
        warnings=list(_warnings(evaluation)),
        summary=_columns(summary, _SUMMARY),
        charts=_charts(table),
        by_site=_columns(evaluation.by_site, _SUMMARY),
        lesions=[_lesions(name, found) for name, found in evaluation.detections.items()],
        worst_note=_COLOURS + ("" if any(pair.truth.has_ct for pair in evaluation.pairs) else _NO_CT),
        worst=map(_worst_card, worst_cases(evaluation, worst)),
        left_out=_left_out(evaluation),
        problems=evaluation.problems,
        scores=_columns(table, _SCORES) if len(table) <= _MOST_ROWS else table.iloc[:0],
        files=files,
        files_note="" if "scores.parquet" in files else "no scores.parquet: pyarrow is not installed",
        names={str(name): display(str(name)) for name in summary.index},
    )
    return evaluation_page(report)


def _facts(evaluation: Evaluation) -> dict[str, str]:
    attrs = evaluation.table.attrs
    tolerance = attrs["tolerance_mm"]
    return {
        "Cases": str(evaluation.n_cases),
        "Structures": str(len(evaluation.summary)),
        "Problems": str(len(evaluation.problems)),
        "NSD tolerance": "none given, so no NSD" if tolerance is None else f"{_said(tolerance)} mm",
        "Predictions": attrs["predictions"],
        "Truth": attrs["truth"],
    }


def _warnings(evaluation: Evaluation) -> Iterator[str]:
    problems = evaluation.problems
    for consequence, words in ((WORST, "scored as if nothing had been predicted (DSC 0)"), ("left out", "left out")):
        of_cases = problems[(problems["consequence"] == consequence) & (problems["structure"] == "") & (problems["id"] != "")]
        if len(of_cases):
            what = ", ".join(f"{name}: {n}" for name, n in of_cases["problem"].value_counts().items())
            yield f"{of_cases['id'].nunique()} cases are {words} ({what}); see Problems"
    if not evaluation.summary["n"].any():
        yield "No structure is whole in any truth, so there are no means; see Left out"
    if len(never := problems[problems["problem"] == "never predicted"]):
        yield f"No prediction has {', '.join(map(display, never['structure']))}: they count as DSC 0"


def _charts(table: pd.DataFrame) -> Iterator[Card]:
    counted = table[table["flag"].isin(COUNTED)].reset_index()
    for column, label in _CHARTS.items():
        if column in counted and np.isfinite(counted[column]).any():
            values = counted[["structure", column]].rename(columns={column: "value"})
            yield Card(distribution_chart(values, label), "", f"{label} of each case, by structure; the means are in the summary")


def _lesions(name: str, found: Detections) -> Lesions:
    by_size = found.sensitivity_by_size()
    every: Any = by_size.loc["all"]
    value, low, high = (float(every[key]) for key in ("sensitivity", "low", "high"))
    size = Interval(value, low, high, 0.95, int(every["n"]))
    missing = sum(case.missing for case in found.cases.values())
    facts = {
        "Cases": f"{len(found.cases)}" + (f" ({missing} without a prediction)" if missing else ""),
        "Lesions": str(size.n),
        "Sensitivity": repr(size) if size.n else "there is no lesion",
        "False positives per case": f"{found.false_positives_per_case():.2f}",
        "A lesion is found": "when any voxel of it is predicted" if found.matched_by == "any" else found.matched_by,
        "Intervals": "95 %, Wilson; they take lesions as independent",
    }
    charts = [Card(sensitivity_chart(by_size), "", f"sensitivity for {display(name)} by radius")] if size.n else []
    return Lesions(display(name), facts, by_size, charts)


def _worst_card(one: Worst) -> Card:
    row = one.row
    distance = "" if not np.isfinite(row["hd95"]) else f", HD95 {row['hd95']:.1f} mm"
    volumes = f"{row['volume_ml']:.1f} mL predicted, {row['truth_volume_ml']:.1f} mL true"
    caption = f"{one.id}, {display(one.structure)}: DSC {row['dsc']:.3f}{distance}; {volumes}"
    return Card(one.picture, caption, f"Errors in three planes: {caption}")


def _left_out(evaluation: Evaluation) -> pd.DataFrame:
    """A row a structure: how many rows of each flag the means do not hold."""
    left = evaluation.table[~evaluation.table["flag"].isin(COUNTED)]
    counts = left.groupby(level="structure", sort=False)["flag"].value_counts().unstack(fill_value=0)
    return counts.astype(int).loc[[name for name in evaluation.summary.index if name in counts.index]]


def _columns(frame: pd.DataFrame, wanted: Sequence[str]) -> pd.DataFrame:
    return frame[[name for name in wanted if name in frame]]


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {mm:g}" for name, mm in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ") if value != "" else "–"
