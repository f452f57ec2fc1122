"""The tables of an evaluation on disk, with the conventions they were made by."""

import importlib.util
import json
import os
from io import StringIO
from pathlib import Path

import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.folders.page import page_of
from atlas_lab.evaluation.folders.result import Evaluation
from atlas_lab.runs import atomic_write, write_text

_INDEX = ["id", "structure"]
_LESION_COLUMNS = (
    "kind", "label", "outcome", "confidence", "iou", "matched", "volume_ml", "radius_mm", "diameter_mm", "x", "y", "z",
)  # fmt: skip


def write_all(evaluation: Evaluation, folder: Path, worst: int) -> None:
    """scores.csv, summary.csv, problems.csv, lesions.csv, scores.parquet where pyarrow is installed, and report.html."""
    write_scores(evaluation.table, folder / "scores.csv")
    write_text(folder / "summary.csv", evaluation.summary.to_csv())
    write_text(folder / "problems.csv", evaluation.problems.to_csv(index=False))
    optional = {"lesions.csv": bool(evaluation.detections), "scores.parquet": importlib.util.find_spec("pyarrow") is not None}
    if optional["lesions.csv"]:
        found = {name: detections.lesions[list(_LESION_COLUMNS)] for name, detections in evaluation.detections.items()}
        write_text(folder / "lesions.csv", pd.concat(found, names=["structure"]).to_csv())
    if optional["scores.parquet"]:
        with atomic_write(folder / "scores.parquet") as temporary:
            evaluation.table.to_parquet(temporary)
    for name, written in optional.items():
        if not written:
            (folder / name).unlink(missing_ok=True)  # of an earlier call
    there = [name for name in ("scores.csv", "summary.csv", "problems.csv", *optional) if (folder / name).is_file()]
    write_text(folder / "report.html", page_of(evaluation, worst, there))


def write_scores(table: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """A table of scores as CSV, atomically, below a comment `# key: value` (JSON) for each convention in its `attrs`."""
    comments = "".join(f"# {key}: {json.dumps(value)}\n" for key, value in table.attrs.items())
    text = StringIO()
    table.to_csv(text)
    write_text(path, comments + text.getvalue())


def read_scores(path: str | os.PathLike[str]) -> pd.DataFrame:
    """The table that `evaluate` wrote as scores.csv, with its index and its conventions in `attrs`.

    InputError: no such file, not a table of scores.
    """
    path = Path(path).expanduser()
    path = path / "scores.csv" if path.is_dir() else path
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    lines = text.splitlines(keepends=True)
    comments = next((number for number, line in enumerate(lines) if not line.startswith("# ")), len(lines))
    try:
        attrs = {key: json.loads(value) for key, _, value in (line[2:].partition(": ") for line in lines[:comments])}
        table = pd.read_csv(
            StringIO("".join(lines[comments:])), dtype={"id": str, "structure": str, "flag": str}, keep_default_na=False,
            na_values={column: [""] for column in _numeric(lines, comments)},
        )  # fmt: skip
        table = table.set_index(_INDEX)
        if not {"dsc", "flag"} <= set(table):
            raise ValueError("it needs the columns dsc and flag")
    except (ValueError, KeyError) as error:
        raise InputError(f"{path}: is not a table of scores ({' '.join(str(error).split())})") from None
    table.attrs.update(attrs)
    return table


def _numeric(lines: list[str], comments: int) -> list[str]:
    """The columns of numbers: an empty cell in them is no number, in the others it is no text (the flag of most rows)."""
    titles = lines[comments].strip().split(",") if comments < len(lines) else []
    return [title for title in titles if title not in (*_INDEX, "flag")]
