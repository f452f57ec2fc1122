"""What synthesis needs of a case: the organ's masks, the phase, the masks as boxes, a fingerprint."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.errors import InputError
from atlas_lab.synthesis import phases
from atlas_lab.synthesis.organs import structures_of


def annotated(case: Case, organ: str) -> list[str]:
    """The organ's structures that have a mask. InputError: none has, an unknown organ, no case."""
    if not isinstance(case, Case):
        raise InputError(f"case: give a Case, such as al.Case.open(FOLDER) or atlas[0], not {type(case).__name__}")
    structures = structures_of(organ)
    found = [name for name in structures if name in case.labels]
    if not found:
        raise InputError(
            f"{case.folder or case.id}: has no mask of {' or '.join(structures)}; a tumour needs an organ to grow in "
            f"(annotated: {', '.join(case.labels) or 'nothing'})"
        )
    return found


def phase_of(case: Case, asked: str = phases.AUTO) -> str:
    """The phase that is asked for, else what the case says, else a guess from its HU."""
    if asked != phases.AUTO:
        return asked
    said = phases.said_phase(case.meta)
    if said:
        return said
    levels = {}
    for name in phases.telling(case.labels):
        mask = case.labels.cropped(name)
        if mask.voxels:
            levels[name] = float(np.median(case.ct.array[mask.box][mask.crop]))
            break
    return phases.guessed_phase(levels)


def check_numbers(case: Case, structures: Sequence[str]) -> None:
    """InputError: the CT has a voxel in one of these structures that is no number."""
    if case.ct.array.dtype.kind != "f":
        return
    for name in structures:
        mask = case.labels.cropped(name)
        if not np.isfinite(case.ct.array[mask.box][mask.crop]).all():
            raise InputError(
                f"{case.folder or case.id}: {name}: the CT has voxels that are no number (NaN or infinite); replace them first"
            )


def fingerprint(case: Case) -> str:
    """Of voxels and grid."""
    array = np.ascontiguousarray(case.ct.array)
    said = f"{array.dtype} {array.shape} {np.round(case.ct.affine, 4).tolist()}".encode()
    return hashlib.sha256(said + array.tobytes()).hexdigest()[:16]


class CroppedMasks(Mapping[str, CroppedMask]):
    """A label map's masks as boxes, each read when it is asked for."""

    def __init__(self, labels: LabelMap) -> None:
        self._labels = labels

    def __getitem__(self, name: str) -> CroppedMask:
        return self._labels.cropped(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)
