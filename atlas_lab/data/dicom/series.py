"""Which series there are, and which one to open."""

import os
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from atlas_lab.data.dicom.headers import Header, Plane, read_header
from atlas_lab.data.dicom.members import members
from atlas_lab.errors import InputError


@dataclass(frozen=True)
class Series:
    """An image series: `shape` is (columns, rows, slices). Its description may name the patient; show it, do not keep it."""

    uid: str
    description: str
    modality: str
    slices: int
    shape: tuple[int, int, int]
    headers: tuple[Header, ...] = field(repr=False)
    planes: tuple[Plane, ...] = field(repr=False)


def list_series(path: str | os.PathLike[str]) -> list[Series]:
    """The image series in a folder (searched recursively), a zip or one file: CT first, then the largest first.

    Only headers are read; files that are not DICOM, and DICOM objects that are not images (RTSTRUCT, reports), are not
    counted. InputError: nothing there, no DICOM in it, a file that cannot be read.
    """
    return _series(scan(Path(path)))


def choose(found: list[Header], path: Path, uid: str | None) -> Series:
    """The CT series with this UID, or the one with the most slices.

    InputError lists the series that are there when none is CT or none has that UID.
    """
    series = _series(found)
    listed = "; ".join(f"{s.uid} ({s.modality}, {s.slices} slices)" for s in series) or "none with images"
    if uid is not None:
        chosen = next((s for s in series if s.uid == uid), None)
        if chosen is None:
            raise InputError(f"{path}: has no series {uid!r}; it has {listed}")
        if chosen.modality != "CT":
            raise InputError(f"{path}: series {uid!r} is {chosen.modality}, not CT; it has {listed}")
        return chosen
    ct = [s for s in series if s.modality == "CT"]
    if not ct:
        raise InputError(f"{path}: holds no CT images ({listed}); give the folder or zip of the CT series")
    if len(ct) > 1 and ct[0].shape == ct[1].shape:
        warnings.warn(
            f"{path}: two CT series are equally large; took the first, series= chooses (dicom.list_series)", stacklevel=3
        )
    return ct[0]


def find_rtstruct(path: str | os.PathLike[str], series: str | None = None) -> list[Path]:
    """The RTSTRUCT files in a folder or zip that were drawn on a CT series (default: the largest), newest first.

    One in a zip is given as `scan.zip/member`, which `rtstruct.read_rtstruct` understands. An RTSTRUCT that names no
    series belongs to every one in its frame of reference. InputError: as for `read_ct`.
    """
    found = scan(Path(path))
    chosen = choose(found, Path(path), series)
    others = {h.series for h in found if h.planes} - {chosen.uid}
    frame = chosen.headers[0].frame_of_reference

    def belongs(file: Header) -> bool:
        return chosen.uid in file.referenced or (frame in file.referenced and not others & file.referenced)

    matching = [h for h in found if h.modality == "RTSTRUCT" and belongs(h)]
    return [h.path for h in sorted(matching, key=lambda h: (h.written, str(h.path)), reverse=True)]


def scan(path: Path) -> list[Header]:
    """The header of every DICOM file there. InputError: there is none."""
    with members(path) as files:
        found = [header for file in files if (header := read_header(file)) is not None]
    if not found:
        what = "is not a DICOM file" if path.is_file() and len(files) == 1 else "holds no DICOM files"
        raise InputError(f"{path}: {what}; give a .nii or .nii.gz file, or a DICOM file, folder or zip")
    return found


def _series(found: list[Header]) -> list[Series]:
    grouped: dict[str, list[Header]] = {}
    for header in found:
        if header.planes:
            grouped.setdefault(header.series, []).append(header)
    series = [_one(uid, headers) for uid, headers in grouped.items()]
    return sorted(series, key=lambda s: (s.modality != "CT", -s.slices, -s.shape[0] * s.shape[1], s.uid))


def _one(uid: str, headers: list[Header]) -> Series:
    planes = [plane for header in headers for plane in header.planes]
    planes = [p for p in planes if not p.localizer] or planes  # a scout view is often filed with its slices
    # the same image filed twice is not a second time point
    planes = list({(p.instance, p.frame, p.position): p for p in planes}.values())
    used = {p.path for p in planes}
    headers = [h for h in headers if h.path in used]
    first = planes[0]
    shape = (first.columns, first.rows, len(planes))
    return Series(uid, headers[0].description, headers[0].modality, len(planes), shape, tuple(headers), tuple(planes))
