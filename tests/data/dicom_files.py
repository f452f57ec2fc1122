"""Small DICOM files made by hand, so that each test can break exactly one thing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, RTStructureSetStorage, generate_uid
from pydicom.valuerep import DSfloat

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SPACING = (0.7, 0.8)  # between rows, between columns
STEP = (0.0, 0.0, 2.5)
ORIGIN = (-10.0, 20.0, -30.0)


def decimal(values: Sequence[float]) -> list[DSfloat]:
    return [DSfloat(float(v), auto_format=True) for v in values]


def dataset(sop_class: str, modality: str, series: str, **tags: Any) -> Dataset:
    """What every object has, with a patient who must not be found again."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = sop_class
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.SeriesInstanceUID, made.StudyInstanceUID, made.Modality = series, "1.2.840.1", modality
    made.PatientName, made.PatientID, made.PatientBirthDate = "Secret^Name", "SECRET-ID", "19330203"
    made.StudyDate, made.AccessionNumber, made.InstitutionName = "20010911", "SECRET-ACC", "Secret Hospital"
    made.FrameOfReferenceUID = "1.2.840.99"
    for keyword, value in tags.items():
        setattr(made, keyword, value)
    return made


def put_pixels(made: Dataset, stored: np.ndarray) -> None:
    """`stored` is (row, column) or (frame, row, column), a 16-bit integer type."""
    made.Rows, made.Columns = stored.shape[-2:]
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit, made.SamplesPerPixel, made.PhotometricInterpretation = 15, 1, "MONOCHROME2"
    made.PixelRepresentation = int(stored.dtype.kind == "i")
    made.PixelData = stored.astype(stored.dtype.newbyteorder("<")).tobytes()


def write_series(
    folder: Path,
    stored: np.ndarray,
    *,
    series: str = "1.2.3",
    orientation: Sequence[float] = AXIAL,
    origin: Sequence[float] = ORIGIN,
    step: Sequence[float] = STEP,
    slope: float = 1,
    intercept: float = 0,
    change: Callable[[int, Dataset], None] | None = None,
    modality: str = "CT",
    **tags: Any,
) -> list[Path]:
    """One file a slice of `stored` (slice, row, column), named in the opposite order; `change` spoils a slice first."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index, plane in enumerate(stored):
        made = dataset(CTImageStorage, modality, series, InstanceNumber=index + 1)
        made.ImagePositionPatient = decimal(np.array(origin) + index * np.array(step))
        made.ImageOrientationPatient, made.PixelSpacing = decimal(orientation), decimal(SPACING)
        made.RescaleSlope, made.RescaleIntercept, made.SliceThickness = *decimal((slope, intercept)), DSfloat(2.5)
        for keyword, value in tags.items():
            setattr(made, keyword, value)
        put_pixels(made, plane)
        if change is not None:
            change(index, made)
        paths.append(folder / f"{series}_{len(stored) - index:03}.dcm")
        save(paths[-1], made)
    return paths


def write_enhanced(path: Path, stored: np.ndarray, intercept: float) -> None:
    """One multi-frame file of `stored` (frame, row, column), its frames out of order, as enhanced CT keeps them."""

    def item(**tags: Any) -> list[Dataset]:
        inner = Dataset()
        for keyword, value in tags.items():
            setattr(inner, keyword, value)
        return [inner]

    made = dataset(EnhancedCTImageStorage, "CT", "1.2.4", NumberOfFrames=len(stored))
    order = [2, 0, *range(3, len(stored)), 1]
    put_pixels(made, stored[order])
    made.SharedFunctionalGroupsSequence = item(
        PlaneOrientationSequence=item(ImageOrientationPatient=decimal(AXIAL)),
        PixelMeasuresSequence=item(PixelSpacing=decimal(SPACING), SliceThickness=DSfloat(2.5)),
        PixelValueTransformationSequence=item(RescaleSlope=DSfloat(1), RescaleIntercept=DSfloat(intercept)),
    )
    made.PerFrameFunctionalGroupsSequence = [
        item(PlanePositionSequence=item(ImagePositionPatient=decimal(np.array(ORIGIN) + i * np.array(STEP))))[0] for i in order
    ]
    save(path, made)


def write_rtstruct(
    path: Path, rois: dict[str, list[np.ndarray] | None], *, kind: str = "CLOSED_PLANAR", series: str = "1.2.3", **tags: Any
) -> Path:
    """Regions by name, each a list of (n, 3) contours in DICOM's LPS mm, or None for one that has no contours at all."""
    made = dataset(RTStructureSetStorage, "RTSTRUCT", generate_uid(), **tags)
    referenced, study, frame = Dataset(), Dataset(), Dataset()
    referenced.SeriesInstanceUID = series
    study.RTReferencedSeriesSequence = [referenced]
    frame.FrameOfReferenceUID, frame.RTReferencedStudySequence = "1.2.840.99", [study]
    made.ReferencedFrameOfReferenceSequence = [frame]
    made.StructureSetROISequence, made.ROIContourSequence = [], []
    for number, (name, contours) in enumerate(rois.items(), 1):
        roi, drawn = Dataset(), Dataset()
        roi.ROINumber, roi.ROIName = number, name
        made.StructureSetROISequence.append(roi)
        if contours is None:
            continue
        drawn.ReferencedROINumber, drawn.ContourSequence = number, []
        for points in contours:
            contour = Dataset()
            contour.ContourGeometricType, contour.NumberOfContourPoints = kind, len(points)
            contour.ContourData = decimal(np.ravel(points))
            drawn.ContourSequence.append(contour)
        made.ROIContourSequence.append(drawn)
    save(path, made)
    return path


def save(path: Path, made: Dataset) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pydicom.dcmwrite(path, made, enforce_file_format=True)
