"""NIfTI files: reading with isal's fast gzip, and writing back exactly what was there.

NIfTI-1 and NIfTI-2 single files (`.nii`, `.nii.gz`); the affine follows the standard's order (sform, then qform, then
pixdim). Nothing else in atlas_lab knows the format.
"""

import contextlib
import dataclasses
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import nibabel as nib
import numpy as np
import numpy.typing as npt
from isal import igzip_threaded, isal_zlib
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError

from atlas_lab.data import geometry
from atlas_lab.data.encoding import Encoding
from atlas_lab.errors import InputError
from atlas_lab.runs.files import atomic_write

SUFFIXES = (".nii.gz", ".nii")
_HEADER_BYTES = 540  # the NIfTI-2 header; NIfTI-1 has 348
_CHUNK_BYTES = 16 << 20
_MOST_PACKED = 1100  # deflate makes nothing smaller than 1/1032
_LEVEL = 2  # as small as zlib's level 1, several times faster
_COMPRESSION_THREADS = 2  # blocks are cut the same way for any number, so the bytes do not depend on it


@dataclass(frozen=True)
class DiskFormat:
    """How an image lies on disk, so that a save can put it back: orientation, encoding, affine and raw header.

    `shape` and `affine` are in the order on disk, `orientation` leads from there to RAS+.
    """

    shape: tuple[int, int, int]
    affine: np.ndarray
    orientation: np.ndarray
    encoding: Encoding
    header: bytes = field(default=b"", repr=False)
    offset: int = 352

    @property
    def ras_shape(self) -> tuple[int, int, int]:
        return geometry.ras_shape(self.shape, self.orientation)

    @property
    def ras_affine(self) -> np.ndarray:
        return geometry.ras_affine(self.affine, self.shape, self.orientation)

    def encoded_as(self, dtype: npt.DTypeLike) -> "DiskFormat":
        """The same layout for other numbers, e.g. a mask on a CT's grid."""
        return dataclasses.replace(self, encoding=Encoding(np.dtype(dtype)))


def read_format(path: Path) -> DiskFormat:
    """Read and check the header alone.

    InputError: no such file, unreadable, not NIfTI, truncated, an unusable affine, more than one frame.
    """
    header = _parse(_start_of(path), path)
    shape = tuple(int(n) for n in header.get_data_shape())
    if any(n > 1 for n in shape[3:]):
        raise InputError(f"{path}: has {math.prod(shape[3:])} frames (shape {shape}); save one frame as a 3-D image")
    if len(shape) < 2 or min(shape, default=0) < 1:
        raise InputError(f"{path}: shape {shape} is not a 3-D image")
    volume_shape = cast(tuple[int, int, int], (*shape, 1)[:3])
    dtype = header.get_data_dtype()
    if dtype.kind not in "iuf":
        raise InputError(f"{path}: voxels of type {dtype} are not numbers; a CT or mask has integers or floats")
    slope, inter = _scaling(header)
    affine = geometry.check_affine(header.get_best_affine(), path)
    return DiskFormat(
        volume_shape,
        affine,
        geometry.orientation_of(affine),
        Encoding(dtype, slope, inter),
        header.binaryblock,
        _offset(header, path),
    )


def read_raw(path: Path, disk: DiskFormat) -> np.ndarray:
    """The stored numbers, in the order and dtype on disk, Fortran-contiguous (a memory map for `.nii`)."""
    dtype, count = disk.encoding.dtype, math.prod(disk.shape)
    packed = path.suffix == ".gz"
    if path.stat().st_size * (_MOST_PACKED if packed else 1) < disk.offset + count * dtype.itemsize:
        raise _truncated(path)  # before memory is asked for what a broken header promises
    if not packed:
        return np.memmap(path, dtype=dtype, mode="r", offset=disk.offset, shape=disk.shape, order="F")
    raw = np.empty(count, dtype=dtype)
    view, filled = raw.view(np.uint8).data, 0
    with _opened(path) as file:
        file.read(disk.offset)
        while filled < len(view):
            got = file.readinto(view[filled:])  # type: ignore[attr-defined]
            if not got:
                raise _truncated(path)
            filled += got
        while file.read(1 << 20):  # the checksum is only compared at the end of the stream
            pass
    return raw.reshape(disk.shape, order="F")


def read_array(path: Path, disk: DiskFormat) -> np.ndarray:
    """The voxel values, in the order on disk: int16 where every value is a whole number that fits, else float32."""
    return disk.encoding.decode(read_raw(path, disk))


def write(path: Path, array: np.ndarray, affine: np.ndarray, like: DiskFormat | None = None) -> None:
    """Write an (x, y, z) RAS+ array atomically, turned back to the orientation, dtype and affine of `like`.

    A dtype (or slope and intercept) that cannot hold the values exactly is widened. InputError: a name that does not
    end in .nii or .nii.gz, disk full, no permission; a file that was there survives.
    """
    path = Path(path)
    if not path.name.endswith(SUFFIXES):
        raise InputError(f"{path}: an image's name ends in .nii.gz or .nii")
    if like is not None:
        array = geometry.from_ras(array, like.orientation)
    encoding, raw = (like.encoding if like else Encoding(array.dtype)).encode(array)
    header = _header_for(raw, affine, encoding, like)
    raw = raw.astype(raw.dtype.newbyteorder(header.endianness), copy=False)
    start = header.binaryblock + b"\0\0\0\0"
    with atomic_write(path) as temporary:
        planes = max(1, _CHUNK_BYTES // (raw[:, :, 0].size * raw.itemsize))
        with _writer(temporary) as file:
            file.write(start)
            for first in range(0, raw.shape[2], planes):
                file.write(raw[:, :, first : first + planes].tobytes(order="F"))


def _header_for(raw: np.ndarray, affine: np.ndarray, encoding: Encoding, like: DiskFormat | None) -> Any:
    needs_2 = max(raw.shape) > np.iinfo(np.int16).max
    if like is not None and like.header:
        header = _parse(like.header, "header")
    else:
        header = nib.Nifti2Header() if needs_2 else nib.Nifti1Header()
        header.set_xyzt_units("mm")
    if like is not None:
        affine = geometry.disk_affine(affine, raw.shape, like.orientation)
    header.set_data_shape(raw.shape)
    header.set_data_dtype(raw.dtype)
    if not (like and like.header) or not np.allclose(affine, header.get_best_affine(), rtol=0, atol=1e-6):
        header.set_qform(affine, code=int(header["qform_code"]) or 1)
        header.set_sform(affine, code=int(header["sform_code"]) or 1)
    header["vox_offset"] = header.sizeof_hdr + 4
    header["scl_slope"], header["scl_inter"] = encoding.slope, encoding.inter
    header["cal_max"] = header["cal_min"] = 0
    return header


def _parse(start: bytes, path: object) -> Any:
    for kind, size in ((nib.Nifti1Header, 348), (nib.Nifti2Header, 540)):
        if len(start) >= size and start[:4] in (size.to_bytes(4, "little"), size.to_bytes(4, "big")):
            try:
                header = kind(start[:size], check=False)
                header.get_data_dtype(), header.get_best_affine()
            except (WrapStructError, HeaderDataError, KeyError, ValueError) as error:
                raise InputError(f"{path}: the NIfTI header is broken ({error}); export the image again") from error
            if bytes(header["magic"].tobytes()).startswith((b"n+1", b"n+2")):
                return header
    raise InputError(f"{path}: is not a NIfTI file (no NIfTI header at its start)")


def _start_of(path: Path) -> bytes:
    """The first bytes, decompressed; reads no more of the file than that takes."""
    with _opened(path, raw=True) as file:
        start = file.read(_HEADER_BYTES if path.suffix != ".gz" else 4096)
        if path.suffix != ".gz":
            return start
        stream = isal_zlib.decompressobj(wbits=31)
        head = stream.decompress(start, _HEADER_BYTES)
        if len(head) < _HEADER_BYTES and not stream.eof:
            raise EOFError
        return head


def _scaling(header: Any) -> tuple[float, float]:
    slope, inter = float(header["scl_slope"]), float(header["scl_inter"])
    if not np.isfinite(slope) or slope == 0:
        return 1.0, 0.0
    return slope, inter if np.isfinite(inter) else 0.0


def _offset(header: Any, path: Path) -> int:
    """Where the voxels start; 0 means right behind the header."""
    offset = float(header["vox_offset"])
    if offset and not header.sizeof_hdr <= offset < 2**40:  # a NaN is not between them either
        raise InputError(f"{path}: the NIfTI header is broken (voxels at byte {offset:g}); export the image again")
    return int(offset) or header.sizeof_hdr + 4


def _truncated(path: Path) -> InputError:
    return InputError(f"{path}: ends too early (truncated or damaged); copy or download it again")


@contextlib.contextmanager
def _opened(path: Path, *, raw: bool = False) -> Iterator[IO[bytes]]:
    """Open a `.nii` or `.nii.gz` for reading (decompressed unless `raw`), every way to fail told as an InputError."""
    try:
        if path.suffix == ".gz":
            with path.open("rb") as start:
                magic = start.read(2)
                if not magic:
                    raise InputError(f"{path}: is empty; copy or download it again")
                if magic != b"\x1f\x8b":
                    raise InputError(f"{path}: is not a gzip file, although its name ends in .gz")
        unzip = path.suffix == ".gz" and not raw
        file = cast(IO[bytes], igzip_threaded.open(path, "rb") if unzip else path.open("rb"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    with file:
        try:
            yield file
        except (EOFError, isal_zlib.error) as error:  # type: ignore[misc]  # isal's stub calls its exception a function
            raise _truncated(path) from error
        except OSError as error:
            if error.errno:
                raise InputError(f"{path}: cannot be read: {error.strerror}") from error
            raise _truncated(path) from error  # a gzip stream that contradicts itself


def _writer(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(
            IO[bytes], igzip_threaded.open(path, "wb", compresslevel=_LEVEL, threads=_COMPRESSION_THREADS, block_size=1 << 20)
        )
    return cast(IO[bytes], io.BufferedWriter(io.FileIO(path, "wb")))
