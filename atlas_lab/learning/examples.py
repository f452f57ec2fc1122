"""A few slices kept from a validation, to see what the network answers."""

from collections.abc import Sequence

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.volume import Volume
from atlas_lab.figures.predictions import predictions
from atlas_lab.figures.sheet import Sheet
from atlas_lab.learning.patches.prepared import PreparedCase

_SHOWN = 2  # cases


class Examples:
    """The slices with most of the truth in them of the first cases of a validation, each with the answer there."""

    def __init__(self, classes: Sequence[str]) -> None:
        """`classes` are those of the cases and of the answers."""
        self._classes = classes
        self.kept: list[tuple[Case, LabelMap]] = []

    def saw(self, case: PreparedCase, masks: Sequence[CroppedMask]) -> None:
        """A case of the validation and the answer for it, a mask a class; all but the first few are left out."""
        if len(self.kept) < _SHOWN:
            self.kept.append(_one_slice(case, self._classes, masks))

    def drawn(self, title: str = "") -> Sheet | None:
        """Truth and prediction side by side; None: nothing was seen."""
        if not self.kept:
            return None
        return predictions([case for case, _ in self.kept], [answer for _, answer in self.kept], title=title)


def _one_slice(case: PreparedCase, classes: Sequence[str], masks: Sequence[CroppedMask]) -> tuple[Case, LabelMap]:
    bits = np.asarray(case.bits)
    z = int(np.count_nonzero(bits, axis=(0, 1)).argmax())
    here = bits[:, :, z : z + 1]
    affine = case.affine.copy()
    affine[:3, 3] += z * affine[:3, 2]
    truth = {name: (here >> c) & 1 == 1 for c, name in enumerate(classes) if case.known[c]}
    answer = {name: _slice(mask, z) for name, mask in zip(classes, masks, strict=True)}
    volume = Volume(np.array(case.hu[:, :, z : z + 1]), affine)
    return Case(case.id, volume, LabelMap(truth, affine, shape=here.shape)), LabelMap(answer, affine, shape=here.shape)


def _slice(mask: CroppedMask, z: int) -> np.ndarray:
    """One axial slice of a mask, bool (x, y, 1), without unfolding the rest."""
    x, y, through = mask.box
    found = np.zeros((*mask.shape[:2], 1), bool)
    if through.start <= z < through.stop:
        found[x, y, 0] = mask.crop[:, :, z - through.start]
    return found
