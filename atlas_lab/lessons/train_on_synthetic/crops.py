"""Small tumours on voxels that show them: crops around one tumour each, as many in every published bin of radii."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

from atlas_lab.data.phantom import Order
from atlas_lab.errors import InputError
from atlas_lab.lessons.train_on_synthetic.cohort import Cohort, name_of
from atlas_lab.lessons.train_on_synthetic.patients import EDGES_MM, Wanted, one_tumour, phantoms, smallest_mm
from atlas_lab.lessons.train_on_synthetic.setting import Setting

FINEST_MM = 1.0  # the voxels on which the published bins were counted (Hu et al., CVPR 2023)
_LARGEST_MM = 32.0  # of a diameter: wider tumours are found by all, and their crops are large
_ASIDE = 0.12  # of a bin's edge, to the nearest diameter that is ordered: masks of voxels are not exact
_MORE = 0.05  # are ordered, for a few end up in the bin beside
_TRAINED, _JUDGES = 10_000, 11_000  # the first patient's number of each group: no patient of the other experiments


def crops_of(
    setting: Setting, gaps: Sequence[float], *, tumours_a_bin: int = 60, train: int = 24, workers: int = 1
) -> Cohort:  # fmt: skip
    """Crops of phantoms, one tumour in each: `tumours_a_bin` or a few more of each bin judge, `train` of all bins teach.

    The healthy CTs are those of the same people, on the voxels around their tumour at `real_gap` 1, which they do not have.
    Every crop is another patient.
    InputError: a gap that is no share, fewer than 1 tumour a bin or 2 to train on, voxels wider than 1 mm.
    """
    if setting.spacing_mm > FINEST_MM:
        raise InputError(f"spacing_mm={setting.spacing_mm:g}: crops show small tumours on voxels of 1 mm or finer")
    if not gaps or any(not 0 <= gap <= 1 for gap in gaps):
        raise InputError(f"real_gaps={list(gaps)}: give one or more numbers from 0 to 1")
    if tumours_a_bin < 1 or train < 2:
        raise InputError(f"tumours_a_bin={tumours_a_bin}, train={train}: give 1 or more, and 2 or more")
    bins = _bins(setting)
    judges = len(bins) * (tumours_a_bin + round(_MORE * tumours_a_bin))
    looks = {name_of(gap): float(gap) for gap in gaps}

    def crop(number: int, first: int, gap: float) -> Wanted:
        orders: tuple[Order, ...] = one_tumour(setting.organ, number // len(bins), bins[number % len(bins)])
        return Wanted(first + number, setting.organ, setting.spacing_mm, setting.phase, orders, real_gap=gap, close=True)

    groups = {"healthy": [replace(crop(number, _TRAINED, 1.0), twin=True) for number in range(train)]}
    for name, gap in looks.items():
        groups[f"train {name}"] = [crop(number, _TRAINED, gap) for number in range(train)]
        groups[f"test {name}"] = [crop(number, _JUDGES, gap) for number in range(judges)]
    atlas = phantoms([one for group in groups.values() for one in group], workers=workers)
    ids = {name: [one.id for one in group] for name, group in groups.items()}
    return Cohort.of(atlas, ids, list(looks), setting, workers=workers)


def _bins(setting: Setting) -> list[tuple[float, float]]:
    """Diameters (mm) of the published bins of radii, as far as the voxels show them."""
    least = smallest_mm(setting.spacing_mm) * (1 + _ASIDE)
    ends = [(2 * low, 2 * high) for low, high in itertools.pairwise([*EDGES_MM, math.inf])]
    return [(max(low * (1 + _ASIDE), least), min(high * (1 - _ASIDE), _LARGEST_MM)) for low, high in ends]
