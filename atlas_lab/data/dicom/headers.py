"""One DICOM file's header as plain values: what it is, and where its image planes lie. No pixel is read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.config import disable_value_validation
from pydicom.errors import InvalidDicomError
from pydicom.uid import DeflatedExplicitVRLittleEndian, MediaStorageDirectoryStorage, SecondaryCaptureImageStorage

from atlas_lab.data.dicom.members import Member
from atlas_lab.errors import InputError

# Where an enhanced (multi-frame) image keeps what a classic one has at its top level.
_MACROS = {
    "ImagePositionPatient": "PlanePositionSequence",
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "PixelSpacing": "PixelMeasuresSequence",
    "SliceThickness": "PixelMeasuresSequence",
    "RescaleSlope": "PixelValueTransformationSequence",
    "RescaleIntercept": "PixelValueTransformationSequence",
    "FrameType": "CTImageFrameTypeSequence",
}
_TAGS = [
    *(tag for tag in _MACROS if tag != "FrameType"),
    *("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "Modality", "SeriesDescription"),
    *("ImageType", "AcquisitionNumber", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "BitsAllocated"),
    *("PixelRepresentation", "PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"),
    *("ReferencedFrameOfReferenceSequence", "StructureSetDate", "StructureSetTime"),
]


@dataclass(frozen=True)
class Plane:
    """One image plane; vectors are DICOM's own (LPS, mm), None where the header does not hold usable ones."""

    path: Path
    frame: int
    instance: str
    acquisition: str
    rows: int
    columns: int
    position: tuple[float, ...] | None
    orientation: tuple[float, ...] | None
    pixel_spacing: tuple[float, ...] | None
    thickness: float | None
    slope: float
    intercept: float
    dtype: np.dtype
    localizer: bool


@dataclass(frozen=True)
class Header:
    """One file: its series, its planes (none when it is no image), and for an RTSTRUCT what it refers to."""

    path: Path
    series: str
    modality: str
    description: str
    frame_of_reference: str
    transfer_syntax: str
    truncated: bool
    planes: tuple[Plane, ...] = ()
    referenced: frozenset[str] = frozenset()
    written: str = ""


def read_header(file: Member) -> Header | None:
    """The header, or None for a file that is not DICOM (or is a DICOMDIR, which only lists others).

    InputError: a file named `.dcm` that is not readable as DICOM, or any that cannot be read at all.
    """
    try:
        with file.open() as opened, disable_value_validation():
            try:
                dataset = pydicom.dcmread(opened, stop_before_pixels=True, specific_tags=_TAGS)
            except InvalidDicomError:
                if file.path.suffix.lower() != ".dcm":
                    return None
                opened.seek(0)  # very old files have no preamble
                dataset = pydicom.dcmread(opened, stop_before_pixels=True, specific_tags=_TAGS, force=True)
            if dataset.file_meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage:
                return None
            if "SOPClassUID" not in dataset:
                raise EOFError("it has no SOPClassUID")
            return _header(dataset, file, left=file.size - opened.tell())
    except Exception as error:  # a damaged file makes the parser fail in any way
        raise InputError(f"{file.path}: is not readable as DICOM ({_one_line(error)}); copy it again or remove it") from error


def _header(dataset: Any, file: Member, left: int) -> Header:
    syntax = dataset.file_meta.get("TransferSyntaxUID") or pydicom.uid.ImplicitVRLittleEndian
    rows, columns, frames = (int(dataset.get(tag) or 0) for tag in ("Rows", "Columns", "NumberOfFrames"))
    bits = int(dataset.get("BitsAllocated") or 16)
    image = rows > 0 and columns > 0 and dataset.get("SamplesPerPixel", 1) == 1
    image = image and dataset.SOPClassUID != SecondaryCaptureImageStorage and bits in (8, 16, 32)
    needed = rows * columns * max(frames, 1) * bits // 8 + (8 if syntax.is_implicit_VR else 12)  # and the element's start
    stored_plainly = not syntax.is_compressed and syntax != DeflatedExplicitVRLittleEndian
    return Header(
        file.path,
        str(dataset.get("SeriesInstanceUID", "")),
        str(dataset.get("Modality", "")),
        str(dataset.get("SeriesDescription", "")),
        str(dataset.get("FrameOfReferenceUID", "")),
        str(syntax),
        truncated=image and stored_plainly and left < needed,
        planes=tuple(_plane(dataset, file.path, frame, bits) for frame in range(max(frames, 1))) if image else (),
        referenced=_referenced(dataset),
        written=str(dataset.get("StructureSetDate", "")) + str(dataset.get("StructureSetTime", "")),
    )


def _plane(dataset: Any, path: Path, frame: int, bits: int) -> Plane:
    value = _lookup(dataset, frame)
    kind = list(value("FrameType") or dataset.get("ImageType") or ())
    slope, intercept = _numbers(value("RescaleSlope"), 1), _numbers(value("RescaleIntercept"), 1)
    thickness = _numbers(value("SliceThickness"), 1)
    return Plane(
        path,
        frame,
        str(dataset.get("SOPInstanceUID", "")),
        str(dataset.get("AcquisitionNumber", "")),
        int(dataset.Rows),
        int(dataset.Columns),
        _numbers(value("ImagePositionPatient"), 3),
        _numbers(value("ImageOrientationPatient"), 6),
        _numbers(value("PixelSpacing"), 2),
        thickness[0] if thickness else None,
        slope[0] if slope and slope[0] else 1.0,
        intercept[0] if intercept else 0.0,
        np.dtype(f"{'i' if dataset.get('PixelRepresentation') else 'u'}{bits // 8}"),
        "LOCALIZER" in kind,
    )


def _lookup(dataset: Any, frame: int) -> Callable[[str], Any]:
    """A function keyword → value for one frame: from its own group, else the shared one, else the top level."""
    own = dataset.get("PerFrameFunctionalGroupsSequence") or ()
    groups = [*own[frame : frame + 1], *(dataset.get("SharedFunctionalGroupsSequence") or ())]

    def value(keyword: str) -> Any:
        for group in groups:
            macro = group.get(_MACROS[keyword])
            if macro and keyword in macro[0]:
                return macro[0][keyword].value
        return dataset.get(keyword)

    return value


def _numbers(value: Any, count: int) -> tuple[float, ...] | None:
    try:
        numbers = tuple(float(v) for v in ([value] if count == 1 else value))
    except (TypeError, ValueError):
        return None
    return numbers if len(numbers) == count and np.isfinite(numbers).all() else None


def _referenced(dataset: Any) -> frozenset[str]:
    """The UIDs of the series, and of the frames of reference, that an RTSTRUCT was drawn on."""
    found = set()
    for frame in dataset.get("ReferencedFrameOfReferenceSequence") or ():
        found.add(str(frame.get("FrameOfReferenceUID", "")))
        for study in frame.get("RTReferencedStudySequence") or ():
            found.update(str(s.get("SeriesInstanceUID", "")) for s in study.get("RTReferencedSeriesSequence") or ())
    return frozenset(found - {""})


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
