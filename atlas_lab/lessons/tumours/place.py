"""One place of a patient in several scans, side by side."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from atlas_lab import anatomy
from atlas_lab.data import Case
from atlas_lab.figures._contact_sheet import Tile, contact_sheet
from atlas_lab.figures._layers import LINE, Layer
from atlas_lab.figures.names import display, rank
from atlas_lab.figures.paint import Window
from atlas_lab.figures.sheet import Sheet
from atlas_lab.synthesis import Synthesis, Tumour


def side_by_side(
    scans: Mapping[str, Case | Synthesis],
    at: Sequence[int],
    *,
    size_mm: float = 60.0,
    outlined: Iterable[str] = (),
    window: Window = "liver",
    title: str = "",
) -> Sheet:
    """A square of `size_mm` around voxel `at` (x, y, z) in the axial slice through it, of each scan.

    `scans` are of one patient on one grid, by the caption each gets; `outlined` are masks to draw, where a scan has them.
    """
    tiles = []
    for words, scan in scans.items():
        case = scan.case if isinstance(scan, Synthesis) else scan
        ct = case.ct
        x, y = (min(max(at[a], 0), ct.shape[a] - 1) for a in (0, 1))
        left, top = ((ct.shape[a] - v) * ct.spacing[a] - size_mm / 2 for a, v in ((0, x), (1, y)))  # a picture runs against both
        layers = [
            Layer(display(name), anatomy.color(name), case.labels.cropped(name), line=1.5 * LINE, rank=rank(name))
            for name in outlined
            if name in case.labels
        ]
        tiles.append(Tile(ct, "axial", int(at[2]), (left, top, size_mm, size_mm), layers, [words]))
    return contact_sheet(tiles, window=window, heading=title)


def fullest_voxel(tumour: Tumour) -> tuple[int, int, int]:
    """The middle of a tumour's largest axial slice, a voxel of the CT."""
    crop, box = tumour.mask.crop, tumour.mask.box
    z = int(crop.sum(axis=(0, 1)).argmax())
    x, y = np.argwhere(crop[:, :, z]).mean(axis=0).round().astype(int)
    return int(box[0].start + x), int(box[1].start + y), int(box[2].start + z)
