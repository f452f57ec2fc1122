"""BIDS-like: `sub-ID/ct/sub-ID_ct.nii.gz`, and the labels as a derivative. CT is not part of BIDS yet (BEP 24)."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas_lab import anatomy
from atlas_lab._version import __version__
from atlas_lab.data.case import Case
from atlas_lab.data.export.parts import cases, gone_on_error, write_ids
from atlas_lab.errors import InputError
from atlas_lab.runs.files import atomic_folder, atomic_write, write_text

if TYPE_CHECKING:
    from atlas_lab.data.atlas import Atlas

_VERSION = "1.10.0"
_DERIVATIVE = Path("derivatives") / "segmentations"


def export_bids(atlas: "Atlas", folder: Path, structures: tuple[str, ...] | None) -> None:
    """A subject a case, `participants.tsv` with its metadata, and below `derivatives/segmentations` its labels.

    `…_dseg.nii.gz` holds the ids of `combined_labels`, `…_dseg.tsv` their names: the annotated structures, with or
    without a voxel.
    """
    subjects = _subjects(atlas.ids)
    rows = {}
    for case in cases(atlas, structures):
        subject = subjects[case.id]
        labels = folder / _DERIVATIVE / subject
        if not (folder / subject).exists():
            with gone_on_error(labels):
                _write_labels(case, subject, labels)
                with atomic_folder(folder / subject) as temporary:  # last: a subject is there when its CT is
                    case.ct.save(temporary / "ct" / f"{subject}_ct.nii.gz")
        plain = {name: value for name, value in case.meta.items() if not isinstance(value, list | dict)}
        rows[subject] = {"source_id": case.id, **plain}
    columns = sorted({name for row in rows.values() for name in row})
    lines = [{"participant_id": subject, **row} for subject, row in rows.items()]
    _write_tsv(folder / "participants.tsv", ["participant_id", *columns], lines)
    write_text(folder / ".bidsignore", "sub-*/ct/\n")
    _describe(folder / _DERIVATIVE, "derivative")
    _describe(folder, "raw")


def _subjects(ids: Iterable[str]) -> dict[str, str]:
    """Case id → subject label; BIDS allows letters and digits only."""
    subjects = {id: "sub-" + "".join(c for c in id if c.isascii() and c.isalnum()) for id in ids}
    seen: dict[str, str] = {}
    for id, subject in subjects.items():
        if subject == "sub-" or subject in seen:
            raise InputError(f"{id}: becomes the BIDS subject {subject!r}, {seen.get(subject, 'no name')} too; rename one case")
        seen[subject] = id
    return subjects


def _write_labels(case: Case, subject: str, folder: Path) -> None:
    every = case.labels.class_map
    ids = {name: every[name] for name in case.labels.names}
    with atomic_folder(folder) as temporary:
        write_ids(case.labels, ids, temporary / "ct" / f"{subject}_dseg.nii.gz")
        rows = [{"index": value, "name": name, "color": anatomy.color(name)} for name, value in ids.items()]
        _write_tsv(temporary / "ct" / f"{subject}_dseg.tsv", ["index", "name", "color"], rows)


def _write_tsv(path: Path, columns: list[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with atomic_write(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, delimiter="\t", restval="n/a", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _describe(folder: Path, kind: str) -> None:
    description = {
        "Name": "atlas_lab export",
        "BIDSVersion": _VERSION,
        "DatasetType": kind,
        "GeneratedBy": [{"Name": "atlas_lab", "Version": __version__}],
    }
    write_text(folder / "dataset_description.json", json.dumps(description, indent=1))
