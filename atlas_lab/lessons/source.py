"""What a notebook's `source` parameter means, and whether it has what the lesson needs."""

from collections.abc import Iterable
from pathlib import Path

from atlas_lab import anatomy
from atlas_lab.data import Atlas, Case, samples
from atlas_lab.data.case import find_ct
from atlas_lab.data.dicom.members import looks_like_dicom
from atlas_lab.errors import InputError, nearest

PHANTOM, SAMPLE = "phantom", "sample"


def open_case(
    source: str = PHANTOM, *, case_id: str | None = None, needs: Iterable[str] = (), cases: int = 2, seed: int = 0
) -> Case:
    """The case a lesson works on.

    `source` is `phantom` (an atlas of `cases` patients made from `seed`), `sample` (the small real CT of
    `samples.abdomen`, fetched once) or a path: an atlas, a case folder, a NIfTI file, a folder or zip of DICOM.
    `case_id` chooses in an atlas (default: the first that is annotated for `needs`, structures or organs such as
    `kidney`). InputError: nothing there, or the case lacks something the lesson needs, which is named.
    """
    wanted = [name for need in needs for name in _structures(need)]
    case = _open(source, case_id, wanted, cases, seed)
    missing = {name: case.labels.status(name) for name in wanted if case.labels.status(name) in ("unknown", "absent")}
    if missing:
        said = ", ".join(f"{name} ({'not annotated' if status == 'unknown' else status})" for name, status in missing.items())
        close = "".join(nearest(name, case.labels) for name in missing)
        raise InputError(
            f"{source}: this lesson needs {said}; {close}case {case.id} has {', '.join(case.labels) or 'no annotation'}"
            " (masks belong in segmentations/NAME.nii.gz beside ct.nii.gz, an RTSTRUCT beside its DICOM series)"
        )
    return case


def open_atlas(source: str = PHANTOM, *, needs: Iterable[str] = (), cases: int = 8, hospitals: int = 1, seed: int = 0) -> Atlas:
    """The atlas a lesson works on: `phantom` (`cases` scans of so many `hospitals`, made from `seed`) or a folder of cases.

    InputError: no atlas there, no case that is annotated at all, or none that is for one of `needs` (structures or
    organs), which is named.
    """
    if not source.strip():
        raise InputError(f"source is empty; give {PHANTOM} or a folder of cases")
    atlas = (
        Atlas.phantom(cases=cases, seed=seed, hospitals=hospitals) if source == PHANTOM else Atlas.open(Path(source).expanduser())
    )
    annotated = atlas.structures()
    if not annotated:
        raise InputError(f"{source}: no case is annotated; masks belong in CASE/segmentations/NAME.nii.gz beside ct.nii.gz")
    for name in (name for need in needs for name in _structures(need)):
        if name not in annotated:
            raise InputError(
                f"{source}: no case is annotated for {name}; {nearest(name, annotated)}there are {', '.join(annotated)}"
            )
    return atlas


def _structures(need: str) -> tuple[str, ...]:
    """An organ's structures; a name the table does not know may be the case's own."""
    if not need.strip():
        raise InputError("the name of the structure is empty; name one, such as liver")
    return anatomy.organ(need) if need in anatomy.ORGANS else (need,)


def _open(source: str, case_id: str | None, wanted: list[str], cases: int, seed: int) -> Case:
    if not source.strip():
        raise InputError(f"source is empty; give {PHANTOM}, {SAMPLE} or a path")
    if source == SAMPLE:
        return samples.abdomen()
    if source == PHANTOM:
        atlas = Atlas.phantom(cases=cases, seed=seed)
    else:
        path = Path(source).expanduser()
        if not path.is_dir() or find_ct(path) is not None:
            return Case.open(path)
        if looks_like_dicom(path):
            return Case.open(path)
        atlas = Atlas.open(path)
    if case_id is not None:
        return atlas[case_id]
    able = atlas.filter(has=wanted)
    return able[0] if len(able) else atlas[0]
