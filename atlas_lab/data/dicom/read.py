"""A CT out of DICOM files."""

import os
import warnings
from pathlib import Path
from typing import Any

import pydicom
from pydicom.config import disable_value_validation

from atlas_lab.data import geometry, nifti
from atlas_lab.data.dicom import pixels
from atlas_lab.data.dicom.members import member
from atlas_lab.data.dicom.privacy import facts
from atlas_lab.data.dicom.series import choose, scan
from atlas_lab.data.dicom.stack import arrange
from atlas_lab.data.volume import Volume


def read_ct(
    path: str | os.PathLike[str], *, series: str | None = None, keep_identifiers: bool = False
) -> tuple[Volume, dict[str, Any]]:
    """A CT series as a lazy `Volume` (RAS+, HU) and what its header says of the scan.

    `path` is a folder (searched recursively), a `.zip` or one file (a slice or an enhanced multi-frame image); `series`
    a SeriesInstanceUID from `list_series`, by default the one with the most slices. Slices are ordered by position; a
    save restores the DICOM array's orientation. A tilted gantry gives the exact sheared affine, a warning, and
    `meta["gantry_tilt_deg"]`. Identifiers come only with `keep_identifiers`, under `meta["identifiers"]`.

    InputError: no DICOM or no CT there, an unknown series, slices missing, uneven, doubled or of different kinds, an
    unreadable or truncated file. MissingExtra: a compression whose codec is not installed.
    """
    path = Path(path)
    chosen = choose(scan(path), path, series)
    pixels.check_readable(chosen.headers)
    stack = arrange(chosen.planes, path)
    affine = geometry.check_affine(stack.affine, path)
    disk = nifti.DiskFormat(stack.shape, affine, geometry.orientation_of(affine), pixels.encoding_of(stack))
    with member(stack.planes[0].path) as first, first.open() as opened, disable_value_validation():
        meta = facts(pydicom.dcmread(opened, stop_before_pixels=True, force=True), keep_identifiers=keep_identifiers)
    if stack.tilt_deg:
        meta["gantry_tilt_deg"] = round(stack.tilt_deg, 2)
        warnings.warn(
            f"{path}: the gantry was tilted by {stack.tilt_deg:.1f} degrees; the affine is exact but sheared, so planes "
            "are not perpendicular to the slice axis",
            stacklevel=2,
        )
    return Volume.lazy(lambda: pixels.load(path, stack), disk, source=path), meta
