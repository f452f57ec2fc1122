"""What there is to predict on: one CT, a folder of CTs, or an atlas."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from atlas_lab.data import nifti
from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import Case, find_ct
from atlas_lab.data.dicom.members import looks_like_dicom
from atlas_lab.errors import InputError


@dataclass(frozen=True)
class Scan:
    """A NIfTI file of a CT, opened when its turn comes."""

    id: str
    path: Path


def scans_in(path: Path) -> Iterable[Scan | Case]:
    """The CTs at `path`: a NIfTI file, DICOM (its largest CT series), a case's folder, a folder of NIfTI files, an atlas.

    InputError: nothing there that can be opened, two files of one name.
    """
    if not path.is_dir() or find_ct(path) is not None:
        return [Case.open(path)]
    files = sorted(file for file in path.iterdir() if file.name.endswith(nifti.SUFFIXES) and not file.name.startswith("."))
    if files:
        return _by_name(files)
    folders = [folder for folder in path.iterdir() if folder.is_dir()]
    if looks_like_dicom(path) and not any(find_ct(folder) for folder in folders):
        return [Case.open(path)]
    return Atlas.open(path)


def opened(scan: Scan | Case) -> Case:
    """The case. InputError: as for `Case.open`."""
    return Case.open(scan.path) if isinstance(scan, Scan) else scan


def _by_name(files: list[Path]) -> list[Scan]:
    found: dict[str, Path] = {}
    for file in files:
        id = file.name.removesuffix(".gz").removesuffix(".nii")
        if id in found:
            raise InputError(f"{file}: is called like {found[id].name}, and both would become one case; rename one of them")
        found[id] = file
    return [Scan(id, file) for id, file in found.items()]
