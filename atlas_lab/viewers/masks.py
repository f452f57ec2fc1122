"""Masks on their way to a page: the bits inside a structure's box, compressed."""

import numpy as np
from isal import isal_zlib

from atlas_lab.data.masks import CroppedMask
from atlas_lab.viewers.samples import zipped


def bits_of(mask: CroppedMask) -> np.ndarray:
    """The box's voxels as bits, z fastest, lowest bit first (the order in which the crop lies in memory)."""
    return np.packbits(np.ascontiguousarray(mask.crop).reshape(-1), bitorder="little")


def packed(mask: CroppedMask) -> tuple[str, bytes]:
    """A key that is the same for the same mask, and its bits compressed."""
    bits = bits_of(mask).data if mask.crop.size else memoryview(b"")
    sums = f"{isal_zlib.crc32(bits):08x}{isal_zlib.adler32(bits):08x}"
    return f"{sums}-{'.'.join(map(str, box_of(mask)))}", zipped(bits)


def box_of(mask: CroppedMask) -> list[int]:
    """First and one-past-last voxel along x, y and z: [x0, x1, y0, y1, z0, z1]."""
    return [edge for side in mask.box for edge in (side.start, side.stop)]
