"""The page of an evaluation: its parts, in the order in which a reader asks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atlas_lab.evaluation.folders.page_tables import by_site_table, left_out_table, scores_table, summary_table
from atlas_lab.evaluation.folders.problems import WORST
from atlas_lab.evaluation.folders.result import Evaluation
from atlas_lab.evaluation.folders.worst import Worst, worst_cases
from atlas_lab.evaluation.lesions import Detections
from atlas_lab.evaluation.scoring.measured import CUT
from atlas_lab.evaluation.statistics.intervals import Interval
from atlas_lab.figures.charts import distribution_chart, sensitivity_chart
from atlas_lab.figures.names import display
from atlas_lab.reports.evaluation import Card, EvaluationReport, Lesions, evaluation_page

_CHARTS = {"dsc": "DSC", "nsd": "NSD", "hd95": "HD95 in mm", "assd": "ASSD in mm"}
_COLOURS = "Green is right, orange missed, blue extra; each plane is the one with most errors."
_NO_CT = " There is no CT beside the truth, so the background is grey."
_WORDS = {
    "surface": "Surface", "direction": "HD and HD95 of the two directions", "percentile": "Percentile", "assd": "ASSD",
    "nsd": "NSD", "resample": "Predictions resampled", "cut": "Cut structures averaged",
    "labels": "Names from", "empty": "Empty masks", "atlas_lab": "atlas_lab",
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
        summary=summary_table(evaluation),
        charts=_charts(evaluation),
        by_site=by_site_table(evaluation),
        lesions=[_lesions(name, found) for name, found in evaluation.detections.items()],
        worst_note=_worst_note(evaluation),
        worst=map(_worst_card, worst_cases(evaluation, worst)),
        left_out=left_out_table(evaluation),
        problems=evaluation.problems,
        scores=scores_table(table),
        files=files,
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
            n = of_cases["id"].nunique()
            yield f"{n} {'case is' if n == 1 else 'cases are'} {words} ({what}); see Problems"
    if not evaluation.summary["n"].any():
        cut = "; cut=True (--cut) averages those that the scan cuts" if evaluation.table["flag"].isin(CUT).any() else ""
        yield f"No structure is whole in any truth, so there are no means; see Left out{cut}"
    if len(never := problems[problems["problem"] == "never predicted"]):
        counts = "it counts" if len(never) == 1 else "they count"
        yield f"No prediction has {', '.join(map(display, never['structure']))}: {counts} as DSC 0"


def _charts(evaluation: Evaluation) -> Iterator[Card]:
    table = evaluation.table
    counted = table[table["flag"].isin(evaluation.averaged)].reset_index()
    for column, label in _CHARTS.items():
        if column in counted and np.isfinite(counted[column]).any():
            values = counted[["structure", column]].rename(columns={column: "value"})
            between = (0, 1) if column in ("dsc", "nsd") else None
            yield Card(
                distribution_chart(values, label, between),
                "",
                f"{label} of each case, by structure; the means are in the summary",
            )


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
    cut = ", cut" if row["flag"] in CUT else ""
    caption = f"{one.id}, {display(one.structure)}{cut}: DSC {row['dsc']:.3f}{distance}; {volumes}"
    return Card(one.picture, caption, f"Errors in three planes: {caption}")


def _worst_note(evaluation: Evaluation) -> str:
    note = _COLOURS + ("" if any(pair.truth.has_ct for pair in evaluation.pairs) else _NO_CT)
    flags = evaluation.table["flag"]
    if flags.isin(CUT).any():
        note += " Structures that the scan cuts are among them and marked."
    if unseen := int(flags.str.endswith("not predicted").sum()):
        note += f" Without a picture: {unseen} that {'has' if unseen == 1 else 'have'} no prediction."
    return note


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {mm:g}" for name, mm in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ") if value != "" else "–"
