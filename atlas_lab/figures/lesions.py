"""Every lesion of a case or an atlas side by side, from the largest to the smallest."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from tqdm.auto import tqdm

from atlas_lab import anatomy
from atlas_lab.data.case import Case
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.pieces import pieces
from atlas_lab.errors import InputError
from atlas_lab.figures._contact_sheet import Tile, contact_sheet, counted
from atlas_lab.figures._draw import Frame
from atlas_lab.figures._given import annotated_somewhere, cases_of, check_limit
from atlas_lab.figures._layers import LINE, Layer
from atlas_lab.figures.names import display, rank
from atlas_lab.figures.paint import Window
from atlas_lab.figures.sheet import Sheet

_ROOM = 1.5  # of the widest lesion
_STEP_MM = 20


@dataclass(frozen=True)
class _Lesion:
    """One connected piece of a structure of a case."""

    case: Case
    name: str
    mask: CroppedMask

    @property
    def diameter_mm(self) -> float:
        """Of the ball of the same volume; of a case that is a single slice, of the disc of the same area."""
        ct = self.case.ct
        if ct.shape[2] == 1:
            return float(2 * np.sqrt(self.mask.voxels * ct.spacing[0] * ct.spacing[1] / np.pi))
        return float(np.cbrt(6 * self.mask.voxels * 1000 * ct.voxel_ml / np.pi))

    @property
    def width_mm(self) -> float:
        """The longer side of the box around it in an axial slice."""
        return max((self.mask.box[a].stop - self.mask.box[a].start) * self.case.ct.spacing[a] for a in (0, 1))

    def tile(self, size_mm: float) -> Tile:
        """A square of `size_mm` around it, in the axial slice in which it is largest."""
        ct = self.case.ct
        where = self.mask.box
        z = where[2].start + int(self.mask.crop.sum(axis=(0, 1)).argmax())
        label = display(self.name)
        caption = [self.case.id, label, f"{self.diameter_mm:.0f} mm, slice {z + 1} of {ct.shape[2]}"]
        layer = Layer(label, anatomy.color(self.name), self.mask, line=1.5 * LINE, rank=rank(self.name))
        return Tile(ct, "axial", z, self._frame(size_mm), [layer], caption)

    def _frame(self, size_mm: float) -> Frame:
        ct, box = self.case.ct, self.mask.box
        # the picture runs against both axes
        x, y = ((ct.shape[a] - (box[a].start + box[a].stop) / 2) * ct.spacing[a] for a in (0, 1))
        return x - size_mm / 2, y - size_mm / 2, size_mm, size_mm


def lesions(
    cases: Case | Iterable[Case],
    *,
    structures: str | Iterable[str] | None = None,
    size_mm: float | None = None,
    window: Window = "soft tissue",
    limit: int = 24,
    title: str = "",
) -> Sheet:
    """A tile a lesion, the largest first: a square around it in the axial slice in which it is largest.

    A lesion is a 26-connected piece of a tumour of `anatomy`, or of one of `structures`. The caption holds the case,
    the kind, the diameter in mm of the ball of the same volume (of a single-slice case: of the disc of the same area)
    and the slice. `size_mm` is the side of all squares (default: the widest lesion shown fits). No more than `limit`
    are drawn, and the heading says how many are not.
    InputError: no lesion, a structure that no case is annotated for, a size that is not above 0.
    """
    check_limit(limit)
    if size_mm is not None and not size_mm > 0:
        raise InputError(f"size_mm={size_mm} must be above 0 mm")
    given = list(cases_of(cases))
    wanted = None if structures is None else annotated_somewhere(given, structures)
    searched = tqdm(given, desc="looking for lesions", unit="case", leave=False)
    found = sorted((lesion for case in searched for lesion in _lesions(case, wanted)), key=lambda lesion: -lesion.diameter_mm)
    if not found:
        kinds = ", ".join(wanted or [tumor.name for tumor in anatomy.TUMORS])
        raise InputError(f"no lesion to show: none of the {len(given)} cases has a voxel of {kinds}; structures= names others")
    shown = found[:limit]
    fitting = _STEP_MM * np.ceil(_ROOM * max(lesion.width_mm for lesion in shown) / _STEP_MM)
    tiles = [lesion.tile(float(fitting) if size_mm is None else size_mm) for lesion in shown]
    return contact_sheet(tiles, window=window, heading=counted(title, len(shown), len(found), "lesion"))


def _lesions(case: Case, wanted: list[str] | None) -> Iterator[_Lesion]:
    tumors = {tumor.name for tumor in anatomy.TUMORS}
    for name in case.labels:
        if name in (tumors if wanted is None else wanted):
            yield from (_Lesion(case, name, piece) for piece in pieces(case.labels.cropped(name)))
