"""Stored pixels into HU."""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydicom.config import disable_value_validation
from pydicom.pixels import get_decoder, pixel_array
from pydicom.uid import UID

from atlas_lab.data import cache
from atlas_lab.data.dicom.headers import Header
from atlas_lab.data.dicom.members import Member, members, read_bytes
from atlas_lab.data.dicom.stack import Stack
from atlas_lab.data.encoding import Encoding
from atlas_lab.errors import InputError, MissingExtra


def check_readable(headers: Sequence[Header]) -> None:
    """Raise what would go wrong later: InputError for truncated pixels or an unknown compression, MissingExtra for a codec."""
    for header in headers:
        if header.truncated:
            raise InputError(f"{header.path}: its pixel data end too early (truncated or damaged); copy or download it again")
    for syntax, path in {header.transfer_syntax: header.path for header in headers}.items():
        try:
            available = get_decoder(UID(syntax)).is_available
        except NotImplementedError:
            raise InputError(f"{path}: pixels in transfer syntax {syntax} cannot be decoded; export it uncompressed") from None
        if not available:
            raise MissingExtra(f"{path}: {UID(syntax).name} DICOM", "dicom")


def encoding_of(stack: Stack) -> Encoding:
    """How a NIfTI of these HU is stored: as scanned where slope or intercept are fractions and shared, else int16."""
    scales = {(p.slope, p.intercept, p.dtype) for p in stack.planes}
    slope, intercept, dtype = next(iter(scales))
    if len(scales) == 1 and not (slope.is_integer() and intercept.is_integer()):
        return Encoding(dtype, float(np.float32(slope)), float(np.float32(intercept)))  # NIfTI's precision
    return Encoding(np.dtype(np.int16))


def load(path: Path, stack: Stack) -> np.ndarray:
    """HU as (column, row, slice), int16 where all are whole numbers, else float32; through the disk cache, read-only.

    InputError: pixels that cannot be decoded, or files that have gone since they were listed.
    """
    with members(path) as files:
        used = {plane.path for plane in stack.planes}
        chosen = {file.path: file for file in files if file.path in used}
        gone = next((p for p in sorted(used) if p not in chosen), None)
        if gone is not None:
            raise InputError(f"{gone}: is no longer there")
        content = hashlib.sha256()
        for plane in stack.planes:
            file = chosen[plane.path]
            content.update(f"{file.path}\0{file.size}\0{file.stamp}\0{plane.frame}\n".encode())
        return cache.cached(path, f"dicom {content.hexdigest()}", lambda: _decode(stack, chosen))


def _decode(stack: Stack, files: dict[Path, Member]) -> np.ndarray:
    values = np.empty(stack.shape, dtype=np.int16, order="F")
    waiting: dict[Path, list[int]] = {}
    for index, plane in enumerate(stack.planes):
        waiting.setdefault(plane.path, []).append(index)
    for path, indices in waiting.items():
        frames = _frames(files[path])
        for index in indices:
            plane = stack.planes[index]
            if plane.frame >= len(frames) or frames.shape[1:] != (plane.rows, plane.columns):
                raise InputError(f"{path}: its pixels have shape {frames.shape}, not what its header says; copy it again")
            decoded = Encoding(frames.dtype, plane.slope, plane.intercept).decode(frames[plane.frame])
            if decoded.dtype != values.dtype and values.dtype == np.int16:
                values = values.astype(np.float32)
            values[:, :, index] = decoded.T
    return values


def _frames(file: Member) -> np.ndarray:
    """Stored numbers (frame, row, column)."""
    try:
        with disable_value_validation():
            pixels = pixel_array(io.BytesIO(read_bytes(file)))
    except InputError:
        raise
    except Exception as error:  # every codec fails in its own way
        told = " ".join(str(error).split())[:160]
        raise InputError(f"{file.path}: its pixels cannot be decoded ({told}); copy or download it again") from error
    return pixels if pixels.ndim == 3 else pixels[np.newaxis]
