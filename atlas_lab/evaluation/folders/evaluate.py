"""`evaluate`: a folder of predictions against a folder of truth."""

import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from atlas_lab._version import __version__
from atlas_lab.errors import InputError, ParameterError, nearest
from atlas_lab.evaluation.conventions import Average, Convention, Direction, Percentile, Surface
from atlas_lab.evaluation.folders.files import write_all
from atlas_lab.evaluation.folders.labels import Labels
from atlas_lab.evaluation.folders.naming import names_for
from atlas_lab.evaluation.folders.pair import Options, Pair, Scored, score_pair
from atlas_lab.evaluation.folders.problems import check_named, match, problems_of
from atlas_lab.evaluation.folders.result import Evaluation
from atlas_lab.evaluation.folders.sites import sites_of
from atlas_lab.evaluation.folders.sources import Folder, Side, find_side
from atlas_lab.evaluation.given import check_tolerances
from atlas_lab.evaluation.scoring.score import EMPTY
from atlas_lab.runs import user_errors
from atlas_lab.scale import CaseResults, map_cases

KEPT = ".cases"  # hidden: what a later call goes on from


def evaluate(
    predictions: Folder,
    truth: Folder,
    *,
    output: str | os.PathLike[str] | None = None,
    tolerance_mm: float | Mapping[str, float] | None = None,
    structures: str | Iterable[str] | None = None,
    labels: Labels | None = None,
    surface: Surface = "corner_surfel",
    direction: Direction = "max",
    percentile: Percentile = "weighted",
    assd: Average = "mean",
    nsd: Average = "pooled",
    resample: bool = False,
    cut: bool = False,
    tumors: str | Iterable[str] | None = None,
    sites: str | os.PathLike[str] | Mapping[str, str] | None = None,
    worst: int = 2,
    workers: int = 1,
    cluster: str | None = None,
    progress: bool = True,
) -> Evaluation:
    """Score every case of `truth` against the prediction with the same id, and say what is missing.

    Both are folders with a NIfTI file of ids or one mask a case (`CASE.nii.gz`), folders with a folder a case
    (`CASE/segmentations/liver.nii.gz` or `CASE/combined_labels.nii.gz`; no CT is needed), data sets that `Atlas.open`
    knows, or atlases. `labels` names the ids of files (1 to 255): name → id, id → name, "1=liver,2=spleen", a release or a
    public label set; else a dataset.json does that lies there, else the ids are the names. Ids that it does not name are
    background, and listed in `problems`. `structures` are those scored (default: all).

    A truth without a usable prediction is not left out: it scores as if nothing had been predicted, and is listed in
    `problems` with the reason, as is a prediction without a truth. `resample` brings predictions onto the truth's grid; without
    it another grid makes a prediction unusable. With `cut` the means hold structures that the field of view cuts, too. The
    lesions of `tumors` (default: structures whose name ends in tumor, lesion, cyst, …) are counted too, a lesion being found
    when any voxel of it is. `sites` (case id → site, or a CSV with columns id and site; default: what the folders say) gives
    a row a site. The other options are those of `score`.

    `output` is a folder for scores.csv, summary.csv, problems.csv, lesions.csv and report.html, an offline page that shows
    the `worst` cases of each structure. `workers` and `cluster` are as for `map_cases`; the results do not depend on them.
    A call that was stopped goes on where it was when it is made again with the same output; what other options or files
    would change is computed anew.

    InputError: a folder without label maps, no id in both, no case that can be compared, an option as for `score`, a
    structure that is in no case, files without any id that has a name, a folder that cannot be written. It is a
    ParameterError where an option is wrong whatever the files hold.
    """
    convention = Convention(surface, direction, percentile, assd, nsd)
    if not isinstance(tolerance_mm, Mapping):
        check_tolerances(tolerance_mm, ["all structures"])
    if not isinstance(worst, int) or worst < 0:
        raise ParameterError(f"worst={worst!r}: give how many cases of each structure to show, 0 or more")
    ours, theirs = find_side(predictions, "predictions"), find_side(truth, "truth")
    options = Options(
        names_for(ours, theirs, labels), _names(structures), _tolerance(tolerance_mm), tuple(convention.as_dict().items()),
        resample, _names(tumors), __version__,
    )  # fmt: skip
    _check_before(ours, theirs, options)
    pairs = match(ours, theirs)
    known_sites = sites_of(theirs, sites)
    folder = _folder(output)
    found = map_cases(
        partial(score_pair, options=options), pairs, workers=workers, cluster=cluster, progress=progress,
        keep=folder / KEPT if folder else None, shared=_a_file(pairs) if cluster else None,
    )  # fmt: skip
    check_named(found, options.names)
    table = _table(found, options)
    table.attrs |= convention.as_dict() | {
        "tolerance_mm": dict(tolerance_mm) if isinstance(tolerance_mm, Mapping) else tolerance_mm,
        "empty": EMPTY, "resample": resample, "cut": cut, "labels": options.names.said_by, "predictions": str(ours.root),
        "truth": str(theirs.root), "atlas_lab": __version__,
    }  # fmt: skip
    problems = problems_of(pairs, found, ours, theirs, table, options.names)
    detections = _detections(found)
    evaluation = Evaluation(table, problems, detections, known_sites, folder, tuple(pairs), options, cut)
    if folder is not None:
        write_all(evaluation, folder, worst)
    return evaluation


def _table(found: CaseResults, options: Options) -> pd.DataFrame:
    """All rows, indexed by (id, structure). InputError: no case could be compared, a structure is in none."""
    values: dict[str, Scored] = found.values
    used = [scored for scored in values.values() if scored.predicted]
    if not used:
        reasons = [
            *(scored.unread_prediction[""] for scored in values.values() if scored.unread_prediction),
            *found.errors.values(),
        ]
        raise InputError(f"none of the {len(found.values) + len(found.errors)} cases could be compared; the first: {reasons[0]}")
    tables = {id: scored.table for id, scored in values.items() if scored.table is not None}
    for table in tables.values():
        table.attrs = {}  # each has its own spacing, and tables whose attributes differ lose them all when put together
    if unknown := _unknown(options, {name for scored in values.values() for name in scored.names}):
        raise InputError(unknown)
    if not tables:
        raise InputError("none of the cases has a structure; is this a folder of label maps?")
    return pd.concat(tables, names=["id", "structure"])


def _check_before(ours: Side, theirs: Side, options: Options) -> None:
    """ParameterError: no structure at all, or one that `labels` does not name, where nothing but `labels` gives names."""
    if options.structures == ():
        raise ParameterError("structures: names none; leave it out to score all")
    said = options.names.ids if ours.flat and theirs.flat else None
    if said is not None and (unknown := _unknown(options, {name for name, _ in said})):
        raise ParameterError(unknown)


def _unknown(options: Options, known: set[str]) -> str:
    """What is wrong with the first structure or tumour that is not among those known; empty where nothing is."""
    for what, names in (("structures", options.structures), ("tumors", options.tumors)):
        for name in names or ():
            if name not in known:
                return f"{what}: {name!r} is in no case: {nearest(name, known)}there are {', '.join(sorted(known)) or 'none'}"
    return ""


def _detections(found: CaseResults) -> dict[str, dict[str, Any]]:
    by_structure: dict[str, dict[str, Any]] = {}
    for id, scored in found.values.items():
        for name, detection in scored.detections.items():
            by_structure.setdefault(name, {})[id] = detection
    return by_structure


def _names(given: str | Iterable[str] | None) -> tuple[str, ...] | None:
    return None if given is None else (given,) if isinstance(given, str) else tuple(map(str, given))


def _tolerance(given: float | Mapping[str, float] | None) -> float | tuple[tuple[str, float], ...] | None:
    return tuple(sorted(given.items())) if isinstance(given, Mapping) else given


def _folder(output: str | os.PathLike[str] | None) -> Path | None:
    """The output folder, made now: hours later is too late to hear that it cannot be."""
    if output is None:
        return None
    folder = Path(output).expanduser().absolute()
    with user_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _a_file(pairs: list[Pair]) -> Path | None:
    """A file that all workers of a cluster must see."""
    source = pairs[0].truth
    return source.ids or source.combined or next((paths[0] for _, paths in source.masks), None)
