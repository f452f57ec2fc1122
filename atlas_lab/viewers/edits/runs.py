"""Sets of voxels as runs: how strokes cross the wire and lie in the journal.

The voxel (x, y, z) of a grid (nx, ny, nz) has the flat index x + nx*(y + ny*z): x fastest, Fortran order. A run is a
pair (start, length) of flat indices; runs are a uint32 array (n, 2), sorted by start, without overlap.
"""

import math

import numpy as np

from atlas_lab.data.masks import CroppedMask
from atlas_lab.errors import InputError

Shape = tuple[int, int, int]

_MOST_VOXELS = 2**32 - 1
_DISK = np.dtype("<u4")


def check_grid(shape: Shape) -> None:
    """InputError: the grid has too many voxels for uint32 indices."""
    if math.prod(shape) > _MOST_VOXELS:
        raise InputError(
            f"a grid of {' x '.join(map(str, shape))} voxels is too large to edit (2**32 and more); crop the case first"
        )


def check(runs: np.ndarray, shape: Shape) -> np.ndarray:
    """Whole-number pairs (n, 2) as uint32 runs. InputError: not pairs, empty, unsorted, overlapping, outside the grid."""
    given = np.asarray(runs)
    if given.size == 0:
        return np.zeros((0, 2), dtype=np.uint32)
    if given.ndim != 2 or given.shape[1] != 2 or given.dtype.kind not in "iu":
        raise InputError(f"runs: {given.dtype} of shape {given.shape}; give whole numbers of shape (n, 2): start, length")
    voxels = math.prod(shape)
    if given.min() < 0 or given.max() > voxels:  # so that nothing below can overflow
        raise InputError(f"runs: {given.min()} to {given.max()} reach outside the grid of {voxels} voxels")
    start, length = given.astype(np.int64).T
    if length.min() < 1:
        raise InputError(f"runs: run {int(length.argmin())} is empty; leave runs without voxels out")
    end = start + length
    if (start[1:] < end[:-1]).any():
        raise InputError("runs: they overlap or are not in order; sort them by start and join those that meet")
    if end[-1] > voxels:
        raise InputError(f"runs: the last one ends at voxel {end[-1]}, but the grid has {voxels}")
    return np.ascontiguousarray(given, dtype=np.uint32)


def count(runs: np.ndarray) -> int:
    """How many voxels the runs hold."""
    return int(runs[:, 1].sum(dtype=np.int64))


def runs_of(mask: np.ndarray | CroppedMask) -> np.ndarray:
    """The True voxels of a bool array (x, y, z) in as few runs as can be; of a cropped mask only the box is searched."""
    cropped = mask if isinstance(mask, CroppedMask) else CroppedMask.of(mask)
    width, height, depth = cropped.crop.shape
    lines = np.zeros((depth, height, width + 2), dtype=bool)  # a False voxel at either end keeps lines of the box apart
    lines[:, :, 1:-1] = cropped.crop.T
    edges = np.flatnonzero(lines[:, :, 1:] != lines[:, :, :-1])
    line, x = np.divmod(edges[::2], width + 1)
    z, y = np.divmod(line, max(1, height))
    (x0, y0, z0), (nx, ny, _) = (side.start for side in cropped.box), cropped.shape
    return _joined(x0 + x + nx * (y0 + y + ny * (z0 + z)), edges[1::2] - edges[::2])


def runs_at(indices: np.ndarray) -> np.ndarray:
    """Flat indices, sorted and each once, as runs."""
    return _joined(indices, np.ones(len(indices), dtype=np.int64))


def indices_of(runs: np.ndarray) -> np.ndarray:
    """The flat index of every voxel, sorted, intp."""
    start, length = runs.astype(np.intp).T
    before = np.cumsum(length) - length
    return np.arange(count(runs), dtype=np.intp) + np.repeat(start - before, length)


def apply(mask: np.ndarray, runs: np.ndarray, value: bool) -> None:
    """Set the runs of a bool array (x, y, z) to `value`, in place; it must be Fortran-contiguous."""
    if not mask.flags.f_contiguous:
        raise ValueError("a mask that runs are applied to must be Fortran-contiguous (x fastest)")
    mask.reshape(-1, order="F")[indices_of(runs)] = value


def box_of(runs: np.ndarray, shape: Shape) -> tuple[slice, slice, slice]:
    """A box that holds every voxel of some runs; not always the smallest, but found without looking at each voxel."""
    if len(runs) == 0:
        return (slice(0, 0),) * 3
    first, last = runs.astype(np.int64).T
    last = first + last - 1
    box = []
    for size in shape:
        beyond, before = last // size, first // size  # the line or slice in which a run ends and begins
        whole = bool((beyond != before).any())  # a run that goes on in the next one has been everywhere
        low, high = (0, size - 1) if whole else (int((first % size).min()), int((last % size).max()))
        box.append(slice(low, high + 1))
        first, last = before, beyond
    return box[0], box[1], box[2]


def to_bytes(runs: np.ndarray) -> bytes:
    """Little-endian uint32, start and length in turn."""
    return runs.astype(_DISK, copy=False).tobytes()


def from_bytes(data: bytes | bytearray | memoryview, shape: Shape) -> np.ndarray:
    """The inverse of `to_bytes`. InputError: half a run, or what `check` refuses."""
    size = memoryview(data).nbytes
    if size % (2 * _DISK.itemsize):
        raise InputError(f"runs: {size} bytes are not whole pairs of two uint32")
    return check(np.frombuffer(data, dtype=_DISK).reshape(-1, 2).astype(np.uint32), shape)


def _joined(start: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Runs out of sorted starts and their lengths; those that meet become one."""
    begins = np.ones(len(start), dtype=bool)
    begins[1:] = start[1:] != start[:-1] + length[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(start)) - 1 if len(first) else first
    joined = np.empty((len(first), 2), dtype=np.uint32)
    joined[:, 0] = start[first]
    joined[:, 1] = start[last] + length[last] - start[first]
    return joined
