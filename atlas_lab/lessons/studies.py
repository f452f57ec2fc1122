"""Study runs that come with the notebooks: what takes hours, to look at beside a small run of one's own."""

from typing import Any

import pandas as pd

from atlas_lab.errors import InputError, nearest
from atlas_lab.pipelines import notebooks_folder
from atlas_lab.reports.found import find_runs

COLUMNS = ["value", "low", "high", "n", "unit"]


def study(lesson: str, about: str = "") -> pd.DataFrame:
    """What the study run of a lesson measured, a row a metric whose name begins with `about`.

    `lesson` is the notebook's name without its number. `value` with the interval `low` to `high`, of `n` observations, in
    `unit`; over the columns stands when it was run, and on what. InputError: no study of that lesson, or nothing in it begins so.
    """
    studies = {str(run.manifest.get("name")): run.manifest for run in find_runs(notebooks_folder() / "results")}
    if lesson not in studies:
        raise InputError(f"no study of {lesson!r}: {nearest(lesson, studies)}there are {', '.join(studies) or 'none'}")
    manifest = studies[lesson]
    rows = {name: _row(metric) for name, metric in manifest["metrics"].items() if name.startswith(about)}
    if not rows:
        raise InputError(f"nothing in the study of {lesson} begins with {about!r}; it has {', '.join(manifest['metrics'])}")
    device, cores = manifest["device"], manifest["environment"]["processors"]
    said = f"study run of {str(manifest['finished'])[:10]}, {device}, {cores} cores"
    return pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS).rename_axis(columns=said)


def _row(metric: dict[str, Any]) -> list[Any]:
    low, high = metric["ci"] or (None, None)
    return [metric["value"], low, high, metric["n"], metric["unit"]]
